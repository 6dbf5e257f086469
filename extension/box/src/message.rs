//! Posts the box's messages to its owner, the network document. The messages are `messages::site_box`; this file must not
//! know what they mean.

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
    /// Bytes of memory, as last posted to the owner.
    static REPORTED_MEMORY: Cell<u64> = const { Cell::new(0) };
}

/// Posts a heartbeat, with the bytes of memory that the box has.
pub fn post_alive() {
    let memory = memory();
    REPORTED_MEMORY.set(memory);
    post(&FromBox::Alive { memory });
}

/// Posts a heartbeat if the box's memory has grown since the last one.
pub fn post_alive_if_grown() {
    if REPORTED_MEMORY.get() != memory() {
        post_alive();
    }
}

/// Bytes of the wasm's memory, which never shrinks.
fn memory() -> u64 {
    const PAGE: u64 = 65_536;
    core::arch::wasm32::memory_size(0) as u64 * PAGE
}

/// Posts that this request's code runs from now on.
pub fn post_running(request: RequestId) {
    post(&FromBox::Running { id: request.0 });
}
