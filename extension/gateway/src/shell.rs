//! Runs the shell: connects, links the site worker, shows the site, and mirrors its path, title and icon.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures_util::StreamExt;
use gloo_timers::future::TimeoutFuture;
use js_sys::Function;
use messages::Message as _;
use messages::bridge::{FromBootstrap, FromBridge, ToBridge};
use peer::{
    Error, Listener,
    bridge::{Allowance, Bridge},
    link::reason,
    signal::Signal,
    visit::{Phase, Visit},
};
use wasm_bindgen::prelude::*;
use web_sys::{Document, Event, HtmlLinkElement, MessageEvent, Window};

use crate::{
    address::{Address, ShellPath},
    frame::Frame,
};

/// The reason of a bootstrap page that waits until its worker is registered and linked.
const REASON_CONNECTING: &str = "connecting";

/// Milliseconds that the browser may take to navigate the frame after a step in the history.
const HISTORY_STEP_TIME: u32 = 400;

/// Milliseconds between two tries to load a page whose host is connected and does not respond.
const RETRY_DELAY: u32 = 1_000;

struct Shell {
    window: Window,
    document: Document,
    address: Address,
    visit: Visit,
    show: Function,
    bridge: RefCell<Option<Bridge>>,
    frame: Frame,
    /// Has the frame been navigated to the site?
    navigated: Cell<bool>,
    /// When it was last navigated, in milliseconds since 1970.
    navigated_at: Cell<f64>,
    linked: Cell<bool>,
    connected: Cell<bool>,
    /// Did the bridge report that this browser has no worker for the site?
    unsupported: Cell<bool>,
    /// The path that the site was last at.
    shown_path: RefCell<Option<ShellPath>>,
    /// Limits the rate of its page's messages.
    allowance: Allowance,
    listeners: RefCell<Vec<Listener>>,
}

/// Starts the shell. It runs as long as the page.
pub fn start(show: Function) -> Result<(), Error> {
    let window = web_sys::window().ok_or(Error::Unsupported("window"))?;
    let document = window.document().ok_or(Error::Unsupported("document"))?;
    let address = Address::from_location(&window.location())?;
    let visit = Visit::new(address.label.clone(), Signal::open(&address.gateway), true);
    let shell = Rc::new(Shell {
        window: window.clone(),
        document: document.clone(),
        visit: visit.clone(),
        show,
        bridge: RefCell::default(),
        frame: Frame::find(&document, &address.origin)?,
        navigated: Cell::new(false),
        navigated_at: Cell::new(0.0),
        linked: Cell::new(false),
        connected: Cell::new(false),
        unsupported: Cell::new(false),
        shown_path: RefCell::default(),
        allowance: Allowance::default(),
        listeners: RefCell::default(),
        address,
    });
    let on_message = shell.clone();
    let bridge = Bridge::embed(
        &window,
        &document,
        &shell.address.origin,
        visit.clone(),
        move |message| on_message.on_bridge_message(message),
    )?;
    shell.bridge.replace(Some(bridge));
    let (from_site, moved, loaded) = (shell.clone(), shell.clone(), shell.clone());
    shell.listeners.replace(vec![
        Listener::new(shell.frame.element(), "load", move |_: Event| {
            loaded.mirror()
        }),
        Listener::new(&window, "message", move |event: MessageEvent| {
            from_site.on_site_message(&event)
        }),
        Listener::new(&window, "popstate", move |_: Event| {
            moved.on_address_change()
        }),
    ]);
    let running = shell.clone();
    wasm_bindgen_futures::spawn_local(async move { running.run().await });
    Ok(())
}

impl Shell {
    async fn run(self: Rc<Self>) {
        let mut phases = self.visit.watch();
        self.visit.want();
        while let Some(phase) = phases.next().await {
            self.connected.set(phase == Phase::Connected);
            match phase {
                Phase::Connected => self.show_site_if_ready(),
                Phase::Waiting(error) | Phase::Failed(error) => self.show_error(&error),
                Phase::Idle | Phase::Connecting(_) => {}
            }
        }
    }

    /// Shows the site once the channel is open and the worker is linked.
    fn show_site_if_ready(self: &Rc<Self>) {
        if !(self.connected.get() && self.linked.get()) {
            return;
        }
        self.navigated.set(true);
        // After a reload some browsers have navigated the frame already.
        if !self.is_showing() {
            self.navigate();
        }
    }

    /// Navigates the frame to the address that the tab shows.
    fn navigate(&self) {
        self.navigated_at.set(js_sys::Date::now());
        if let Ok(url) = self.address.site_url(&self.window.location()) {
            self.frame.replace(&url);
        }
    }

    /// Shows the error, unless the site is shown: its pages stay, and their requests fail. Where workers are not supported,
    /// that is shown already, and connecting would not change it.
    fn show_error(self: &Rc<Self>, error: &Error) {
        if !self.is_showing() && !self.unsupported.get() {
            self.show_status(reason(error), &error.to_string());
        }
    }

