//! What the extension's own pages need of the API.

use js_sys::Reflect;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::{
    Error, api,
    message::{settled, to_js},
};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "runtime", "onMessage"], js_name = addListener)]
    fn runtime_on_message(listener: &Closure<dyn FnMut(JsValue, JsValue)>);
}

/// Call `hear` with every message of the extension's own that reaches this page, as long as the page lives. It answers
/// none. Messages of content scripts, which come this way too, are passed over.
pub fn on_message(hear: impl Fn(JsValue) + 'static) {
    let own = get(&js_sys::global(), "origin").as_string();
    let listener = Closure::<dyn FnMut(JsValue, JsValue)>::new(move |message, sender: JsValue| {
        if own.as_ref().is_some_and(|own| is_from(&sender, own)) {
            hear(message);
        }
    });
    runtime_on_message(&listener);
    listener.forget();
}

/// Is this sender of this origin? Chromium names no origin of a service worker, but its address; every frame has one.
fn is_from(sender: &JsValue, own: &str) -> bool {
    match get(sender, "origin").as_string() {
        Some(origin) => origin == own,
        None => {
            let url = get(sender, "url").as_string().unwrap_or_default();
            let below = url.strip_prefix(own);
            get(sender, "tab").is_undefined() && below.is_some_and(|path| path.starts_with('/'))
        }
    }
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

/// Open `url` in a new tab.
///
/// # Errors
/// What the browser says, for instance of an address that extensions may not open.
pub async fn open_tab(url: &str) -> Result<(), Error> {
    #[derive(Serialize)]
    struct Properties<'a> {
        url: &'a str,
    }
    settled(api::tabs_create(&to_js(&Properties { url })?)).await?;
    Ok(())
}

/// Ask the person for access to these origins (match patterns such as `https://example.org/*`). The
/// browser is called before this function returns, so that it sees the person's gesture; the future
/// tells whether access was given.
pub fn request_origins(patterns: &[String]) -> impl Future<Output = Result<bool, Error>> + 'static {
    #[derive(Serialize)]
    struct Permissions<'a> {
        origins: &'a [String],
    }
    let call = to_js(&Permissions { origins: patterns })
        .map(|permissions| api::permissions_request(&permissions));
    async move { Ok(settled(call?).await?.is_truthy()) }
}
