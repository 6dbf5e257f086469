//! Why a box cannot run a site's code.

/// Why a site's code does not run: a sentence for the owner. All requests that wait for the box end with it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub message: String,
    /// When it happened, in milliseconds since 1970.
    pub at: f64,
}

impl Failure {
    /// A failure at this moment.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            at: js_sys::Date::now(),
        }
    }
}
