//! How much all channels of a document hold in memory, and what each may still queue.
//!
//! Limits shrink as memory fills, so that the last part is never one peer's: a channel may have an eighth of what is
//! left, a stream a quarter of what its channel has left. Nothing fails at a limit: a stream waits until the peer has
//! taken some of what is queued. It must not know streams or what the bytes are.

use std::cell::Cell;

/// Bytes that all channels of this document hold: 256 MiB, a sixteenth of what wasm can address.
const ALL: usize = 256 * 1024 * 1024;
/// Bytes that one channel may hold. With all [`ALL`] the largest of the limits below.
const MOST: usize = 8 * 1024 * 1024;
/// Bytes that each channel may hold whatever the others do: 200 visitors have 25 MiB of these.
const LEAST: usize = 128 * 1024;
/// Bytes that one stream may queue: four full messages, so the channel is fed while more is fetched.
const STREAM_MOST: usize = 256 * 1024;
/// Bytes that each stream may queue whatever the others do: 128 streams have what a channel has at least.
const STREAM_LEAST: usize = 1024;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
}

/// What one channel holds; given back when it is dropped.
#[derive(Default)]
pub struct Memory(Cell<usize>);

impl Memory {
    /// The channel holds so many bytes now.
    pub fn set(&self, bytes: usize) {
        let before = self.0.replace(bytes);
        HELD.set((HELD.get() + bytes).saturating_sub(before));
    }

    /// Bytes that a stream of this channel may have queued now.
    pub fn stream_limit(&self) -> usize {
        stream_limit(self.0.get(), HELD.get())
    }

    /// Does the channel hold all that it may?
    pub fn is_full(&self) -> bool {
        self.0.get() >= channel_limit(HELD.get())
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.set(0);
    }
}

fn channel_limit(all: usize) -> usize {
    (ALL.saturating_sub(all) / 8).clamp(LEAST, MOST)
}

fn stream_limit(own: usize, all: usize) -> usize {
    (channel_limit(all).saturating_sub(own) / 4).clamp(STREAM_LEAST, STREAM_MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every stream queues what it may, again and again; gives what all channels hold.
    fn fill(channels: usize, streams: usize) -> (usize, Vec<Memory>) {
        let memories: Vec<Memory> = (0..channels).map(|_| Memory::default()).collect();
        let mut queued = vec![vec![0; streams]; channels];
        for _ in 0..40 {
            for (memory, queued) in memories.iter().zip(&mut queued) {
                for stream in 0..streams {
                    queued[stream] = memory.stream_limit().max(queued[stream]);
                    memory.set(queued.iter().sum());
                }
            }
        }
        (HELD.get(), memories)
    }

    #[test]
    fn one_channel_with_one_stream_queues_four_messages() {
        let (held, _memories) = fill(1, 1);
        assert_eq!(held, STREAM_MOST);
    }

    #[test]
    fn a_channel_holds_no_more_than_its_share_whatever_its_streams() {
        let (held, _memories) = fill(1, 128);
        assert!((MOST / 2..=MOST + LEAST).contains(&held), "{held}");
    }

    #[test]
    fn all_channels_together_hold_no_more_than_the_budget_and_each_finds_its_least() {
        for channels in [60, 200] {
            let (held, memories) = fill(channels, 128);
            assert!(held <= ALL + channels * 2 * LEAST, "{held}");
            let late = Memory::default();
            assert!(late.stream_limit() >= LEAST / 4);
            assert!(!late.is_full());
            drop(memories);
            assert_eq!(HELD.get(), 0, "what was held is given back");
        }
    }
}
