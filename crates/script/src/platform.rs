//! What the sandbox needs from wherever it runs.

use std::time::Duration;

/// Clocks and random bytes.
pub trait Platform {
    /// Time since some fixed moment; it never goes back. Asked often while a script runs.
    fn now(&self) -> Duration;

    /// Time since 1970, UTC.
    fn unix_time(&self) -> Duration;

    /// Fills `bytes` with random ones, good enough for secrets.
    fn random(&self, bytes: &mut [u8]);
}
