//! The network document: owns the `RTCPeerConnection`s of a browser with the extension, as host and as
//! visitor.
//!
//! In Chromium it is the offscreen document, apart from the service worker; in Firefox it shares the
//! event page with the background. Nothing here depends on which: `background_client` hides it. It must not know
//! IndexedDB or the site engine, and keeps nothing: after its death the background tells it anew what
//! to host, and site workers ask anew for their ports.

mod answer;
mod background_client;
mod bodies;
mod boxes;
mod code_header;
mod error;
mod hosting;
mod memory;
mod visiting;
mod worker;

use std::{cell::RefCell, rc::Rc};

use messages::{BoxReply, Failure, Message as _, ToNetwork};
use wasm_bindgen::prelude::*;
use webextension_api::message::{from_js, to_js};

use crate::{
    background_client::BackgroundClient, boxes::Boxes, hosting::Hosting, visiting::Visiting,
};

struct Network {
    background: Rc<BackgroundClient>,
    boxes: Rc<Boxes>,
    hosting: Hosting,
    visiting: Visiting,
}

thread_local! {
    static NETWORK: RefCell<Option<Rc<Network>>> = const { RefCell::new(None) };
}

/// Start, and ask the background what to host. `together` is `null` where the background is elsewhere
/// (Chromium); where it is in this very document (Firefox) it is its object of functions.
#[wasm_bindgen]
pub async fn start(together: JsValue) -> Result<(), JsValue> {
    let apart = !together.is_object();
    let background = Rc::new(BackgroundClient::new(together));
    let boxes = Boxes::new(background.clone());
    let network = Rc::new(Network {
        background: background.clone(),
        hosting: Hosting::new(background.clone(), boxes.clone()),
        boxes,
        visiting: Visiting::default(),
    });
    NETWORK.set(Some(network.clone()));
    if apart {
        let watched = network.clone();
        wasm_bindgen_futures::spawn_local(async move {
            memory::until_exceeded(|| watched.hosting.is_busy()).await;
            // The background starts another.
            if let Some(window) = web_sys::window() {
                let _ = window.close();
            }
        });
    }
    let plan = background
        .started()
        .await
        .map_err(|error| JsError::new(&error.to_string()))?;
    network.hosting.follow(plan);
    Ok(())
}

/// The background died: what it was to answer is put to the next one at once.
#[wasm_bindgen(js_name = backgroundGone)]
pub fn background_gone() {
    if let Some(network) = NETWORK.with_borrow(Clone::clone) {
        network.background.background_gone();
    }
}

/// The document is about to end: say good-bye to visitors, so that they need not find out by silence.
#[wasm_bindgen]
pub fn leave() {
    if let Some(network) = NETWORK.take() {
        network.hosting.leave();
    }
}

/// Take a message for the network document; the answer is a promise.
#[wasm_bindgen(js_name = onMessage)]
pub async fn on_message(message: JsValue) -> Result<JsValue, JsValue> {
    let message: ToNetwork =
        from_js(message).map_err(|error| JsError::new(&format!("not understood: {error}")))?;
    let Some(network) = NETWORK.with_borrow(Clone::clone) else {
        return Err(JsError::new("the network document has not started").into());
    };
    match message {
        ToNetwork::Plan { plan } => {
            network.hosting.follow(plan);
            Ok(JsValue::TRUE)
        }
        ToNetwork::Visit { label, gateway } => {
            let answer = network.visiting.visit(label, &gateway).await;
            Ok(answer.write(&js_sys::Array::new()))
        }
        ToNetwork::Box { site, ask } => {
            let answer = network.boxes.ask(site.as_str(), &ask).await;
            let value = answer
                .and_then(|json| serde_json::from_str(&json).map_err(|error| error.to_string()));
            let reply = match value {
                Ok(value) => BoxReply::Ok(value),
                Err(message) => BoxReply::Err(Failure { message }),
            };
            to_js(&reply).map_err(|error| JsError::new(&error.to_string()).into())
        }
    }
}
