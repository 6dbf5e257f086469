//! Bindings to the part of the WebExtensions API that the extension uses.
//!
//! One build serves both browser families: Chromium's `chrome` exists in Firefox as well, and its
//! promises work there in Manifest V3. This crate must not know what the extension does with the API.
//! An absent API (Firefox has no `chrome.offscreen`) is asked for with [`has`].

pub mod api;
pub mod message;
pub mod pages;

use wasm_bindgen::prelude::*;

/// A failed call of a browser API: its text, for logs and for the person who meets it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Error(pub String);

impl From<JsValue> for Error {
    fn from(value: JsValue) -> Self {
        Self(text_of(&value))
    }
}

/// The text of whatever JavaScript threw: an `Error`'s message, a string, or a debug form.
pub fn text_of(value: &JsValue) -> String {
    if let Some(error) = value.dyn_ref::<js_sys::Error>() {
        return String::from(error.message());
    }
    value.as_string().unwrap_or_else(|| format!("{value:?}"))
}

/// Is `chrome.<namespace>` there?
pub fn has(namespace: &str) -> bool {
    let chrome = js_sys::Reflect::get(&js_sys::global(), &"chrome".into()).unwrap_or_default();
    chrome.is_object()
        && js_sys::Reflect::get(&chrome, &namespace.into()).is_ok_and(|value| value.is_object())
}
