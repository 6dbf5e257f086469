//! The two build profiles.

/// How the product is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuildProfile {
    /// Small and fast: what is shipped and measured.
    Release,
    /// Quick to build.
    Fast,
}
