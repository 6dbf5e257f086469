//! Finds out when the network document has to be replaced, before it runs out of memory.
//!
//! When a process of the extension runs out of memory, Chromium takes the whole extension for crashed, and nothing of
//! it runs until a person reloads it. A network document that ends by itself is replaced by the background within a
//! second, with empty memory: visitors connect again, and what may be asked twice is asked again. It must not know
//! what fills the memory; every queue has its own bound.

use gloo_timers::future::TimeoutFuture;
use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// Milliseconds between two checks. At the 10 MiB a second that a data channel brings, memory grows by 100 MiB meanwhile.
const CHECK_INTERVAL: u32 = 10_000;

/// Bytes beyond which an idle document is replaced: ten times what it takes with many visitors.
const IDLE_BUDGET: f64 = 512.0 * 1024.0 * 1024.0;

/// Bytes beyond which it is replaced whatever it does: half of the 2 GiB to which V8 limits its heap on small machines.
const BUSY_BUDGET: f64 = 1024.0 * 1024.0 * 1024.0;

/// Returns when the document is over its budget. `busy`: is a request under way? Never ends where the
/// browser does not report how much memory scripts use: only Chromium's process is shared with the whole extension.
pub async fn until_exceeded(busy: impl Fn() -> bool) {
    // What the document before this one has left behind is not ours, and is collected some time.
    let mut baseline = f64::INFINITY;
    loop {
        match script_bytes() {
            Some(scripts) => {
                baseline = baseline.min(scripts);
                if exceeds(scripts - baseline + wasm_bytes(), busy()) {
                    return;
                }
            }
            None => return std::future::pending().await,
        }
        TimeoutFuture::new(CHECK_INTERVAL).await;
    }
}

fn exceeds(bytes: f64, busy: bool) -> bool {
    bytes > if busy { BUSY_BUDGET } else { IDLE_BUDGET }
}

/// Bytes of objects and buffers of this document and those before it, wasm memory not included (Chromium).
fn script_bytes() -> Option<f64> {
    let memory = ["performance", "memory", "usedJSHeapSize"];
    let start: JsValue = js_sys::global().into();
    memory
        .iter()
        .try_fold(start, |value, name| Reflect::get(&value, &(*name).into()))
        .ok()?
        .as_f64()
}

/// Bytes of this module's memory, which never shrinks.
fn wasm_bytes() -> f64 {
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().into();
    let bytes = Reflect::get(&memory.buffer(), &"byteLength".into());
    bytes
        .ok()
        .and_then(|bytes| bytes.as_f64())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_document_may_take_more_than_an_idle_one() {
        assert!(!exceeds(IDLE_BUDGET, false));
        assert!(exceeds(IDLE_BUDGET + 1.0, false));
        assert!(!exceeds(IDLE_BUDGET + 1.0, true));
        assert!(exceeds(BUSY_BUDGET + 1.0, true));
    }
}
