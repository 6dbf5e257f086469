//! What can go wrong in a page. The page shows the messages as they are.

use messages::Failure;
use wasm_bindgen::JsValue;

/// Why an action of a page failed.
///
/// Each ends the one action that it happened in, except [`PageError::Markup`], which ends the page.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PageError {
    /// The page's HTML lacks an element that its code needs: they are of different versions.
    #[error("This page is broken: it has no “{0}”. Reload the extension.")]
    Markup(String),
    /// The background refused or failed; its own error message.
    #[error("{0}")]
    Background(String),
    /// The background did not answer at all.
    #[error("PeerServer does not answer. Reload the extension, then open this page again. ({0})")]
    Silent(String),
    /// The browser refused a call.
    #[error("The browser refused: {0}")]
    Browser(String),
    /// The store could not read or write.
    #[error("{0}")]
    Store(String),
    /// A bundle cannot be written or read; a sentence that names what is wrong in it.
    #[error("{0}.")]
    Bundle(String),
    /// The person stopped it.
    #[error("Stopped.")]
    Stopped,
    /// The person's own input cannot be used; a whole sentence that says why.
    #[error("{0}")]
    Input(String),
}

impl From<Failure> for PageError {
    fn from(failure: Failure) -> Self {
        Self::Background(failure.message)
    }
}

impl From<JsValue> for PageError {
    fn from(value: JsValue) -> Self {
        Self::Browser(webextension_api::text_of(&value))
    }
}

impl From<webextension_api::Error> for PageError {
    fn from(error: webextension_api::Error) -> Self {
        Self::Browser(error.0)
    }
}
