//! The network document: there when it is needed. In Firefox it is this very document.

use gloo_timers::future::TimeoutFuture;
use messages::{Failure, ToNetwork};
use serde_json::json;
use wasm_bindgen::prelude::*;
use webextension_api::{
    api,
    message::{send as send_message, settled, to_js},
};

/// Its path in the extension.
const PATH: &str = "network/network.html";
/// How often it is looked whether a dying network document is gone, and the milliseconds between.
const BURIAL_LOOKS: u32 = 20;
const BURIAL_LOOK: u32 = 25;

#[wasm_bindgen]
extern "C" {
    /// Set by the background's script in Firefox: the network module in the same document.
    type Together;
    #[wasm_bindgen(thread_local_v2, js_namespace = globalThis, js_name = peerserverNetwork)]
    static TOGETHER: JsValue;
    #[wasm_bindgen(method, catch, js_name = onMessage)]
    fn on_message(this: &Together, message: &JsValue) -> Result<js_sys::Promise, JsValue>;
}

fn together() -> Option<Together> {
    TOGETHER.with(|network| {
        network
            .is_object()
            .then(|| network.clone().unchecked_into())
    })
}

/// Is there a network document?
pub async fn exists() -> bool {
    if !webextension_api::has("offscreen") {
        return together().is_some();
    }
    let Ok(filter) = to_js(&json!({ "contextTypes": ["OFFSCREEN_DOCUMENT"] })) else {
        return false;
    };
    settled(api::runtime_get_contexts(&filter))
        .await
        .is_ok_and(|found| js_sys::Array::from(&found).length() > 0)
}

/// The network document with this id has lost its port: wait until it is gone, and see to it that it is.
pub async fn close_dead(id: &str) {
    let filter = json!({ "contextTypes": ["OFFSCREEN_DOCUMENT"], "documentIds": [id] });
    let Ok(filter) = to_js(&filter) else { return };
    for _ in 0..BURIAL_LOOKS {
        let found = settled(api::runtime_get_contexts(&filter)).await;
        if !found.is_ok_and(|found| js_sys::Array::from(&found).length() > 0) {
            return;
        }
        TimeoutFuture::new(BURIAL_LOOK).await;
    }
    // One whose process crashed stays in the browser's books. It fails if it went after all.
    let _ = settled(api::offscreen_close_document()).await;
}

/// Start the network document unless it is there.
pub async fn ensure() -> Result<(), Failure> {
    if exists().await {
        return Ok(());
    }
    if !webextension_api::has("offscreen") {
        return Err(Failure {
            message: "The network document has not started yet.".to_owned(),
        });
    }
    let parameters = to_js(&json!({
        "url": PATH,
        "reasons": ["WEB_RTC"],
        "justification": "Serves your sites to other browsers over WebRTC.",
    }))?;
    match settled(api::offscreen_create_document(&parameters)).await {
        Ok(_) => Ok(()),
        // Two that found it missing at the same time: there can be one only, and there is one.
        Err(_) if exists().await => Ok(()),
        Err(error) => Err(Failure {
            message: format!("The browser did not start the network document: {error}"),
        }),
    }
}

/// Put a message to the network document and wait for its answer.
pub async fn send(message: &ToNetwork) -> Result<JsValue, Failure> {
    Ok(match together() {
        Some(network) => settled(network.on_message(&to_js(message)?)).await?,
        None => send_message(message).await?,
    })
}
