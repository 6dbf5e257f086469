//! A lock that one page or worker of the extension holds at a time (Web Locks API). The browser releases it
//! when its holder dies, however that happens.

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::Error;

#[wasm_bindgen]
extern "C" {
    /// `navigator.locks`; web-sys has it only as unstable.
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &Object,
        granted: &JsValue,
    ) -> Result<Promise, JsValue>;

    type AbortSignal;

    #[wasm_bindgen(static_method_of = AbortSignal)]
    fn timeout(ms: u32) -> AbortSignal;
}

/// How long, in ms, a lock is waited for: the browser passes it on in its own time, and some keep it for a
/// moment only.
const PATIENCE: u32 = 2_000;

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub struct Lock {
    release: Function,
}

impl Lock {
    /// Takes the lock of this name; `None` if somebody has it and keeps it.
    pub async fn acquire(name: &str) -> Result<Option<Self>, Error> {
        let from_js = |error: JsValue| Error::from_js(&error);
        let manager: LockManager = Reflect::get(&js_sys::global(), &"navigator".into())
            .and_then(|navigator| Reflect::get(&navigator, &"locks".into()))
            .map_err(from_js)?
            .unchecked_into();
        let options = Object::new();
        let patience = AbortSignal::timeout(PATIENCE);
        Reflect::set(&options, &"signal".into(), &patience).map_err(from_js)?;
        let (tell, told) = oneshot::channel();
        let granted = Closure::once_into_js(move |_: JsValue| {
            let mut release = None;
            // Held as long as this promise is not settled.
            let held = Promise::new(&mut |settle, _| release = Some(settle));
            // If nobody waits any more, it is dropped here and so released.
            let _ = tell.send(release.map(|release| Self { release }));
            held
        });
        let request = manager.request(name, &options, &granted).map_err(from_js)?;
        match select(told, JsFuture::from(request)).await {
            Either::Left((Ok(lock), _)) => Ok(lock),
            Either::Left((Err(_), _)) | Either::Right((Ok(_), _)) => Ok(None),
            Either::Right((Err(error), _)) => match from_js(error) {
                Error::Browser { name, .. } if name == "TimeoutError" => Ok(None),
                error => Err(error),
            },
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The function that settles a promise never throws.
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}
