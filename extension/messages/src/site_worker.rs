//! Between a site's worker (`extension/gateway/site/worker.js`) and the other end of its MessagePort, the network
//! document or the shell.
//!
//! Names and values of headers and cookies alternate in one list: `[name, value, …]`.

use js_sys::Uint8Array;
use messages_derive::Message;

use crate::object::{Pairs, Passed};

/// A message of the worker.
#[derive(Debug, Message)]
pub enum FromSiteWorker {
    /// A page's request.
    Request {
        /// Counted by the worker.
        id: u64,
        method: String,
        /// Path and query.
        path: String,
        headers: Pairs,
        /// Does a body follow?
        body: bool,
        /// What made it; `None` if no cookies are to be sent or stored.
        initiator: Option<Initiator>,
        /// Names and values of the cookies that pages see.
        cookies: Passed<String>,
    },
    /// A chunk of a request's body.
    RequestBody { id: u64, bytes: Uint8Array },
    /// A request's body is complete.
    RequestBodyEnd { id: u64 },
    /// The page has read so many bytes of the response's body.
    ResponseBodyConsumed { id: u64, bytes: u32 },
    /// The page has cancelled the request.
    Cancel { id: u64 },
    /// Does the other end respond? Replied to by [`ToSiteWorker::Pong`].
    Ping {},
    /// The browser had no storage of the site: its visitor may have cleared the site's data.
    StorageCleared {},
}

/// What made a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Message)]
pub enum Initiator {
    /// A page of the site.
    Site,
    /// Another site, by a request with a safe method (RFC 9110, 9.2.1).
    Link,
    /// Another site, by a request with another method.
    Form,
}

/// A cookie for the browser's `CookieStore`.
#[derive(Debug, Clone, Message)]
pub struct VisibleCookie {
    pub name: String,
    pub value: String,
    pub path: String,
    /// Milliseconds since 1970: 0 deletes it, none ends it with the browser.
    pub expires: Option<u64>,
    pub same_site: String,
    pub secure: bool,
}

/// A message for the worker.
#[derive(Debug, Message)]
pub enum ToSiteWorker {
    /// The other end responds.
    Pong {},
    /// Status and headers of a response.
    Response {
        id: u64,
        status: u16,
        headers: Passed<String>,
        /// The whole body, if it is complete already. Otherwise its chunks follow.
        body: Option<Uint8Array>,
        /// Does the site have code of its own?
        code: bool,
        /// Cookies for the browser's own store, where pages see them.
        cookies: Passed<VisibleCookie>,
    },
    /// A chunk of a response's body.
    ResponseBody { id: u64, bytes: Uint8Array },
    /// A response is complete.
    ResponseEnd { id: u64 },
    /// The request failed, perhaps in the middle of the response's body.
    Error {
        id: u64,
        reason: String,
        message: String,
    },
    /// So many bytes of a request's body were sent.
    RequestBodyConsumed { id: u64, bytes: u32 },
}
