//! Between the network document and a site's box, the dedicated Worker that runs the site's code.
//!
//! Requests are numbered by the network document. This file must not know what runs in a box.

use js_sys::{Array, Uint8Array};
use messages_derive::Message;
use wasm_bindgen::JsValue;

use crate::dynamic::{BoxAsk, LogEntry};
use crate::file::{FileOperation, FileResult, NamedFile};
use crate::object::{Json, Pairs};

/// A message to the box.
#[derive(Debug, Message)]
pub enum ToBox {
    /// The first message.
    Start {
        /// The site's folder, from the root of the origin's private files; for `box.js` alone.
        folder: String,
        /// The files of the site's code.
        files: Vec<NamedFile>,
    },
    /// Another version of the site's code.
    UpdateCode { files: Vec<NamedFile> },
    /// A visitor's request.
    Request {
        id: u64,
        method: String,
        /// Path and query.
        target: String,
        headers: Pairs,
        /// The site's origin.
        origin: String,
        /// Does a body follow?
        body: bool,
        /// The visitor's id, the same for all requests on one data channel.
        visitor: String,
        /// The network that the visitor is in, as far as it is known.
        network: String,
        /// `direct` or `relayed`.
        transport: String,
    },
    /// A chunk of a request's body, after [`RequestEvent::BodyWanted`].
    RequestBody { id: u64, bytes: Uint8Array },
    /// A request's body is complete.
    RequestBodyEnd { id: u64 },
    /// The last chunk of the response was sent to the visitor: the next may be posted.
    ResponseBodyConsumed { id: u64 },
    /// The visitor cancelled the request.
    Cancel { id: u64 },
    /// The result of a [`RequestEvent::File`].
    File {
        id: u64,
        ticket: u32,
        result: FileResult,
    },
    /// A request of the site's owner. Replied to by [`FromBox::OwnerReply`] or [`FromBox::OwnerError`].
    OwnerRequest { id: u64, request: Json<BoxAsk> },
    /// Does it still respond? Replied to by [`FromBox::Alive`].
    Ping {},
}

/// A message from the box.
#[derive(Debug, Message)]
pub enum FromBox {
    /// Its code is in use. `routes` is the JSON of its `layout::RouteTable`.
    Ready { routes: String },
    /// Its code cannot be used: a sentence.
    Failed { message: String },
    /// It cannot go on: a sentence.
    Crashed { message: String },
    /// About a request.
    Request { id: u64, event: RequestEvent },
    /// An entry for the site's log.
    Log { entry: Json<LogEntry> },
    /// The reply to a [`ToBox::OwnerRequest`], as JSON.
    OwnerReply { id: u64, json: String },
    /// Why a [`ToBox::OwnerRequest`] failed: a sentence.
    OwnerError { id: u64, message: String },
    /// This request's code runs from now on.
    Running { id: u64 },
    /// It responds, and has so many bytes of memory.
    Alive { memory: u64 },
}

/// A status from 200 to 599 (RFC 9110, 15): interim responses are not a site's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinalStatus(pub u16);

impl crate::Message for FinalStatus {
    fn read(value: &JsValue) -> Option<Self> {
        let status = u16::read(value)?;
        (200..600).contains(&status).then_some(Self(status))
    }

    fn write(&self, transfer: &Array) -> JsValue {
        self.0.write(transfer)
    }

    #[cfg(feature = "typescript")]
    fn type_name() -> String {
        u16::type_name()
    }
}

/// What happens with a request in the box.
#[derive(Debug, Message)]
pub enum RequestEvent {
    /// It wants the next chunk of the request's body.
    BodyWanted {},
    /// Status and headers of the response.
    Response {
        status: FinalStatus,
        headers: Pairs,
        /// The body's first chunk, if it is there already.
        bytes: Option<Uint8Array>,
        /// Is the response complete?
        end: bool,
    },
    /// The next chunk of the response's body.
    ResponseBody { bytes: Uint8Array },
    /// The response is complete.
    ResponseEnd {},
    /// The response ends early.
    ResponseReset {},
    /// Its code reads, writes, deletes or lists files of the site. [`ToBox::File`] has the result, with the same ticket.
    File {
        ticket: u32,
        operation: FileOperation,
    },
}
