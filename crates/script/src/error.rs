//! Errors of the crate.

/// Why the sandbox cannot work at all. All else is a request's [fault](crate::sandbox) or an author's
/// [`crate::Problem`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The engine cannot start; this ends the host's box, and another one may be tried.
    #[error("the script engine cannot start: {0}")]
    Engine(String),
}
