//! Rust values as messages and as arguments of API calls.

use js_sys::Promise;
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::{Error, api};

/// A plain JavaScript value (objects and arrays, no `Map`, no `BigInt`) of a serializable one.
pub fn to_js(value: &impl Serialize) -> Result<JsValue, Error> {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(|error| Error(error.to_string()))
}

/// The Rust value of a plain JavaScript one.
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, Error> {
    serde_wasm_bindgen::from_value(value).map_err(|error| Error(error.to_string()))
}

/// Wait for the promise that an API function gave.
pub async fn settled(call: Result<Promise, JsValue>) -> Result<JsValue, Error> {
    Ok(JsFuture::from(call?).await?)
}

/// `runtime.sendMessage`, and its answer.
pub async fn send(message: &impl Serialize) -> Result<JsValue, Error> {
    settled(api::runtime_send_message(&to_js(message)?)).await
}
