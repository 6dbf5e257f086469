//! Reading an object that another script made.

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A field of an object; undefined if it is none.
pub fn get(object: &JsValue, key: &str) -> JsValue {
    match object.dyn_ref::<Object>() {
        Some(object) => Reflect::get(object, &key.into()).unwrap_or_default(),
        None => JsValue::UNDEFINED,
    }
}
