//! The native host: its port is open while hosting is on and no other rendezvous was chosen.
//!
//! The open port also keeps Chromium's worker and Firefox's event page alive. A native host that ended is to be
//! started again soon, and ever more rarely if it does not last; one that was not found, by the watchdog. It must not know
//! what else hosting needs.

use std::{
    cell::Cell,
    rc::{Rc, Weak},
};

use futures_channel::oneshot;
use messages::Native;
use native_messaging::{Event, FailReason, Reply, Request, ToExtension, VERSION};
use wasm_bindgen::prelude::*;
use webextension_api::{
    api::{self, Port},
    message::from_js,
};

use crate::{core::Core, native_port::NativePort, plan};

/// Milliseconds until a native host that ended is started again; doubled each time that it did not last.
const FIRST_PAUSE: u32 = 250;
/// The most doublings: the watchdog's half minute.
const MAX_DOUBLINGS: u32 = 7;
/// Milliseconds that a native host must have run for its end to be no sign that it cannot run.
const LASTING: f64 = 10_000.0;

/// That the native host ended by itself, and how many milliseconds to wait before it is started again. Cancelled if its
/// port was closed here, or if there is no native host.
pub type Ended = oneshot::Receiver<u32>;

/// Open the port and ask for the rendezvous, unless that was done; the end of what was opened.
pub fn ensure(core: &Rc<Core>) -> Option<Ended> {
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
        return None;
    }
    stop(core);
    let weak = Rc::downgrade(core);
    let heard = weak.clone();
    let (end, ended) = oneshot::channel();
    let end = Cell::new(Some(end));
    let port = NativePort::open(
        wanted,
        move |message| handle_message(&heard, message),
        move |port| {
            if let Some(pause) = gone(&weak, &port)
                && let Some(end) = end.take()
            {
                // Fails when nobody would start it again.
                let _ = end.send(pause);
            }
        },
    );
    let port = match port {
        Ok(port) => port,
        Err(error) => {
            core.native.replace(Native::Failed {
                reason: webextension_api::text_of(&error),
            });
            return None;
        }
    };
    core.native_port.replace(Some(port));
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
    Some(ended)
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

/// The milliseconds to wait before the native host is started again, if that is to be done.
fn gone(core: &Weak<Core>, port: &Port) -> Option<u32> {
    let core = core.upgrade()?;
    // A port that was replaced speaks no more for the native host.
    let current = core.native_port.borrow();
    if !current.as_ref().is_some_and(|native| native.is_over(port)) {
        return None;
    }
    drop(current);
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
    let pause = (!missing).then(|| pause(&core, lasted));
    changed(core, native);
    pause
}

/// How long to wait before the native host is started again: ever longer if it does not last.
fn pause(core: &Core, lasted: bool) -> u32 {
    let doublings = if lasted { 0 } else { core.native_ends.get() };
    core.native_ends.set((doublings + 1).min(MAX_DOUBLINGS));
    FIRST_PAUSE << doublings
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
        let _ = plan::send(&core).await;
    });
}
