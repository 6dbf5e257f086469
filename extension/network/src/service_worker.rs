//! Requests to Chromium's service worker over a MessagePort, which a message event hands over to it.
//!
//! A request over a port costs a tenth of one over an event of its own, but only events keep a worker alive, and a port
//! gives no event when its other end has died. So the port is handed over anew from time to time while it
//! is in use, and [`ServiceWorker::reset`] is called when `network.js` notices that the worker has died.

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
const PORT_LIFETIME: f64 = 15_000.0;

type Pending = Rc<RefCell<HashMap<u32, oneshot::Sender<ServerReply>>>>;

/// A port whose other end the worker holds.
struct WorkerPort {
    port: MessagePort,
    since: f64,
    _listener: Listener,
}

/// The service worker, whether it runs or not.
#[derive(Default)]
pub struct ServiceWorker {
    registration: RefCell<Option<ServiceWorkerRegistration>>,
    port: RefCell<Option<Rc<WorkerPort>>>,
    pending: Pending,
    last_id: Cell<u32>,
}

impl ServiceWorker {
    /// Sends a request to the worker, which the browser starts if need be, and returns the reply.
    ///
    /// # Errors
    /// [`Error::NoReply`] when the worker died before it replied.
    pub async fn request(&self, request: ServerRequest) -> Result<ServerReply, Error> {
        // Held until the reply is there: it still comes over this port if the port was replaced meanwhile.
        let worker_port = self.port().await?;
        let id = self.last_id.get().wrapping_add(1);
        self.last_id.set(id);
        let (sender, receiver) = oneshot::channel();
        self.pending.borrow_mut().insert(id, sender);
        // Nothing is transferred: the request may be sent again.
        let request = NumberedRequest { id, request }.write(&Array::new());
        worker_port
            .port
            .post_message(&request)
            .map_err(webextension_api::Error::from)?;
        let reply = receiver.await;
        self.pending.borrow_mut().remove(&id);
        reply.map_err(|_| Error::NoReply)
    }

    /// The worker is dead: pending requests end with [`Error::NoReply`], and the next request starts another.
    pub fn reset(&self) {
        self.port.take();
        self.pending.take();
    }

    async fn port(&self) -> Result<Rc<WorkerPort>, Error> {
        let now = js_sys::Date::now();
        if let Some(worker_port) = self
            .port
            .borrow()
            .as_ref()
            .filter(|worker_port| now - worker_port.since < PORT_LIFETIME)
        {
            return Ok(worker_port.clone());
        }
        let worker = self.registration().await?.active().ok_or(Error::NoReply)?;
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
        let worker_port = Rc::new(WorkerPort {
            port,
            since: now,
            _listener: listener,
        });
        self.port.replace(Some(worker_port.clone()));
        Ok(worker_port)
    }

    async fn registration(&self) -> Result<ServiceWorkerRegistration, Error> {
        if let Some(known) = self.registration.borrow().as_ref() {
            return Ok(known.clone());
        }
        let window = web_sys::window().ok_or(Error::NoReply)?;
        let ready = window.navigator().service_worker().ready();
        let found: ServiceWorkerRegistration = settled(ready).await?.unchecked_into();
        self.registration.replace(Some(found.clone()));
        Ok(found)
    }
}

impl Drop for WorkerPort {
    fn drop(&mut self) {
        self.port.close();
    }
}
