//! The way to Chromium's service worker for requests: a MessagePort, handed over in a message event.
//!
//! A port costs a tenth of what an event a request costs, but only events keep a worker alive, and a port
//! does not tell when its other end has died. So the port is handed over anew from time to time while it
//! is in use, and [`Worker::forget`] is called when the worker's death is told (`network.js`).

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use futures_channel::oneshot;
use js_sys::Array;
use messages::Message as _;
use messages::server::{
    NumberedReply, NumberedRequest, ServerReply, ServerRequest, ToServiceWorker,
};
use peer::Listener;
use wasm_bindgen::JsCast;
use web_sys::{MessageChannel, MessageEvent, MessagePort, ServiceWorkerRegistration};
use webextension_api::message::settled;

use crate::error::Error;

/// Milliseconds after which a port in use is handed over again. Half of the 30 s that Chromium lets a
/// worker live after an event.
const RENEW: f64 = 15_000.0;

type Pending = Rc<RefCell<HashMap<u32, oneshot::Sender<ServerReply>>>>;

/// A port whose other end the worker holds.
struct Line {
    port: MessagePort,
    since: f64,
    _listener: Listener,
}

/// The service worker, living or not.
#[derive(Default)]
pub struct Worker {
    registration: RefCell<Option<ServiceWorkerRegistration>>,
    line: RefCell<Option<Rc<Line>>>,
    pending: Pending,
    last_id: Cell<u32>,
}

impl Worker {
    /// Put a request to the worker, which is started if need be; the reply. [`Error::Silent`] when the
    /// worker died before it replied.
    pub async fn put(&self, request: ServerRequest) -> Result<ServerReply, Error> {
        // Held until the reply is there: a line that was renewed since still brings it.
        let line = self.line().await?;
        let id = self.last_id.get().wrapping_add(1);
        self.last_id.set(id);
        let (sender, receiver) = oneshot::channel();
        self.pending.borrow_mut().insert(id, sender);
        // Nothing is transferred: the request may be put once more.
        let request = NumberedRequest { id, request }.write(&Array::new());
        line.port
            .post_message(&request)
            .map_err(webextension_api::Error::from)?;
        let reply = receiver.await;
        self.pending.borrow_mut().remove(&id);
        reply.map_err(|_| Error::Silent)
    }

    /// The worker is dead: what it was asked ends with [`Error::Silent`], the next request starts another.
    pub fn forget(&self) {
        self.line.take();
        self.pending.take();
    }

    async fn line(&self) -> Result<Rc<Line>, Error> {
        let now = js_sys::Date::now();
        if let Some(line) = self
            .line
            .borrow()
            .as_ref()
            .filter(|line| now - line.since < RENEW)
        {
            return Ok(line.clone());
        }
        let worker = self.registration().await?.active().ok_or(Error::Silent)?;
        let pair = MessageChannel::new().map_err(webextension_api::Error::from)?;
        let port = pair.port1();
        let pending = self.pending.clone();
        let listener = Listener::new(&port, "message", move |event: MessageEvent| {
            if let Some(NumberedReply { id, reply }) = NumberedReply::read(&event.data())
                && let Some(sender) = pending.borrow_mut().remove(&id)
            {
                let _ = sender.send(reply);
            }
        });
        port.start();
        let transfer = Array::of1(&pair.port2());
        let serve = ToServiceWorker::Serve {}.write(&transfer);
        worker
            .post_message_with_transferable(&serve, &transfer)
            .map_err(webextension_api::Error::from)?;
        let line = Rc::new(Line {
            port,
            since: now,
            _listener: listener,
        });
        self.line.replace(Some(line.clone()));
        Ok(line)
    }

    async fn registration(&self) -> Result<ServiceWorkerRegistration, Error> {
        if let Some(known) = self.registration.borrow().as_ref() {
            return Ok(known.clone());
        }
        let window = web_sys::window().ok_or(Error::Silent)?;
        let ready = window.navigator().service_worker().ready();
        let found: ServiceWorkerRegistration = settled(ready).await?.unchecked_into();
        self.registration.replace(Some(found.clone()));
        Ok(found)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.port.close();
    }
}
