//! The bridge frame: a hidden frame of a site's origin through which its site worker gets a port.
//!
//! The frame's page is `extension/gateway/site/bridge.html`; it says `{peerserver:"needPort"}` when the
//! worker has none (at first, and after each death of the worker), and is sent `{peerserver:"port"}`
//! with a MessagePort. What else it tells (the shell mirrors path and title) goes to the owner. This
//! file must not know whether the shell or the network document embeds it.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, HtmlIFrameElement, MessageChannel, MessageEvent, Window};

use crate::{Error, Listener, link::Link, visit::Visit};

/// The bridge page's path on a site's origin.
pub const BRIDGE_PATH: &str = "/.well-known/peerserver/bridge.html";

struct Inner {
    frame: HtmlIFrameElement,
    origin: String,
    visit: Visit,
    /// The port in use. A new one replaces it: the worker that held it is gone.
    link: RefCell<Option<Link>>,
    ports: Cell<u32>,
}

/// An embedded bridge frame; removed when dropped.
pub struct Bridge {
    inner: Rc<Inner>,
    _listener: Listener,
}

impl Bridge {
    /// Embed the bridge of the site at `origin` (such as `http://shop-….localhost:8890`) and answer
    /// its worker's requests by `visit`. Every other message of the frame goes to `heard`.
    pub fn embed(
        window: &Window,
        document: &Document,
        origin: &str,
        visit: Visit,
        mut heard: impl FnMut(&str, &JsValue) + 'static,
    ) -> Result<Self, Error> {
        let frame: HtmlIFrameElement = document.create_element("iframe")?.unchecked_into();
        frame.set_hidden(true);
        frame.set_attribute("aria-hidden", "true")?;
        frame.set_attribute("tabindex", "-1")?;
        frame.set_name("peerserver-bridge");
        frame.set_src(&format!("{origin}{BRIDGE_PATH}"));
        let inner = Rc::new(Inner {
            frame,
            origin: origin.to_owned(),
            visit,
            link: RefCell::default(),
            ports: Cell::new(0),
        });
        let weak = Rc::downgrade(&inner);
        let listener = Listener::new(window, "message", move |event: MessageEvent| {
            let Some(inner) = weak.upgrade() else { return };
            if !inner.is_source(&event) {
                return;
            }
            let data = event.data();
            let Some(kind) = text(&data, "peerserver") else {
                return;
            };
            if kind == "needPort" {
                // A frame that cannot be given a port asks again.
                let _ = inner.give_port();
            } else {
                heard(&kind, &data);
            }
        });
        let body = document.body().ok_or(Error::Unsupported("document body"))?;
        body.append_child(&inner.frame)?;
        Ok(Self {
            inner,
            _listener: listener,
        })
    }

    /// How many ports were given: 0 means that the worker is not linked yet.
    pub fn ports(&self) -> u32 {
        self.inner.ports.get()
    }

    /// Say something to the bridge's page.
    pub fn say(&self, message: &JsValue) -> Result<(), Error> {
        let window = self.inner.frame.content_window().ok_or(Error::Lost)?;
        Ok(window.post_message(message, &self.inner.origin)?)
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.inner.frame.remove();
    }
}

impl Inner {
    /// Site code can post to us too (its frames know their ancestors): origin and source are checked.
    fn is_source(&self, event: &MessageEvent) -> bool {
        let window: Option<JsValue> = self.frame.content_window().map(JsValue::from);
        let source: Option<JsValue> = event.source().map(JsValue::from);
        event.origin() == self.origin && window.is_some() && window == source
    }

    fn give_port(&self) -> Result<(), Error> {
        let window = self.frame.content_window().ok_or(Error::Lost)?;
        let pair = MessageChannel::new()?;
        self.visit.want();
        self.link.replace(Some(Link::new(
            pair.port1(),
            self.visit.clone(),
            &self.origin,
        )));
        let message = Object::new();
        Reflect::set(&message, &"peerserver".into(), &"port".into())?;
        let ports = Array::of1(&pair.port2());
        window.post_message_with_transfer(&message, &self.origin, &ports)?;
        self.ports.set(self.ports.get() + 1);
        Ok(())
    }
}

fn text(object: &JsValue, key: &str) -> Option<String> {
    Reflect::get(object.dyn_ref::<Object>()?, &key.into())
        .ok()?
        .as_string()
}
