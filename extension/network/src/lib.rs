//! The network document: owns the `RTCPeerConnection`s of a browser with the extension, as host and as
//! visitor.
//!
//! In Chromium it is the offscreen document, apart from the service worker; in Firefox it shares the
//! event page with the background. `background_client` hides the difference from the other modules. It must not know
//! IndexedDB or the site engine, and keeps nothing: after its death the next one requests the plan from
//! the background, and site workers request new ports.

mod background_client;
mod bodies;
mod boxes;
mod code_header;
mod error;
mod hosting;
mod memory;
mod respond;
mod service_worker;
mod visiting;

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

/// Starts, and requests the plan from the background. `background_functions` is `null` where the background is elsewhere
/// (Chromium); in Firefox, where it is in this very document, it is the object of its exports.
#[wasm_bindgen]
pub async fn start(background_functions: JsValue) -> Result<(), JsValue> {
    let separate = !background_functions.is_object();
    let background = Rc::new(BackgroundClient::new(background_functions));
    let boxes = Boxes::new(background.clone());
    let network = Rc::new(Network {
        background: background.clone(),
        hosting: Hosting::new(background.clone(), boxes.clone()),
        boxes,
        visiting: Visiting::default(),
    });
    NETWORK.set(Some(network.clone()));
    if separate {
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
    network.hosting.set_plan(plan);
    Ok(())
}

/// The background died: pending requests are sent to the next one at once.
#[wasm_bindgen(js_name = backgroundGone)]
pub fn background_gone() {
    if let Some(network) = NETWORK.with_borrow(Clone::clone) {
        network.background.background_gone();
    }
}

/// The document is about to be unloaded: closes the visitors' channels, so that they need not wait for a timeout.
#[wasm_bindgen(js_name = shutDown)]
pub fn shut_down() {
    if let Some(network) = NETWORK.take() {
        network.hosting.shut_down();
    }
}

/// Handles a message to the network document. The promise resolves with the reply.
#[wasm_bindgen(js_name = onMessage)]
pub async fn on_message(message: JsValue) -> Result<JsValue, JsValue> {
    let message: ToNetwork =
        from_js(message).map_err(|error| JsError::new(&format!("not understood: {error}")))?;
    let Some(network) = NETWORK.with_borrow(Clone::clone) else {
        return Err(JsError::new("the network document has not started").into());
    };
    match message {
        ToNetwork::Plan { plan } => {
            network.hosting.set_plan(plan);
            Ok(JsValue::TRUE)
        }
        ToNetwork::Visit { label, gateway } => {
            let answer = network.visiting.visit(label, &gateway).await;
            Ok(answer.write(&js_sys::Array::new()))
        }
        ToNetwork::Box { site, ask } => {
            let answer = network.boxes.send_owner_request(site.as_str(), &ask).await;
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
