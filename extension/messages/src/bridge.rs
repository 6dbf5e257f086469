//! Between the windows of a visit: the bridge frame of a site's origin, whoever embeds it (the shell or the network
//! document), the site's worker, and the page in the shell's content frame. All go by `postMessage`.
//!
//! What comes from a site's origin is a claim of the site, whose pages can post the same: texts are bounded.

use messages_derive::Message;

use crate::object::Text;

/// From the embedding document to the bridge.
#[derive(Debug, Message)]
#[message(tag = "peerserver")]
pub enum ToBridge {
    /// Hand the worker the MessagePort that comes with this.
    Port {},
    /// Look where the content frame is, and post [`FromBridge::Location`] whenever it changes.
    Mirror {},
    /// Register the worker again: the site may have ended it.
    Register {},
    /// Does the worker have any pages? Answered by [`FromBridge::Unused`] if not.
    IsUsed {},
}

/// From the bridge to the embedding document.
#[derive(Debug, Message)]
#[message(tag = "peerserver")]
pub enum FromBridge {
    /// The worker needs a port: at first, and after each death of it.
    NeedPort {},
    /// The worker has its port.
    Linked {},
    /// No page or worker of the site is left.
    Unused {},
    /// There can be no worker.
    Unsupported { message: Option<Text<4096>> },
    /// The content frame shows another address or title.
    Location {
        /// Path, query and fragment.
        path: Text<65536>,
        title: Text<1024>,
    },
    /// The content frame's page has another icon: a `data:` URL, empty for none.
    Icon { url: Text<262144> },
}

/// From the bootstrap page, which is in the place of the site's page, to the shell.
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
    /// Are there pages of the site? Answered by [`WorkerToWindow::Unused`] if not.
    IsUsed {},
}

/// The last event id of an event source.
#[derive(Debug, Message)]
pub struct EventId {
    /// Which one.
    pub source: String,
    /// Empty if it has none any more.
    pub id: String,
}

/// From the site's worker to windows of its origin, the bridge among them.
#[derive(Debug, Message)]
#[message(tag = "peerserver")]
pub enum WorkerToWindow {
    NeedPort {},
    Linked {},
    Unused {},
    /// Write these cookies (as `document.cookie` takes them) and answer by the port with all that there are.
    Cookies {
        write: Vec<String>,
    },
    /// An event source has another last event id: the bridge keeps it for the next worker.
    EventId {
        source: String,
        id: String,
    },
}
