//! The background: the web server of this browser, and what keeps it running.
//!
//! In Chromium it is the service worker, which the browser ends whenever it likes: what is kept here is
//! a cache of what IndexedDB and the network document know, rebuilt by [`wake`] at each start. It must
//! not know `RTCPeerConnection` or how requests travel.
//!
//! Each floor uses only those below it:
//!
//! 1. this file takes what comes; `start` starts the core and begins what every start catches up with;
//! 2. `ask` is what the popup and the sites page ask; [`serve`] what the network document asks for a site, read by
//!    `background_request`: most of all a visitor's request, answered from the store by the engine;
//! 3. `hosting` keeps all running that hosting needs: `native`, the native host, and `document`, the network document;
//! 4. `plan` is what is to be hosted where, and tells whom it concerns: `gateways` the content script, `state` and
//!    `badge` the owner;
//! 5. over the core alone: `code` and `site_files` are what a site's own code has from here, `log` takes its entries,
//!    `databases` removes those of sites that are gone, `sign` signs statements;
//! 6. `core` holds the store, the settings and what the others said last, `file_cache` what is small and often asked for,
//!    `native_port` the way to the native host.

mod ask;
mod background_request;
mod badge;
mod code;
mod core;
mod databases;
mod document;
mod file_cache;
mod gateways;
mod hosting;
mod log;
mod native;
mod native_port;
mod omnibox;
mod plan;
mod serve;
mod sign;
mod site_files;
mod start;
mod state;

use identity::Label;
use js_sys::Array;
use messages::content_script::FromContentScript;
use messages::server::{ServerReply, ServerRequest};
use messages::{Failure, Gateway, Message as _, ToBackground, ToNetwork};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use webextension_api::message::{from_js, to_js};

/// The worker has started: open the store, and resume hosting if it is on. Idempotent.
#[wasm_bindgen]
pub async fn wake() -> Result<(), JsValue> {
    start::core().await.map_err(thrown)?;
    Ok(())
}

/// Take a message of the extension's own; the answer is `{ok}` or `{err}` for pages, else plain.
#[wasm_bindgen(js_name = onMessage)]
pub async fn on_message(message: JsValue) -> Result<JsValue, JsValue> {
    reply(match from_js::<ToBackground>(message) {
        Ok(message) => answer(message).await,
        Err(error) => Err(not_understood(&error)),
    })
}

/// Take a message of the content script at a page of this origin, which the browser vouches for; the answer as of
/// [`on_message`].
#[wasm_bindgen(js_name = onPageMessage)]
pub async fn on_page_message(message: JsValue, origin: &str) -> Result<JsValue, JsValue> {
    reply(match FromContentScript::read(&message) {
        Some(message) => answer_page(message, origin).await,
        None => Err(not_allowed()),
    })
}

fn not_allowed() -> Failure {
    Failure {
        message: "This page may not ask for that.".to_owned(),
    }
}

fn not_understood(error: &webextension_api::Error) -> Failure {
    Failure {
        message: format!("A message was not understood: {error}"),
    }
}

fn reply(answered: Result<JsValue, Failure>) -> Result<JsValue, JsValue> {
    match answered {
        Ok(value) => Ok(value),
        Err(failure) => js(&Reply::<()>::Err(failure)),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Reply<T> {
    Ok(T),
    Err(Failure),
}

async fn answer(message: ToBackground) -> Result<JsValue, Failure> {
    let core = start::core().await?;
    match message {
        ToBackground::Ask { ask } => {
            let answer = ask::answer(&core, ask).await?;
            Ok(to_js(&Reply::Ok(answer))?)
        }
        ToBackground::NetworkStarted => Ok(to_js(&plan::plan(&core).await?)?),
        ToBackground::NetworkReport { report } => {
            core.report.replace(report);
            state::publish(&core).await;
            Ok(JsValue::TRUE)
        }
        ToBackground::Sign { site, statement } => {
            Ok(to_js(&sign::sign(&core, &site, statement).await?)?)
        }
        ToBackground::Log { site, entries } => {
            log::append(&core, site, entries).await?;
            Ok(JsValue::TRUE)
        }
    }
}

/// A page may ask for one thing: that the site be visited whose page it is, at a gateway that this browser uses.
async fn answer_page(message: FromContentScript, origin: &str) -> Result<JsValue, Failure> {
    let FromContentScript::Visit { label, gateway } = message;
    let (label, gateway) = (Label::parse(&label.0)?, Gateway::parse(&gateway.0)?);
    let core = start::core().await?;
    if gateway.site_origin(&label) != origin || !core.gateways().contains(&gateway) {
        return Err(not_allowed());
    }
    document::ensure().await?;
    document::send(&ToNetwork::Visit { label, gateway }).await
}

/// Reply to a `messages::server::ServerRequest` of the network document: the reply, and what is to be transferred with
/// it.
#[wasm_bindgen]
pub async fn serve(request: JsValue) -> Array {
    let reply = match ServerRequest::read(&request) {
        Some(request) => match start::core().await {
            Ok(core) => serve::serve(&core, request).await,
            Err(failure) => ServerReply::Error {
                message: failure.message,
            },
        },
        None => ServerReply::Error {
            message: "A request of the network document was not understood.".to_owned(),
        },
    };
    let transfer = Array::new();
    Array::of2(&reply.write(&transfer), &transfer)
}

/// The watchdog's alarm: all that hosting needs is there, or is started.
#[wasm_bindgen(js_name = onAlarm)]
pub async fn on_alarm() -> Result<(), JsValue> {
    let core = start::core().await.map_err(thrown)?;
    hosting::resume(&core).await.map_err(thrown)
}

/// The network document of this id is gone: start another if it is needed.
#[wasm_bindgen(js_name = onNetworkGone)]
pub async fn on_network_gone(document: Option<String>) -> Result<(), JsValue> {
    let core = start::core().await.map_err(thrown)?;
    core.report.take();
    if let Some(document) = document {
        document::close_dead(&document).await;
    }
    hosting::resume(&core).await.map_err(thrown)
}

/// The address that a person typed after the address bar's keyword.
#[wasm_bindgen(js_name = onOmnibox)]
pub async fn on_omnibox(text: String) -> Result<(), JsValue> {
    omnibox::open(&text).await.map_err(thrown)
}

fn thrown(failure: Failure) -> JsValue {
    JsError::new(&failure.message).into()
}

fn js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    to_js(value).map_err(|error| JsError::new(&error.0).into())
}
