//! Room on the disk, and the browser's promise not to evict (Storage Standard).

use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::StorageManager;

use crate::{Error, Store};

/// How much room this browser gives and how much is taken, by all of the extension's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Bytes taken; browsers round it.
    pub used: u64,
    /// Bytes that can be taken in all; an estimate.
    pub quota: u64,
    /// Has the browser promised not to evict the data when the disk runs low?
    pub persisted: bool,
}

impl Store {
    /// How much room there is.
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

    /// Asks the browser not to evict the data; tells whether it promises. Pages can ask; in a worker, where
    /// browsers have no way to ask, this tells what was promised before.
    pub async fn persist(&self) -> Result<bool, Error> {
        let manager = manager()?;
        let can_ask = Reflect::has(&manager, &"persist".into()).unwrap_or(false);
        Ok(
            call(&manager, if can_ask { "persist" } else { "persisted" })
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

/// By name, because what is there depends on the kind of global scope.
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
