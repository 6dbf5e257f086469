//! From the content script (`extension/content/content.js`) to the background, and the answer.
//!
//! Content scripts run in the processes of web pages: what comes is taken for a page's.

use messages_derive::Message;

use crate::object::Text;

/// A message of the content script.
#[derive(Debug, Message)]
#[message(tag = "toBackground")]
pub enum FromContentScript {
    /// This site's page is open: have its worker linked, and its host connected. Answered by a [`VisitAnswer`].
    Visit { label: Text<64>, gateway: Text<270> },
}

/// How a visit goes: without a reason the worker is linked and the host connected.
#[derive(Debug, Default, Message)]
pub struct VisitAnswer {
    /// The short name of what is wrong (`extension/gateway/site/status.js`).
    pub reason: Option<String>,
    /// More about it, for people.
    pub message: Option<String>,
}
