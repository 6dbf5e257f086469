//! What the connection tells the application, and the small types the two share.

use crate::head::{RequestHead, ResponseHead};
use crate::stream_id::StreamId;

/// Why a stream was reset. On the wire a `u16`; unknown numbers arrive as [`ResetCode::Other`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetCode {
    /// 1: nobody wants the answer, or the rest of the body, any more.
    Cancelled,
    /// 2: not begun; the request may safely be sent again.
    Refused,
    /// 3: a head is larger than the receiver allows.
    TooLarge,
    /// 4: the sender of the reset failed.
    Internal,
    /// 5: the stream broke the protocol.
    Protocol,
    /// 6: it took too long.
    Timeout,
    /// Any other number.
    Other(u16),
}

impl ResetCode {
    pub(crate) fn to_wire(self) -> u16 {
        match self {
            ResetCode::Cancelled => 1,
            ResetCode::Refused => 2,
            ResetCode::TooLarge => 3,
            ResetCode::Internal => 4,
            ResetCode::Protocol => 5,
            ResetCode::Timeout => 6,
            ResetCode::Other(code) => code,
        }
    }

    pub(crate) fn from_wire(code: u16) -> Self {
        match code {
            1 => ResetCode::Cancelled,
            2 => ResetCode::Refused,
            3 => ResetCode::TooLarge,
            4 => ResetCode::Internal,
            5 => ResetCode::Protocol,
            6 => ResetCode::Timeout,
            other => ResetCode::Other(other),
        }
    }
}

/// What happened. Events of one stream come in the order in which the peer sent them; `end: true` comes
/// exactly when the peer ended its side, and nothing but [`Event::Reset`] or [`Event::Writable`] follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The peer's hello arrived and the versions agree.
    Ready {
        /// The version in use.
        version: u16,
    },
    /// A request arrived. Host only.
    Request {
        /// The new stream.
        id: StreamId,
        /// Method, path and headers.
        head: RequestHead,
        /// No body follows.
        end: bool,
    },
    /// A response began. Visitor only, once per stream.
    Response {
        /// The stream of the request.
        id: StreamId,
        /// Status and headers.
        head: ResponseHead,
        /// No body follows.
        end: bool,
    },
    /// Body bytes. Call [`crate::Connection::consumed`] once the application has taken them.
    Data {
        /// The stream.
        id: StreamId,
        /// The bytes; empty only with `end`.
        bytes: Vec<u8>,
        /// These were the last.
        end: bool,
    },
    /// The stream is over before both sides had ended: the peer reset it, or this side did because of what
    /// the peer sent. Whatever body arrived without `end` is incomplete.
    Reset {
        /// The stream.
        id: StreamId,
        /// Why.
        code: ResetCode,
    },
    /// There is room again after [`crate::Connection::send_data`] accepted less than it was offered.
    Writable {
        /// The stream.
        id: StreamId,
    },
    /// The peer answered a ping.
    Pong {
        /// The token given to [`crate::Connection::ping`].
        token: u64,
    },
    /// The peer is leaving (hosting was switched off, say). Open streams go on, no new ones start.
    GoAway {
        /// Its words, at most 256 bytes; not to be trusted as more than text.
        reason: String,
    },
}

impl Event {
    /// The stream that the event is about, if it is about one.
    pub fn stream(&self) -> Option<StreamId> {
        match self {
            Event::Request { id, .. }
            | Event::Response { id, .. }
            | Event::Data { id, .. }
            | Event::Reset { id, .. }
            | Event::Writable { id } => Some(*id),
            Event::Ready { .. } | Event::Pong { .. } | Event::GoAway { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_survives_the_wire() {
        for code in 0..=300u16 {
            assert_eq!(ResetCode::from_wire(code).to_wire(), code);
        }
        assert_eq!(ResetCode::from_wire(2), ResetCode::Refused);
    }
}
