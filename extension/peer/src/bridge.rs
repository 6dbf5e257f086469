//! The bridge frame: a hidden frame of a site's origin through which its site worker gets a port.
//!
//! The frame's page is `extension/gateway/site/bridge.html`, the messages are `messages::bridge`: the page asks for a
//! MessagePort when the worker has none (at first, and after each death of the worker). What else it posts (path and
//! title, for the shell) goes to the owner. This file must not know whether the shell or the network document embeds it.
//!
//! The frame is of the site's origin: in the shell a page of the site reaches it, and can run code in it
//! or lead it to a page of its own. So it may do no more than the site's page itself (its `sandbox`), its
//! messages are claims of the site, and there are bounds to their rate and length.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::Array;
use messages::Message as _;
use messages::bridge::{FromBridge, ToBridge};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, HtmlIFrameElement, MessageChannel, MessageEvent, Window};

use crate::{Error, Listener, link::Link, visit::Visit};

/// The bridge page's path on a site's origin.
pub const BRIDGE_PATH: &str = "/.well-known/peerserver/bridge.html";

/// What the frame may do: run, and be of the site's origin, which has the worker. No popups, dialogs, forms or
/// downloads, and no way to the tab.
const SANDBOX: &str = "allow-scripts allow-same-origin";

/// Messages that are taken at once, and then in a second. The bridge's page posts ten in a second at most, and as many
/// more as its worker asks for ports.
const BURST: f64 = 100.0;
const PER_SECOND: f64 = 20.0;

struct Inner {
    frame: HtmlIFrameElement,
    origin: String,
    visit: Visit,
    /// The port in use. A new one replaces it: the worker that held it is gone.
    link: RefCell<Option<Link>>,
    ports: Cell<u32>,
    allowance: Allowance,
}

/// An embedded bridge frame; removed when dropped.
pub struct Bridge {
    inner: Rc<Inner>,
    _listener: Listener,
}

impl Bridge {
    /// Embed the bridge of the site at `origin` (such as `http://shop-….localhost:8890`) and answer
    /// its worker's requests by `visit`. Every other message of the frame goes to `on_message`.
    pub fn embed(
        window: &Window,
        document: &Document,
        origin: &str,
        visit: Visit,
        mut on_message: impl FnMut(FromBridge) + 'static,
    ) -> Result<Self, Error> {
        let frame: HtmlIFrameElement = document.create_element("iframe")?.unchecked_into();
        frame.set_hidden(true);
        frame.set_attribute("aria-hidden", "true")?;
        frame.set_attribute("tabindex", "-1")?;
        frame.set_attribute("sandbox", SANDBOX)?;
        frame.set_name("peerserver-bridge");
        frame.set_src(&format!("{origin}{BRIDGE_PATH}"));
        let inner = Rc::new(Inner {
            frame,
            origin: origin.to_owned(),
            visit,
            link: RefCell::default(),
            ports: Cell::new(0),
            allowance: Allowance::default(),
        });
        let weak = Rc::downgrade(&inner);
        let listener = Listener::new(window, "message", move |event: MessageEvent| {
            let Some(inner) = weak.upgrade() else { return };
            if !inner.is_source(&event) || !inner.allowance.take() {
                return;
            }
            match FromBridge::read(&event.data()) {
                // A frame that cannot be given a port asks again.
                Some(FromBridge::NeedPort {}) => _ = inner.pass_port(),
                Some(message) => on_message(message),
                None => {}
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

    /// Post a message to the bridge's page.
    pub fn post(&self, message: &ToBridge) -> Result<(), Error> {
        self.inner.post(message, &Array::new())
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

    fn pass_port(&self) -> Result<(), Error> {
        let pair = MessageChannel::new()?;
        self.visit.want();
        self.link.replace(Some(Link::new(
            pair.port1(),
            self.visit.clone(),
            &self.origin,
        )));
        self.post(&ToBridge::Port {}, &Array::of1(&pair.port2()))?;
        self.ports.set(self.ports.get() + 1);
        Ok(())
    }

    fn post(&self, message: &ToBridge, transfer: &Array) -> Result<(), Error> {
        let window = self.frame.content_window().ok_or(Error::Lost)?;
        let message = message.write(transfer);
        Ok(window.post_message_with_transfer(&message, &self.origin, transfer)?)
    }
}

/// How many more messages are taken of a site's page: a budget that fills again as time goes.
#[derive(Default)]
pub struct Allowance {
    left: Cell<f64>,
    /// When it was looked at last, in milliseconds since 1970. Since then it is full.
    at: Cell<f64>,
}

impl Allowance {
    /// May one more be taken? Then it is.
    pub fn take(&self) -> bool {
        self.take_at(js_sys::Date::now())
    }

    fn take_at(&self, now: f64) -> bool {
        let passed = (now - self.at.replace(now)) / 1000.0;
        let left = (self.left.get() + passed * PER_SECOND).clamp(0.0, BURST);
        let taken = left >= 1.0;
        self.left.set(if taken { left - 1.0 } else { left });
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_posts_without_end_is_heard_as_often_as_it_may() {
        let allowance = Allowance::default();
        let now = 1_764_460_800_000.0;
        let taken = |from: f64, count: u32| {
            let times = (0..count).map(|n| from + f64::from(n));
            times.filter(|now| allowance.take_at(*now)).count() as f64
        };
        // A thousand in a second, then none for an hour, then one.
        let most = BURST + PER_SECOND;
        assert!((most - 2.0..=most).contains(&taken(now, 1_000)));
        assert_eq!(taken(now + 3_600_000.0, 1), 1.0);
        // A clock that was set back gives nothing.
        assert!(taken(now, 1_000) <= most);
    }
}
