//! The shell: the gateway's top page for visitors without the extension.
//!
//! It connects to the host, shows the site in a frame of the site's own origin, and keeps the address
//! bar, the title and the icon as if the site were the page. Site code runs in another origin and
//! cannot reach it; what the frames post is treated as a claim of the site and nothing else. It must
//! not know keys or storage.

mod address;
mod frame;
mod shell;

use wasm_bindgen::prelude::*;

/// Start the shell on this page. `show(reason, message, retry)` shows the state of the visit
/// (`extension/gateway/site/status.js`).
#[wasm_bindgen]
pub fn start(show: js_sys::Function) -> Result<(), JsValue> {
    shell::start(show).map_err(|error| JsError::new(&error.to_string()).into())
}
