//! Between the network document and a site's box, the dedicated Worker that runs the site's code.
//!
//! Requests are numbered by the network document.

use js_sys::{Array, Uint8Array};
use messages_derive::Message;
use wasm_bindgen::JsValue;

use crate::dynamic::{BoxAsk, LogEntry};
use crate::file::{FileOperation, FileResult, NamedFile};
use crate::object::{Json, Pairs};

/// For the box.
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
    Program { files: Vec<NamedFile> },
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
        /// Who asks: an id that stays while its channel does.
        visitor: String,
        /// The network that the visitor is in, as far as it is known.
        network: String,
        /// `direct` or `relayed`.
        transport: String,
    },
    /// A piece of a request's body, after [`RequestEvent::BodyWanted`].
    RequestBody { id: u64, bytes: Uint8Array },
    /// A request's body is complete.
    RequestBodyEnd { id: u64 },
    /// The piece of the response that came last was sent: the next may come.
    ResponseBodyConsumed { id: u64 },
    /// The visitor gave the request up.
    Cancel { id: u64 },
    /// What came of a [`RequestEvent::File`].
    File {
        id: u64,
        ticket: u32,
        result: FileResult,
    },
    /// The site's owner asks.
    Ask { id: u64, ask: Json<BoxAsk> },
    /// Is it alive? Answered by [`FromBox::Alive`].
    Ping {},
}

/// From the box.
#[derive(Debug, Message)]
pub enum FromBox {
    /// Its code is in use; the JSON of its `layout::RouteTable`.
    Ready { routes: String },
    /// Its code cannot be used: a sentence.
    Failed { message: String },
    /// It is of no use any more: a sentence.
    Crashed { message: String },
    /// About a request.
    Request { id: u64, event: RequestEvent },
    /// Something for the site's log.
    Log { entry: Json<LogEntry> },
    /// The answer to [`ToBox::Ask`], as JSON.
    Answer { id: u64, json: String },
    /// Why a [`ToBox::Ask`] cannot be answered: a sentence.
    Refused { id: u64, message: String },
    /// This request's code has the thread from now on.
    Running { id: u64 },
    /// It is alive, and has so many bytes of memory.
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

/// What the box has to say about a request.
#[derive(Debug, Message)]
pub enum RequestEvent {
    /// It wants the next piece of the request's body.
    BodyWanted {},
    /// Status and headers of the response.
    Response {
        status: FinalStatus,
        headers: Pairs,
        /// The body's first piece, if it is there already.
        bytes: Option<Uint8Array>,
        /// Is the response complete?
        end: bool,
    },
    /// The next piece of the response's body.
    ResponseBody { bytes: Uint8Array },
    /// The response is complete.
    ResponseEnd {},
    /// The response breaks off.
    ResponseReset {},
    /// Its code wants something of the site's own files, and knows the result by the ticket.
    File {
        ticket: u32,
        operation: FileOperation,
    },
}
