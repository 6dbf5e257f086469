//! What waits to be sent. It must not know in which order it goes out.

use std::collections::VecDeque;

use crate::event::ResetCode;
use crate::stream_id::StreamId;

/// A frame other than DATA that waits.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Control {
    /// The head kept in the stream.
    Head(StreamId),
    /// What is owed to the stream when the frame is written.
    Window(StreamId),
    Reset(StreamId, ResetCode),
    Ping(u64),
    Pong(u64),
    GoAway(String),
}

/// What waits to be sent, apart from the bodies, which wait in their streams.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// Encoded bytes that did not fit the last message, from `carried` on.
    pub(crate) carry: Vec<u8>,
    pub(crate) carried: usize,
    pub(crate) control: VecDeque<Control>,
    /// How many [`Control::Pong`] are in `control`.
    pub(crate) pongs: usize,
    /// Streams ready to send which have not had their head start.
    pub(crate) fresh: VecDeque<StreamId>,
    /// Streams ready to send which have.
    pub(crate) rotation: VecDeque<StreamId>,
}

impl Outbox {
    /// An outbox whose first bytes are these.
    pub(crate) fn starting_with(carry: Vec<u8>) -> Self {
        Outbox {
            carry,
            ..Outbox::default()
        }
    }

    /// Takes a stream that is no more out of the lists of bodies.
    pub(crate) fn unlist(&mut self, id: StreamId) {
        self.fresh.retain(|other| *other != id);
        self.rotation.retain(|other| *other != id);
    }
}
