//! Why the background did not reply.

/// Why a request to the background failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The message could not be sent, or an error came back.
    #[error(transparent)]
    Message(#[from] webextension_api::Error),
    /// No reply came: the background has died.
    #[error("the web server of this browser does not answer")]
    NoReply,
}