    fn show_status(self: &Rc<Self>, reason: &str, message: &str) {
        let shell = self.clone();
        let retry = Closure::<dyn FnMut()>::new(move || shell.visit.retry());
        let _ = self.show.call3(
            &JsValue::NULL,
            &reason.into(),
            &message.into(),
            &retry.into_js_value(),
        );
    }

    fn is_showing(&self) -> bool {
        self.document
            .body()
            .is_some_and(|body| body.class_list().contains("showing"))
    }

    fn set_showing(&self, showing: bool) {
        if let Some(body) = self.document.body() {
            let _ = body.class_list().toggle_with_force("showing", showing);
        }
        self.frame.element().set_hidden(!showing);
    }

    /// Has the bridge report the content frame's location.
    fn mirror(&self) {
        self.post_to_bridge(&ToBridge::Mirror {});
    }

    fn post_to_bridge(&self, message: &ToBridge) {
        if let Some(bridge) = self.bridge.borrow().as_ref() {
            let _ = bridge.post(message);
        }
    }

    fn on_bridge_message(self: &Rc<Self>, message: FromBridge) {
        match message {
            FromBridge::Linked {} => {
                self.unsupported.set(false);
                self.linked.set(true);
                self.show_site_if_ready();
            }
            FromBridge::Unsupported { message } => {
                self.unsupported.set(true);
                self.show_status("noWorker", &message.unwrap_or_default().0);
            }
            FromBridge::Location { path, title } => self.set_location(&path.0, &title.0),
            FromBridge::Icon { url } => self.set_icon(&url.0),
            FromBridge::NeedPort {} | FromBridge::Unused {} => {}
        }
    }

    /// The site's page is at another address, or has another title.
    fn set_location(&self, path: &str, title: &str) {
        if self.set_address(path) {
            self.set_showing(true);
            self.document.set_title(title);
        }
    }

    /// Sets the tab's address to that of the frame. `false`: the path is none of this site.
    fn set_address(&self, path: &str) -> bool {
        let Some(target) = self.address.shell_path(path) else {
            return false;
        };
        if self.current_path() != target.as_str()
            && let Ok(history) = self.window.history()
        {
            // The frame's navigation added the history entry; this only sets its URL.
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(target.as_str()));
        }
        self.shown_path.replace(Some(target));
        true
    }

    fn current_path(&self) -> String {
        let location = self.window.location();
        [location.pathname(), location.search(), location.hash()]
            .into_iter()
            .filter_map(Result::ok)
            .collect()
    }

    fn set_icon(&self, url: &str) {
        let Ok(Some(link)) = self.document.query_selector("link[rel=icon]") else {
            return;
        };
        let link: HtmlLinkElement = link.unchecked_into();
        // Data only: the shell must not fetch anything for a site.
        let url = if url.starts_with("data:image/") {
            url
        } else {
            "data:,"
        };
        if link.href() != url {
            link.set_href(url);
        }
    }

    /// The site's page could not be loaded: its worker responded with the bootstrap page.
    fn on_site_message(self: &Rc<Self>, event: &MessageEvent) {
        if !self.frame.is_source(event) {
            return;
        }
        let Some(FromBootstrap::Bootstrap {
            reason,
            message,
            path,
        }) = FromBootstrap::read(&event.data())
        else {
            return;
        };
        if !self.allowance.take() || !self.set_address(&path.0) {
            return;
        }
        self.set_showing(false);
        let reason = reason.0;
        self.show_status(&reason, &message.unwrap_or_default().0);
        self.visit.retry();
        if reason == REASON_CONNECTING {
            // There is no worker, or it has no port: the site may have unregistered it. The page is loaded again when
            // there is one.
            self.linked.set(false);
            return self.post_to_bridge(&ToBridge::Register {});
        }
        let (shell, since) = (self.clone(), js_sys::Date::now() - self.navigated_at.get());
        wasm_bindgen_futures::spawn_local(async move {
            if since < f64::from(RETRY_DELAY) {
                TimeoutFuture::new(RETRY_DELAY).await;
            }
            shell.reload_if_failed();
        });
    }

    /// Load the page again if it is the bootstrap page and the host is there.
    fn reload_if_failed(&self) {
        if self.navigated.get() && !self.is_showing() && self.connected.get() {
            self.navigate();
        }
    }

    /// The tab's address changed, and not by the site: by a step in the history, which navigates the
    /// frame as well after a while, or because a person edited the fragment: then the frame is navigated.
    fn on_address_change(self: &Rc<Self>) {
        let shell = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let path = shell.current_path();
            TimeoutFuture::new(HISTORY_STEP_TIME).await;
            let is_shown = shell
                .shown_path
                .borrow()
                .as_ref()
                .is_some_and(|at| at.as_str() == path);
            if !is_shown && path == shell.current_path() {
                shell.navigate();
            }
        });
    }
}
