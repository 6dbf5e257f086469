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

/// Milliseconds that acquiring waits: a released lock is granted to the next holder with a delay, and some holders keep
/// it for a moment only.
const TIMEOUT: u32 = 2_000;

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub struct Lock {
    release: Function,
}

impl Lock {
    /// Acquires the lock of this name; `None` if another holder kept it for [`TIMEOUT`].
    pub async fn acquire(name: &str) -> Result<Option<Self>, Error> {
        let from_js = |error: JsValue| Error::from_js(&error);
        let manager: LockManager = Reflect::get(&js_sys::global(), &"navigator".into())
            .and_then(|navigator| Reflect::get(&navigator, &"locks".into()))
            .map_err(from_js)?
            .unchecked_into();
        let options = Object::new();
        let timeout = AbortSignal::timeout(TIMEOUT);
        Reflect::set(&options, &"signal".into(), &timeout).map_err(from_js)?;
        let (sender, receiver) = oneshot::channel();
        let granted = Closure::once_into_js(move |_: JsValue| {
            let mut release = None;
            // Held as long as this promise is not settled.
            let held = Promise::new(&mut |settle, _| release = Some(settle));
            // If the receiver is gone, the lock is dropped here and so released.
            let _ = sender.send(release.map(|release| Self { release }));
            held
        });
        let request = manager.request(name, &options, &granted).map_err(from_js)?;
        match select(receiver, JsFuture::from(request)).await {
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
