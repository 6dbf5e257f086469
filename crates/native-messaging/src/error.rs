//! What can go wrong with a frame.

use thiserror::Error;

/// Why bytes are no frame, or a message no bytes. Those of the decoder end the whole conversation: where
/// a frame ends is no longer known. Those of [`encode`](crate::encode) end one message.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// A frame announces more than is accepted.
    #[error("a message of {announced} bytes was announced; at most {limit} are accepted")]
    Oversize {
        /// The length that the frame's header gives, in bytes.
        announced: u32,
        /// The most that is accepted, in bytes.
        limit: u32,
    },
    /// The bytes end inside of a frame.
    #[error("the input ended inside of a message: {have} of {want} bytes had come")]
    CutShort {
        /// Bytes of this frame that came, header included.
        have: usize,
        /// Bytes that the header, or header and body, should have had.
        want: usize,
    },
    /// A message is larger than its reader accepts.
    #[error("a message is {size} bytes long; at most {limit} may be sent")]
    TooLarge {
        /// Its length in bytes.
        size: usize,
        /// The most that may be sent, in bytes.
        limit: u32,
    },
    /// A message cannot be written as JSON.
    #[error("a message cannot be written as JSON: {0}")]
    Json(String),
}
