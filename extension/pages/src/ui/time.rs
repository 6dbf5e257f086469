//! A moment as text for people.

use js_sys::{Date, JsString};
use wasm_bindgen::JsValue;

/// A moment, in milliseconds since 1970, as the person's language writes it.
pub fn text(ms: u64) -> String {
    // Below 2^53.
    let date = Date::new(&JsValue::from_f64(ms as f64));
    let text: JsString = date.to_locale_string("default", &JsValue::UNDEFINED);
    String::from(text)
}
