//! The error of a request to the background.

use serde::{Deserialize, Serialize};

/// Why the background could not handle a request: one plain sentence for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong and what to do.
    pub message: String,
}

/// Errors are plain sentences for a person already. (`Failure` is no `Error` itself, so it can be made
/// of any.)
impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self {
            message: error.to_string(),
        }
    }
}
