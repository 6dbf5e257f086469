//! What a site worker and this end of its port say to each other. It knows nothing of what follows from it.
//!
//! From the worker: `{kind:"request", id, method, path, headers:[name, value, …], body:bool, from, cookies}`
//! (`from` says who asks, `site`, `link` or `form`, and is not there when no cookies are to go or come;
//! `cookies:[name, value, …]` are those that the site's pages see),
//! `{kind:"body", id, bytes}`, `{kind:"bodyEnd", id}`, `{kind:"taken", id, n}` (body bytes of the answer
//! that the page took), `{kind:"cancel", id}`, `{kind:"ping"}`, `{kind:"fresh"}` (the worker is
//! new here: the browser has nothing of the site).
//! To the worker: `{kind:"pong"}`, `{kind:"head", id, status, headers:[…], whole:Uint8Array|null, code:bool,
//! cookies}` (`code`: the site has code of its own; `cookies:[name, value, path, expires, sameSite, secure, …]` are
//! to be put where pages see them, see `extension/jar`),
//! `{kind:"chunk", id, bytes}`, `{kind:"end", id}`, `{kind:"fail", id, reason, message}`,
//! `{kind:"bodyTaken", id, n}`.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    pub type FromWorker;
    #[wasm_bindgen(method, getter)]
    pub fn kind(this: &FromWorker) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub fn id(this: &FromWorker) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    pub fn method(this: &FromWorker) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub fn path(this: &FromWorker) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub fn headers(this: &FromWorker) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn body(this: &FromWorker) -> Option<bool>;
    #[wasm_bindgen(method, getter)]
    pub fn bytes(this: &FromWorker) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn n(this: &FromWorker) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    pub fn from(this: &FromWorker) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub fn cookies(this: &FromWorker) -> Option<Array>;

    pub type ToWorker;
    #[wasm_bindgen(method, setter)]
    pub fn set_kind(this: &ToWorker, value: &str);
    #[wasm_bindgen(method, setter)]
    pub fn set_id(this: &ToWorker, value: f64);
    #[wasm_bindgen(method, setter)]
    pub fn set_status(this: &ToWorker, value: u16);
    #[wasm_bindgen(method, setter)]
    pub fn set_headers(this: &ToWorker, value: &Array);
    #[wasm_bindgen(method, setter)]
    pub fn set_whole(this: &ToWorker, value: &JsValue);
    #[wasm_bindgen(method, setter)]
    pub fn set_bytes(this: &ToWorker, value: &JsValue);
    #[wasm_bindgen(method, setter)]
    pub fn set_reason(this: &ToWorker, value: &str);
    #[wasm_bindgen(method, setter)]
    pub fn set_message(this: &ToWorker, value: &str);
    #[wasm_bindgen(method, setter)]
    pub fn set_n(this: &ToWorker, value: f64);
    #[wasm_bindgen(method, setter)]
    pub fn set_code(this: &ToWorker, value: bool);
    #[wasm_bindgen(method, setter)]
    pub fn set_cookies(this: &ToWorker, value: &Array);
}

/// A message to the worker, about the exchange of that id.
pub fn to_worker(kind: &str, id: u64) -> ToWorker {
    let message: ToWorker = Object::new().unchecked_into();
    message.set_kind(kind);
    message.set_id(id as f64);
    message
}
