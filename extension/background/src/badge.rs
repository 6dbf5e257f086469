//! The toolbar icon: off, on, visitors, trouble.

use messages::State;
use serde_json::json;
use wasm_bindgen::JsValue;
use webextension_api::{
    api,
    message::{settled, to_js},
};

/// Show the state. What the browser refuses (a window that closes) is passed over.
pub async fn show(state: &State) {
    let trouble = !state.troubles.is_empty();
    let (icon, text, color) = match (state.hosting, trouble, state.visitors) {
        (false, ..) => ("off", String::new(), "#5b6675"),
        (true, true, _) => ("trouble", "!".to_owned(), "#b3261e"),
        (true, false, 0) => ("on", String::new(), "#1a66d6"),
        // Four characters fit.
        (true, false, visitors) => ("on", visitors.min(9_999).to_string(), "#1a66d6"),
    };
    let title = match (state.hosting, state.troubles.first(), state.visitors) {
        (false, ..) => "PeerServer: hosting is off".to_owned(),
        (true, Some(trouble), _) => format!("PeerServer: {trouble}"),
        (true, None, 0) => "PeerServer: hosting is on".to_owned(),
        (true, None, 1) => "PeerServer: hosting, 1 visitor".to_owned(),
        (true, None, visitors) => format!("PeerServer: hosting, {visitors} visitors"),
    };
    let path =
        json!({ "16": format!("/icons/{icon}-16.png"), "32": format!("/icons/{icon}-32.png") });
    set(api::action_set_icon, &json!({ "path": path })).await;
    set(api::action_set_badge_text, &json!({ "text": text })).await;
    set(
        api::action_set_badge_background_color,
        &json!({ "color": color }),
    )
    .await;
    set(api::action_set_title, &json!({ "title": title })).await;
}

async fn set(call: fn(&JsValue) -> Result<js_sys::Promise, JsValue>, details: &serde_json::Value) {
    if let Ok(details) = to_js(details) {
        let _ = settled(call(&details)).await;
    }
}
