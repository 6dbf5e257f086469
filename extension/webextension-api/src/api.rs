//! The raw functions, by namespace. Names are those of the WebExtensions API in snake case.

use js_sys::{Array, Object, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// `runtime.sendMessage(message)`.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "runtime"], js_name = sendMessage)]
    pub fn runtime_send_message(message: &JsValue) -> Result<Promise, JsValue>;

    /// `runtime.getURL(path)`.
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = getURL)]
    pub fn runtime_get_url(path: &str) -> String;

    /// `runtime.getManifest()`.
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = getManifest)]
    pub fn runtime_get_manifest() -> Object;

    /// `runtime.getPlatformInfo()`: used in Firefox as the sign of life that keeps an event page.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "runtime"], js_name = getPlatformInfo)]
    pub fn runtime_get_platform_info() -> Result<Promise, JsValue>;

    /// `runtime.getContexts(filter)`; Chromium only.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "runtime"], js_name = getContexts)]
    pub fn runtime_get_contexts(filter: &JsValue) -> Result<Promise, JsValue>;

    /// `runtime.connectNative(name)`.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "runtime"], js_name = connectNative)]
    pub fn runtime_connect_native(name: &str) -> Result<Port, JsValue>;

    /// `runtime` itself.
    pub type Runtime;

    /// `runtime`.
    #[wasm_bindgen(js_namespace = ["chrome"], js_name = runtime, thread_local_v2)]
    pub static RUNTIME: Runtime;

    /// `runtime.lastError`, set while a port's `onDisconnect` listener runs (Chromium).
    #[wasm_bindgen(method, getter, js_name = lastError)]
    pub fn last_error(this: &Runtime) -> JsValue;

    /// `offscreen.closeDocument()`; Chromium only.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "offscreen"], js_name = closeDocument)]
    pub fn offscreen_close_document() -> Result<Promise, JsValue>;

    /// `runtime.Port`.
    #[derive(Debug, Clone)]
    pub type Port;

    /// `port.postMessage(message)`.
    #[wasm_bindgen(catch, method, js_name = postMessage)]
    pub fn post_message(this: &Port, message: &JsValue) -> Result<(), JsValue>;

    /// `port.disconnect()`.
    #[wasm_bindgen(method)]
    pub fn disconnect(this: &Port);

    /// `port.onMessage`.
    #[wasm_bindgen(method, getter, js_name = onMessage)]
    pub fn on_message(this: &Port) -> Event;

    /// `port.onDisconnect`.
    #[wasm_bindgen(method, getter, js_name = onDisconnect)]
    pub fn on_disconnect(this: &Port) -> Event;

    /// `port.error` (Firefox): why it was disconnected.
    #[wasm_bindgen(method, getter)]
    pub fn error(this: &Port) -> JsValue;

    /// An `events.Event`.
    #[derive(Debug, Clone)]
    pub type Event;

    /// `event.addListener(listener)`.
    #[wasm_bindgen(method, js_name = addListener)]
    pub fn add_listener(this: &Event, listener: &js_sys::Function);

    /// `offscreen.createDocument(parameters)`; Chromium only.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "offscreen"], js_name = createDocument)]
    pub fn offscreen_create_document(parameters: &JsValue) -> Result<Promise, JsValue>;

    /// `alarms.create(name, info)`.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "alarms"], js_name = create)]
    pub fn alarms_create(name: &str, info: &JsValue) -> Result<JsValue, JsValue>;

    /// `alarms.clear(name)`.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "alarms"], js_name = clear)]
    pub fn alarms_clear(name: &str) -> Result<Promise, JsValue>;

    /// `storage.local.set(items)`.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "storage", "local"], js_name = set)]
    pub fn storage_local_set(items: &JsValue) -> Result<Promise, JsValue>;

    /// `action.setIcon(details)`.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "action"], js_name = setIcon)]
    pub fn action_set_icon(details: &JsValue) -> Result<Promise, JsValue>;

    /// `action.setBadgeText(details)`.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "action"], js_name = setBadgeText)]
    pub fn action_set_badge_text(details: &JsValue) -> Result<Promise, JsValue>;

    /// `action.setBadgeBackgroundColor(details)`.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "action"], js_name = setBadgeBackgroundColor)]
    pub fn action_set_badge_background_color(details: &JsValue) -> Result<Promise, JsValue>;

    /// `action.setTitle(details)`.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "action"], js_name = setTitle)]
    pub fn action_set_title(details: &JsValue) -> Result<Promise, JsValue>;

    /// `tabs.update(properties)`: the active tab.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "tabs"], js_name = update)]
    pub fn tabs_update(properties: &JsValue) -> Result<Promise, JsValue>;

    /// `tabs.create(properties)`.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "tabs"], js_name = create)]
    pub fn tabs_create(properties: &JsValue) -> Result<Promise, JsValue>;

    /// `permissions.contains(permissions)`.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "permissions"], js_name = contains)]
    pub fn permissions_contains(permissions: &JsValue) -> Result<Promise, JsValue>;

    /// `permissions.request(permissions)`: only inside a person's gesture.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "permissions"], js_name = request)]
    pub fn permissions_request(permissions: &JsValue) -> Result<Promise, JsValue>;

    /// `scripting.getRegisteredContentScripts(filter)`.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "scripting"], js_name = getRegisteredContentScripts)]
    pub fn scripting_get_registered(filter: &JsValue) -> Result<Promise, JsValue>;

    /// `scripting.registerContentScripts(scripts)`.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "scripting"], js_name = registerContentScripts)]
    pub fn scripting_register(scripts: &Array) -> Result<Promise, JsValue>;

    /// `scripting.unregisterContentScripts(filter)`.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "scripting"], js_name = unregisterContentScripts)]
    pub fn scripting_unregister(filter: &JsValue) -> Result<Promise, JsValue>;
}
