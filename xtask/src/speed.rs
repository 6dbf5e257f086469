//! Which of the two ways to build.

/// How much time the compiler may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speed {
    /// Small and fast: what is shipped and measured.
    Release,
    /// Quick to build.
    Fast,
}
