//! What can go wrong, and what it ends. It must not know how a fault was found.

use crate::stream_id::StreamId;

/// What an error ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// One request; the connection goes on.
    Request,
    /// The peer: drop the channel.
    Peer,
}

/// Every failure of this crate. [`Error::ends`] says what it ends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The first bytes are not a hello.
    #[error("the peer does not speak the PeerServer wire protocol")]
    Magic,
    /// No version that both sides know.
    #[error(
        "no common protocol version: this side knows {ours_min} to {ours_max}, the peer {theirs_min} to {theirs_max}"
    )]
    Version {
        /// Oldest version known here.
        ours_min: u16,
        /// Newest version known here.
        ours_max: u16,
        /// Oldest version the peer knows.
        theirs_min: u16,
        /// Newest version the peer knows.
        theirs_max: u16,
    },
    /// The peer sent what no honest peer sends.
    #[error("the peer broke the protocol: {0}")]
    Protocol(&'static str),
    /// The peer sent a head that is no HTTP head.
    #[error("the peer sent a bad head: {0}")]
    PeerHead(HeadFault),
    /// The peer sent more body bytes than it was granted.
    #[error("the peer exceeded its credit on stream {0}")]
    Credit(StreamId),
    /// The peer makes this side queue more than it should.
    #[error("the peer floods this side with {0}")]
    Flood(&'static str),
    /// This connection has used up its stream ids.
    #[error("all stream ids of this connection are used")]
    Exhausted,
    /// An earlier error has ended this connection.
    #[error("the connection has failed before")]
    Over,
    /// The application's head cannot be sent.
    #[error("the head cannot be sent: {0}")]
    Head(HeadFault),
    /// The application's head is larger than both sides allow.
    #[error("the head takes {size} bytes, allowed are {max}")]
    HeadTooLarge {
        /// Bytes of the encoded head.
        size: usize,
        /// Bytes allowed now; may grow when the peer's hello arrives.
        max: usize,
    },
    /// As many streams are open as both sides allow. Try again when one has ended.
    #[error("{max} requests are open, no more are allowed")]
    TooManyStreams {
        /// Streams allowed now; may grow when the peer's hello arrives.
        max: usize,
    },
    /// One of the sides is leaving: no new streams.
    #[error("the connection is going away")]
    GoingAway,
    /// No such stream: never opened, ended or reset.
    #[error("stream {0} is not open")]
    NoStream(StreamId),
    /// This side has already ended its body on the stream.
    #[error("stream {0} is already finished")]
    Finished(StreamId),
    /// The call does not fit the role or the state of the stream.
    #[error("misuse: {0}")]
    Misuse(&'static str),
}

impl Error {
    /// What this error ends.
    pub fn ends(&self) -> Ends {
        match self {
            Error::Magic
            | Error::Version { .. }
            | Error::Protocol(_)
            | Error::PeerHead(_)
            | Error::Credit(_)
            | Error::Flood(_)
            | Error::Exhausted
            | Error::Over => Ends::Peer,
            Error::Head(_)
            | Error::HeadTooLarge { .. }
            | Error::TooManyStreams { .. }
            | Error::GoingAway
            | Error::NoStream(_)
            | Error::Finished(_)
            | Error::Misuse(_) => Ends::Request,
        }
    }
}

/// What is wrong with a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeadFault {
    /// The method is no token (RFC 9110, 5.6.2) or too long.
    #[error("the method is not a token of at most {} bytes", crate::MAX_METHOD)]
    Method,
    /// The path does not start with `/`, holds a control character or a space, or is too long.
    #[error(
        "the path does not start with '/', holds a control character or space, or exceeds {} bytes",
        crate::MAX_PATH
    )]
    Path,
    /// The status is outside 100..=599.
    #[error("the status is outside 100 to 599")]
    Status,
    /// A header name is no token (RFC 9110, 5.1) or too long.
    #[error("a header name is not a token of at most {} bytes", crate::MAX_NAME)]
    Name,
    /// A header value holds CR, LF or NUL (RFC 9110, 5.5) or is too long.
    #[error(
        "a header value holds CR, LF or NUL, or exceeds {} bytes",
        crate::MAX_VALUE
    )]
    Value,
    /// Too many headers.
    #[error("more than {} headers", crate::MAX_HEADERS)]
    Count,
    /// The encoded head ends early, has bytes left over, or is not UTF-8. Only from a peer.
    #[error("its encoding is broken")]
    Encoding,
}
