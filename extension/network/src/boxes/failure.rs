//! Why a box cannot answer.

/// Why a site's code cannot answer: a sentence for the owner. Ends the requests that wait for the box.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub message: String,
    /// When, in milliseconds since 1970.
    pub at: f64,
}

impl Failure {
    /// It happens now.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            at: js_sys::Date::now(),
        }
    }
}
