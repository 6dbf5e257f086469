//! The speed and memory use of one program.

/// The speed and memory use of one program.
pub struct Usage {
    /// MiB of the site per second.
    pub speed: f64,
    /// The most memory it had, in MiB; `None` where the system does not tell.
    pub memory: Option<f64>,
}
