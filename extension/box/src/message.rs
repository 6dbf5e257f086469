//! What the box says to its owner, the network document, and hears from it. The owner's end is
//! `extension/network/src/boxes/`.
//!
//! ToBox: `{kind:"start", folder, files}`, whose `folder` is for `box.js` alone, and `{kind:"program", files}` with
//! `files: [path, Uint8Array, …]`;
//! `{kind:"request", id, method, target, headers:[name, value, …], origin, body, visitor, network, transport}`,
//! `{kind:"body", id, bytes}`, `{kind:"bodyEnd", id}`, `{kind:"room", id}`, `{kind:"left", id}`,
//! `{kind:"file", id, ticket, …}` with `refused`, `bytes` and `type`, `deleted` or `list: [path, size, …]`;
//! `{kind:"ask", id, ask}` with the JSON of a [`messages::BoxAsk`]; `{kind:"ping"}`.
//!
//! FromBox: `{kind:"ready", table, problems}` (JSON) or `{kind:"failed", message}`; `{kind:"bodyWanted", id}`;
//! `{kind:"head", id, status, headers, bytes, end}` where `bytes` (or null) is the body's first piece and `end` says
//! that there is no more; `{kind:"chunk", id, bytes}`, `{kind:"end", id}`, `{kind:"reset", id}`;
//! `{kind:"file", id, ticket, op, path, bytes}`; `{kind:"log", entry}` with the JSON of a [`messages::LogEntry`];
//! `{kind:"told", id, answer}` (JSON) or `{kind:"told", id, error}`; `{kind:"turn", id}` when another request's code
//! gets the thread; `{kind:"beat", memory}` with the bytes of memory that the box has.

use std::cell::Cell;

use js_sys::{Array, Object, Reflect, Uint8Array};
use script::RequestId;
use wasm_bindgen::prelude::*;
use web_sys::DedicatedWorkerGlobalScope;

#[wasm_bindgen]
extern "C" {
    /// A message of the owner.
    pub type ToBox;
    #[wasm_bindgen(method, getter)]
    pub fn kind(this: &ToBox) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub fn id(this: &ToBox) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    pub fn files(this: &ToBox) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn method(this: &ToBox) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub fn target(this: &ToBox) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub fn headers(this: &ToBox) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn origin(this: &ToBox) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub fn body(this: &ToBox) -> Option<bool>;
    #[wasm_bindgen(method, getter)]
    pub fn visitor(this: &ToBox) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub fn network(this: &ToBox) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub fn transport(this: &ToBox) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub fn bytes(this: &ToBox) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn ticket(this: &ToBox) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    pub fn refused(this: &ToBox) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = type)]
    pub fn media_type(this: &ToBox) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub fn deleted(this: &ToBox) -> Option<bool>;
    #[wasm_bindgen(method, getter)]
    pub fn list(this: &ToBox) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn ask(this: &ToBox) -> Option<String>;
}

/// A message for the owner that is being put together.
pub struct FromBox {
    message: Object,
    transfer: Array,
}

impl FromBox {
    /// A message of this kind.
    pub fn new(kind: &str) -> Self {
        Self {
            message: Object::new(),
            transfer: Array::new(),
        }
        .with("kind", kind)
    }

    /// A message of this kind about a request or question.
    pub fn about(kind: &str, id: u64) -> Self {
        // Ids are counted by the owner and come nowhere near 2^53.
        Self::new(kind).with("id", id as f64)
    }

    /// With one more field.
    pub fn with(self, name: &str, value: impl Into<JsValue>) -> Self {
        // Fails only for frozen objects.
        let _ = Reflect::set(&self.message, &name.into(), &value.into());
        self
    }

    /// With `bytes`, handed over and not copied once more.
    pub fn bytes(self, bytes: &[u8]) -> Self {
        let array = Uint8Array::from(bytes);
        self.transfer.push(&array.buffer());
        self.with("bytes", array)
    }

    /// Say it.
    pub fn send(self) {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        // Fails only for what cannot be cloned; these messages can.
        let _ = scope.post_message_with_transfer(&self.message, &self.transfer);
    }
}

/// `[name, value, …]`.
pub fn flat(pairs: impl IntoIterator<Item = (String, String)>) -> Array {
    let list = Array::new();
    for (name, value) in pairs {
        list.push(&name.into());
        list.push(&value.into());
    }
    list
}

thread_local! {
    /// Bytes of memory that the owner knows of.
    static KNOWN: Cell<usize> = const { Cell::new(0) };
}

/// A sign of life, with the bytes of memory that the box has.
pub fn beat() {
    let memory = memory();
    KNOWN.set(memory);
    // Below 2^53: wasm's memory has 2^32.
    FromBox::new("beat").with("memory", memory as f64).send();
}

/// A beat, if the box has other memory than its owner knows.
pub fn beat_if_grown() {
    if KNOWN.get() != memory() {
        beat();
    }
}

/// Bytes of the wasm's memory, which never becomes less.
fn memory() -> usize {
    const PAGE: usize = 65_536;
    core::arch::wasm32::memory_size(0) * PAGE
}

/// A request's code gets the thread.
pub fn turn(request: RequestId) {
    FromBox::about("turn", request.0).send();
}
