//! Between the windows of a visit: the bridge frame of a site's origin, whoever embeds it (the shell or the network
//! document), the site's worker, and the page in the shell's content frame. All go by `postMessage`.
//!
//! Messages from a site's origin are not trusted, since the site's pages can post the same: texts are bounded.

use messages_derive::Message;

use crate::object::Text;

/// From the embedding document to the bridge.
#[derive(Debug, Message)]
#[message(tag = "peerserver")]
pub enum ToBridge {
    /// Transfer the MessagePort that comes with this to the worker.
    Port {},
    /// Post [`FromBridge::Location`] now and whenever the content frame's location changes.
    Mirror {},
    /// Register the worker again: the site may have unregistered it.
    Register {},
    /// Does the worker have any pages? Replied to by [`FromBridge::Unused`] if not.
    IsUsed {},
}

/// From the bridge to the embedding document.
#[derive(Debug, Message)]
#[message(tag = "peerserver")]
pub enum FromBridge {
    /// The worker needs a port: at first, and whenever it was started again.
    NeedPort {},
    /// The worker has its port.
    Linked {},
    /// No page or worker of the site is left.
    Unused {},
    /// This browser has no service workers here.
    Unsupported { message: Option<Text<4096>> },
    /// The content frame shows another address or title.
    Location {
        /// Path, query and fragment.
        path: Text<65536>,
        title: Text<1024>,
    },
    /// The content frame's page has another icon: its `data:` URL, empty for none.
    Icon { url: Text<262144> },
}

/// From the bootstrap page, when the shell's content frame shows it instead of the site's page, to the shell.
#[derive(Debug, Message)]
#[message(tag = "peerserver")]
pub enum FromBootstrap {
    /// The site's page cannot be shown.
    Bootstrap {
        reason: Text<32>,
        message: Option<Text<4096>>,
        /// Path, query and fragment.
        path: Text<65536>,
    },
}

/// From the bridge to the site's worker.
#[derive(Debug, Message)]
#[message(tag = "peerserver")]
pub enum BridgeToWorker {
    /// Use the MessagePort that comes with this.
    Port {
        /// The last event ids of the site's event sources.
        event_ids: Vec<EventId>,
    },
    /// Are there pages of the site? Replied to by [`WorkerToWindow::Unused`] if not.
    IsUsed {},
}

/// The last event id of an event source.
#[derive(Debug, Message)]
pub struct EventId {
    /// Identifies the event source.
    pub source: String,
    /// The id; empty if it has none any more.
    pub id: String,
}

/// From the site's worker to windows of its origin, the bridge among them.
#[derive(Debug, Message)]
#[message(tag = "peerserver")]
pub enum WorkerToWindow {
    NeedPort {},
    Linked {},
    Unused {},
    /// Write these lines to `document.cookie`, and post its value to the port that comes with this.
    Cookies {
        write: Vec<String>,
    },
    /// An event source has another last event id: the bridge stores it for the next worker.
    EventId {
        source: String,
        id: String,
    },
}
