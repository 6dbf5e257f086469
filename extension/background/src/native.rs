//! The native messaging port: open while hosting is on and no other rendezvous was chosen.
//!
//! The open port also keeps Chromium's worker and Firefox's event page alive. A native host that ended is
//! started again soon, and ever more rarely if it does not last; one that was not found, by the watchdog.

use std::{
    cell::Cell,
    rc::{Rc, Weak},
};

use gloo_timers::future::TimeoutFuture;
use messages::Native;
use native_messaging::{Call, Event, FailReason, NAME, Reply, Request, ToExtension, VERSION};
use wasm_bindgen::prelude::*;
use webextension_api::{
    api::{self, Port},
    message::{from_js, to_js},
};

use crate::{core::Core, hosting};

/// Milliseconds until a native host that ended is started again; doubled each time that it did not last.
const FIRST_PAUSE: u32 = 250;
/// The most doublings: the watchdog's half minute.
const MAX_DOUBLINGS: u32 = 7;
/// Milliseconds that a native host must have run for its end to be no sign that it cannot run.
const LASTING: f64 = 10_000.0;

/// Milliseconds until a port whose native host was asked to end is closed. The host ends within one second; a port that
/// is closed at once may lose the request, and the host would take that for a crash of the extension.
const ENDING: u32 = 2_000;

type Listeners = (Closure<dyn FnMut(JsValue)>, Closure<dyn FnMut(Port)>);

/// An open port. Dropping it ends the native host.
pub struct NativePort {
    opened: f64,
    port: Port,
    asked_port: u16,
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
    fn call(&self, request: Request) {
        let id = self.next_id.get();
        self.next_id.set(id.wrapping_add(1));
        if let Ok(call) = to_js(&Call { id, request }) {
            // A port that is closed tells so by itself.
            let _ = self.port.post_message(&call);
        }
    }
}

/// Open the port and ask for the rendezvous, unless that was done.
pub fn ensure(core: &Rc<Core>) {
    let wanted = core.port();
    if core
        .native_port
        .borrow()
        .as_ref()
        .is_some_and(|port| port.asked_port == wanted)
    {
        // A port that was taken may be free by now.
        if matches!(
            &*core.native.borrow(),
            Native::PortTaken { .. } | Native::Failed { .. }
        ) {
            start(core);
        }
        return;
    }
    stop(core);
    let port = match api::runtime_connect_native(NAME) {
        Ok(port) => port,
        Err(error) => {
            core.native.replace(Native::Failed {
                reason: webextension_api::text_of(&error),
            });
            return;
        }
    };
    let weak = Rc::downgrade(core);
    let heard = weak.clone();
    let on_message =
        Closure::<dyn FnMut(JsValue)>::new(move |message| handle_message(&heard, message));
    let on_disconnect = Closure::<dyn FnMut(Port)>::new(move |port: Port| gone(&weak, &port));
    port.on_message()
        .add_listener(on_message.as_ref().unchecked_ref());
    port.on_disconnect()
        .add_listener(on_disconnect.as_ref().unchecked_ref());
    core.native_port.replace(Some(NativePort {
        opened: js_sys::Date::now(),
        port,
        asked_port: wanted,
        next_id: Cell::new(1),
        listeners: Some((on_message, on_disconnect)),
    }));
    let extension_version = js_sys::Reflect::get(&api::runtime_get_manifest(), &"version".into())
        .ok()
        .and_then(|version| version.as_string())
        .unwrap_or_default();
    with_port(core, |port| {
        port.call(Request::Hello {
            version: VERSION,
            extension_version,
        })
    });
    start(core);
}

fn start(core: &Core) {
    let port = core.port();
    with_port(core, |native| {
        native.call(Request::Start {
            port,
            ice_servers: Vec::new(),
        })
    });
}

fn with_port(core: &Core, act: impl FnOnce(&NativePort)) {
    if let Some(port) = core.native_port.borrow().as_ref() {
        act(port);
    }
}

/// Have the native host end, and the rendezvous with it.
pub fn stop(core: &Core) {
    if core.native_port.take().is_some() {
        core.native.take();
        core.close_notice.take();
    }
}

fn handle_message(core: &Weak<Core>, message: JsValue) {
    let (Some(core), Ok(message)) = (core.upgrade(), from_js::<ToExtension>(message)) else {
        return;
    };
    let native = match message {
        ToExtension::Reply {
            reply: Reply::Hello { close_notice, .. },
            ..
        } => {
            // The network document gets it with the next plan, when the rendezvous is up.
            core.close_notice.replace(close_notice);
            return;
        }
        ToExtension::Reply {
            reply: Reply::Started { gateway, .. },
            ..
        }
        | ToExtension::Event {
            event: Event::RendezvousUp { gateway, .. },
        } => Native::Running { gateway },
        ToExtension::Reply {
            reply: Reply::Failed { reason, message },
            ..
        } => match reason {
            FailReason::PortTaken => Native::PortTaken { port: core.port() },
            _ => Native::Failed { reason: message },
        },
        // The links stay as they are; the network document tells that the rendezvous is away.
        ToExtension::Event {
            event: Event::RendezvousLost { .. },
        }
        | ToExtension::Reply { .. } => return,
    };
    changed(core, native);
}

fn gone(core: &Weak<Core>, port: &Port) {
    let Some(core) = core.upgrade() else { return };
    // A port that was replaced speaks no more for the native host.
    let current = core
        .native_port
        .borrow()
        .as_ref()
        .map(|native| native.port.clone());
    if current.as_ref().map(AsRef::<JsValue>::as_ref) != Some(port.as_ref()) {
        return;
    }
    let firefox = port.error();
    let error = if firefox.is_object() {
        firefox
    } else {
        last_error()
    };
    let reason = js_sys::Reflect::get(&error, &"message".into())
        .ok()
        .and_then(|message| message.as_string())
        .unwrap_or_else(|| "it ended".to_owned());
    // Chromium: "Specified native messaging host not found."; Firefox: "No such native application …".
    let missing = reason.contains("not found") || reason.contains("No such native application");
    // Not dropped here: this closure is part of it.
    let closed = core.native_port.take();
    let lasted = closed
        .as_ref()
        .is_some_and(|port| js_sys::Date::now() - port.opened > LASTING);
    wasm_bindgen_futures::spawn_local(async move { drop(closed) });
    let native = if missing {
        Native::NotInstalled
    } else {
        Native::Failed { reason }
    };
    if !missing {
        start_again(&core, lasted);
    }
    changed(core, native);
}

/// Open the port again after a pause.
fn start_again(core: &Rc<Core>, lasted: bool) {
    let doublings = if lasted { 0 } else { core.native_ends.get() };
    core.native_ends.set((doublings + 1).min(MAX_DOUBLINGS));
    let weak = Rc::downgrade(core);
    wasm_bindgen_futures::spawn_local(async move {
        TimeoutFuture::new(FIRST_PAUSE << doublings).await;
        if let Some(core) = weak.upgrade() {
            // What fails is shown as a trouble, and tried again by the watchdog.
            let _ = hosting::resume(&core).await;
        }
    });
}

fn last_error() -> JsValue {
    api::RUNTIME.with(api::Runtime::last_error)
}

fn changed(core: Rc<Core>, native: Native) {
    if core.native.replace(native.clone()) == native {
        return;
    }
    wasm_bindgen_futures::spawn_local(async move {
        // Only tells: `resume` would open the port again at once, for ever, if the host cannot run.
        let _ = hosting::send_plan(&core).await;
    });
}
