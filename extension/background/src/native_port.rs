//! A native messaging port, through which the native host is called.
//!
//! It must not know what the native host is for.

use std::cell::Cell;

use gloo_timers::future::TimeoutFuture;
use native_messaging::{Call, NAME, Request};
use wasm_bindgen::prelude::*;
use webextension_api::{
    api::{self, Port},
    message::to_js,
};

/// Milliseconds until a port whose native host was asked to end is closed. The host ends within one second; a port that
/// is closed at once may lose the request, and the host would take that for a crash of the extension.
const ENDING: u32 = 2_000;

type Listeners = (Closure<dyn FnMut(JsValue)>, Closure<dyn FnMut(Port)>);

/// An open port. Dropping it ends the native host.
pub struct NativePort {
    /// When it was opened, in milliseconds since 1970.
    pub opened: f64,
    port: Port,
    /// The port of this machine on which the rendezvous is to listen.
    pub asked_port: u16,
    next_id: Cell<u32>,
    listeners: Option<Listeners>,
}

impl Drop for NativePort {
    fn drop(&mut self) {
        self.call(Request::Stop);
        let port = self.port.clone();
        // What is called after it was dropped throws.
        let listeners = self.listeners.take();
        wasm_bindgen_futures::spawn_local(async move {
            TimeoutFuture::new(ENDING).await;
            port.disconnect();
            drop(listeners);
        });
    }
}

impl NativePort {
    /// Opens one: `on_message` takes what comes, and `on_disconnect` that the native host is gone.
    ///
    /// # Errors
    /// What the browser throws if it opens none.
    pub fn open(
        asked_port: u16,
        on_message: impl FnMut(JsValue) + 'static,
        on_disconnect: impl FnMut(Port) + 'static,
    ) -> Result<Self, JsValue> {
        let port = api::runtime_connect_native(NAME)?;
        let on_message = Closure::<dyn FnMut(JsValue)>::new(on_message);
        let on_disconnect = Closure::<dyn FnMut(Port)>::new(on_disconnect);
        port.on_message()
            .add_listener(on_message.as_ref().unchecked_ref());
        port.on_disconnect()
            .add_listener(on_disconnect.as_ref().unchecked_ref());
        Ok(Self {
            opened: js_sys::Date::now(),
            port,
            asked_port,
            next_id: Cell::new(1),
            listeners: Some((on_message, on_disconnect)),
        })
    }

    /// Is it over this one of the browser's?
    pub fn is_over(&self, port: &Port) -> bool {
        let own: &JsValue = self.port.as_ref();
        let other: &JsValue = port.as_ref();
        own == other
    }

    /// Calls the native host.
    pub fn call(&self, request: Request) {
        let id = self.next_id.get();
        self.next_id.set(id.wrapping_add(1));
        if let Ok(call) = to_js(&Call { id, request }) {
            // A port that is closed tells so by itself.
            let _ = self.port.post_message(&call);
        }
    }
}
