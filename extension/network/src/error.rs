//! Why the background did not answer.

/// The request ends.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The message could not be sent, or was answered with an error.
    #[error(transparent)]
    Message(#[from] webextension_api::Error),
    /// The background does not answer.
    #[error("the web server of this browser does not answer")]
    Silent,
}
