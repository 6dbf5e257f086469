//! Requests of the network document to the web server in the background, and the replies: over a MessagePort in Chromium,
//! by a plain call in Firefox. Types only.
//!
//! `site` is a site's id.

use messages_derive::Message;

use crate::file::{Body, FileOperation, FileResult, NamedFile};
use crate::object::Pairs;

/// From the network document to the service worker.
#[derive(Debug, Message)]
#[message(tag = "peerserver")]
pub enum ToServiceWorker {
    /// Reply to each [`NumberedRequest`] that comes over the MessagePort that comes with this.
    Serve {},
}

/// A request with the number by which its reply is known.
#[derive(Debug, Clone, Message)]
pub struct NumberedRequest {
    pub id: u32,
    pub request: ServerRequest,
}

/// A reply with its request's number.
#[derive(Debug, Clone, Message)]
pub struct NumberedReply {
    pub id: u32,
    pub reply: ServerReply,
}

/// A request. The same one may be sent twice, since the worker can die before it replies: all are safe to repeat.
#[derive(Debug, Clone, Message)]
pub enum ServerRequest {
    /// A visitor's request, without a body, for a static file. Replied to by [`ServerReply::Response`].
    Respond {
        site: String,
        method: String,
        /// Path and query.
        path: String,
        headers: Pairs,
    },
    /// The files of a site's code. Replied to by [`ServerReply::Code`].
    Code { site: String },
    /// Reads, writes, deletes or lists files of a site, for its code. Replied to by [`ServerReply::File`].
    File {
        site: String,
        operation: FileOperation,
    },
}

/// A reply.
#[derive(Debug, Clone, Message)]
pub enum ServerReply {
    Response {
        status: u16,
        headers: Pairs,
        body: Body,
    },
    Code {
        files: Vec<NamedFile>,
    },
    File {
        result: FileResult,
    },
    /// The request failed: a sentence.
    Error {
        message: String,
    },
}
