//! What was measured of one program.

/// What one program took.
pub struct Taken {
    /// In MiB of the site a second.
    pub speed: f64,
    /// The most memory it had, in MiB; `None` where the system does not tell.
    pub memory: Option<f64>,
}
