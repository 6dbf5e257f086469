//! Between a site's worker (`extension/gateway/site/worker.js`) and the other end of its MessagePort, the network
//! document or the shell.
//!
//! Names and values of headers and cookies stand one after the other in one list: `[name, value, …]`.

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
        /// Who made it; none if no cookies are to be sent or received.
        initiator: Option<Initiator>,
        /// Names and values of the cookies that pages see.
        cookies: Passed<String>,
    },
    /// A piece of a request's body.
    RequestBody { id: u64, bytes: Uint8Array },
    /// A request's body is complete.
    RequestBodyEnd { id: u64 },
    /// The page has taken so many bytes of the response's body.
    ResponseBodyConsumed { id: u64, bytes: u32 },
    /// The page has given the request up.
    Cancel { id: u64 },
    /// Is the other end there? Answered by [`ToSiteWorker::Pong`].
    Ping {},
    /// The browser has nothing of the site: its visitor may have cleared the site's data.
    StorageCleared {},
}

/// Who made a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Message)]
pub enum Initiator {
    /// A page of the site.
    Site,
    /// Another site, by a request that changes nothing.
    Link,
    /// Another site, by a request that may change something.
    Form,
}

/// A cookie as the browser's cookie store takes it.
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
    /// The other end is there.
    Pong {},
    /// Status and headers of a response.
    Response {
        id: u64,
        status: u16,
        headers: Passed<String>,
        /// The whole body, if it is there already. Otherwise its pieces follow.
        body: Option<Uint8Array>,
        /// Has the site code of its own?
        code: bool,
        /// Cookies to be put where pages see them.
        cookies: Passed<VisibleCookie>,
    },
    /// A piece of a response's body.
    ResponseBody { id: u64, bytes: Uint8Array },
    /// A response is complete.
    ResponseEnd { id: u64 },
    /// There is no response, or not all of it.
    Error {
        id: u64,
        reason: String,
        message: String,
    },
    /// So many bytes of a request's body were sent.
    RequestBodyConsumed { id: u64, bytes: u32 },
}
