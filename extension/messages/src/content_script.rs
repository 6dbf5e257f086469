//! From the content script (`extension/content/content.js`) to the background, and the answer.
//!
//! Content scripts run in the processes of web pages: their messages are trusted as little as a page's.

use messages_derive::Message;

use crate::object::Text;

/// A message of the content script.
#[derive(Debug, Message)]
#[message(tag = "toBackground")]
pub enum FromContentScript {
    /// A page of this site is open: link its worker and connect to its host. Replied to by a [`VisitAnswer`].
    Visit { label: Text<64>, gateway: Text<270> },
}

/// The state of a visit: without a reason the worker is linked and the host connected.
#[derive(Debug, Default, Message)]
pub struct VisitAnswer {
    /// The error's short name, a key of `TEXTS` in `extension/gateway/site/status.js`.
    pub reason: Option<String>,
    /// Details, for people.
    pub message: Option<String>,
}
