//! What has arrived for one stream, and who waits for something of it.
//!
//! It must not know where it came from.

use std::{collections::VecDeque, task::Waker};

use wire::{ResetCode, ResponseHead};

/// What is known of a stream.
#[derive(Default)]
pub struct StreamState {
    pub response: Option<ResponseHead>,
    pub chunks: VecDeque<Vec<u8>>,
    pub ended: bool,
    pub reset: Option<ResetCode>,
    pub reader: Option<Waker>,
    pub writer: Option<Waker>,
    pub watcher: Option<Waker>,
}

impl StreamState {
    /// All who wait for something of this stream.
    pub fn wakers(&mut self) -> [Option<Waker>; 3] {
        [self.reader.take(), self.writer.take(), self.watcher.take()]
    }

    /// Bytes that arrived and were not taken.
    pub fn held(&self) -> usize {
        self.chunks.iter().map(Vec::len).sum()
    }
}
