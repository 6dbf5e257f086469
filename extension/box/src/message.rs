//! Posts the box's messages to its owner, the network document. The messages are `messages::site_box`; this file must not
//! know what they are about.

use std::cell::Cell;

use js_sys::Array;
use messages::Message as _;
use messages::site_box::FromBox;
use script::RequestId;
use wasm_bindgen::JsCast as _;
use web_sys::DedicatedWorkerGlobalScope;

/// Posts a message.
pub fn post(message: &FromBox) {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let transfer = Array::new();
    let message = message.write(&transfer);
    // Fails only for what cannot be cloned; these messages can.
    let _ = scope.post_message_with_transfer(&message, &transfer);
}

thread_local! {
    /// Bytes of memory that the owner knows of.
    static KNOWN: Cell<u64> = const { Cell::new(0) };
}

/// A sign of life, with the bytes of memory that the box has.
pub fn post_alive() {
    let memory = memory();
    KNOWN.set(memory);
    post(&FromBox::Alive { memory });
}

/// A sign of life, if the box has other memory than its owner knows.
pub fn post_alive_if_grown() {
    if KNOWN.get() != memory() {
        post_alive();
    }
}

/// Bytes of the wasm's memory, which never becomes less.
fn memory() -> u64 {
    const PAGE: u64 = 65_536;
    core::arch::wasm32::memory_size(0) as u64 * PAGE
}

/// A request's code gets the thread.
pub fn post_running(request: RequestId) {
    post(&FromBox::Running { id: request.0 });
}
