//! What the pages share: finding and filling elements, events, the toast, and numbers and times as text.

pub mod clipboard;
pub mod dom;
pub mod events;
pub mod format;
pub mod links;
pub mod qr;
pub mod rendezvous;
pub mod time;
pub mod toast;

use crate::error::PageError;

/// Run a task of the page; should it fail, show why in the toast, which every page has.
pub fn run(task: impl Future<Output = Result<(), PageError>> + 'static) {
    wasm_bindgen_futures::spawn_local(async move {
        if let Err(error) = task.await {
            toast::fail(&error.to_string());
        }
    });
}
