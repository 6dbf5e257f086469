//! The extension's own pages: the popup, the sites page and the visit page.
//!
//! Each page is plain HTML whose fixed parts stand in its `.html` file; this crate fills them in. It asks
//! the background through [`messages::Ask`] and edits drafts in the store. It must not know how sites are
//! served or how peers meet, and it never makes markup from data: every text becomes a text node.
//!
//! - `popup`: the toolbar's popup;
//! - `sites`: make, fill, rename, publish and delete sites;
//! - `visit`: turn a `web+peer:` address into one at the gateway in use;
//! - `ui`: what the pages share.

mod background;
mod error;
mod popup;
mod sites;
mod ui;
mod visit;

use wasm_bindgen::prelude::*;

/// Run the popup (`popup.html`).
#[wasm_bindgen]
pub fn popup() {
    ui::run(popup::start());
}

/// Run the sites page (`sites.html`). `load_editor` gives the promise of the editor's module, `editor.js`.
#[wasm_bindgen]
pub fn sites(load_editor: js_sys::Function) {
    ui::run(sites::start(load_editor));
}

/// Run the page that forwards `web+peer:` addresses (`visit.html`).
#[wasm_bindgen]
pub fn visit() {
    ui::run(visit::start());
}
