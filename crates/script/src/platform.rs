//! What the sandbox needs from wherever it runs.

use std::time::Duration;

use crate::request::RequestId;

/// Clocks and random bytes.
pub trait Platform {
    /// Time since some fixed moment; it never goes back. Asked often while a script runs.
    fn now(&self) -> Duration;

    /// Time since 1970, UTC.
    fn unix_time(&self) -> Duration;

    /// Fills `bytes` with random ones, good enough for secrets.
    fn random(&self, bytes: &mut [u8]);

    /// A request's code gets the thread. Whoever watches from outside knows by it whose code it is that does not
    /// give the thread back.
    fn turn(&self, request: RequestId) {
        let _ = request;
    }
}
