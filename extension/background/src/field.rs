//! Writing an object that another script reads.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// Gives an object of our own a property.
pub fn set(object: &Object, key: &str, value: &JsValue) {
    // Fails only for frozen objects.
    let _ = Reflect::set(object, &key.into(), value);
}
