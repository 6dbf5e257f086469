//! The storage quota, how much of it is used, and persistence (Storage Standard).

use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::StorageManager;

use crate::{Error, Store};

/// The quota and use of all of the extension's storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Bytes used; browsers round it.
    pub used: u64,
    /// Bytes that can be used in all; an estimate.
    pub quota: u64,
    /// Is the storage persistent, so that the browser does not evict it when the disk runs low?
    pub persisted: bool,
}

impl Store {
    /// The quota, and how much of it is used.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where there is no `StorageManager`.
    pub async fn usage(&self) -> Result<Usage, Error> {
        let manager = manager()?;
        let estimate = call(&manager, "estimate").await?;
        // Whole numbers; what is missing counts as 0.
        let number = |name: &str| {
            Reflect::get(&estimate, &name.into())
                .ok()
                .and_then(|v| v.as_f64())
                .unwrap_or(0.0) as u64
        };
        let persisted = call(&manager, "persisted").await?.is_truthy();
        Ok(Usage {
            used: number("usage"),
            quota: number("quota"),
            persisted,
        })
    }

    /// Requests persistent storage; returns whether it is persistent. Only pages can request it: in a worker this returns
    /// whether it was granted before.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where there is no `StorageManager`.
    pub async fn persist(&self) -> Result<bool, Error> {
        let manager = manager()?;
        let can_request = Reflect::has(&manager, &"persist".into()).unwrap_or(false);
        Ok(
            call(&manager, if can_request { "persist" } else { "persisted" })
                .await?
                .is_truthy(),
        )
    }
}

fn manager() -> Result<StorageManager, Error> {
    Reflect::get(&js_sys::global(), &"navigator".into())
        .and_then(|navigator| Reflect::get(&navigator, &"storage".into()))
        .ok()
        .and_then(|storage| storage.dyn_into().ok())
        .ok_or_else(|| Error::Unavailable("no StorageManager here".to_owned()))
}

/// Calls a method by its name, because workers do not have all of them.
async fn call(manager: &StorageManager, method: &str) -> Result<JsValue, Error> {
    let from_js = |e: JsValue| Error::from_js(&e);
    let function: Function = Reflect::get(manager, &method.into())
        .map_err(from_js)?
        .dyn_into()
        .map_err(from_js)?;
    let promise = function.call0(manager).map_err(from_js)?;
    JsFuture::from(js_sys::Promise::resolve(&promise))
        .await
        .map_err(from_js)
}
