//! One box: its Worker, the messages to and from it, and the check that it responds. Must not know what the code does.
//!
//! The Worker posts a heartbeat whenever the interpreter or the database reads the clock. While a response or a reply is
//! awaited and nothing was posted for [`SILENCE_TIMEOUT`], it is in one native operation that cannot be interrupted, and
//! only terminating the Worker stops that. A Worker that was not needed for [`IDLE_TIMEOUT`] is terminated as well.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::{Rc, Weak},
};

use futures_channel::{
    mpsc::{UnboundedSender, unbounded},
    oneshot,
};
use gloo_timers::future::TimeoutFuture;
use js_sys::Array;
use layout::RouteTable;
use messages::file::NamedFile;
use messages::object::Json;
use messages::site_box::{FromBox, RequestEvent, ToBox};
use messages::{BoxAsk, LogEntry, Message as _};
use peer::Listener;
use wasm_bindgen::JsValue;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use super::{
    events::{self, Events},
    failure::Failure,
    limits::Usage,
};

/// The Worker's script in the extension.
const SCRIPT: &str = "/box/box.js";
/// Milliseconds between two checks of a box.
const CHECK_INTERVAL: u32 = 500;
/// Milliseconds without a message after which a box is ended while something is awaited of it. A heartbeat comes
/// every 250 ms at least; sorting a large list, which cannot be interrupted, takes a second or two.
const SILENCE_TIMEOUT: f64 = 5_000.0;
/// Milliseconds that starting may take in addition: loading the module and opening the database of a Worker that was just
/// ended (five seconds at most).
const START_TIME: f64 = 15_000.0;
/// Milliseconds after which an idle box is ended. Its memory is tens of megabytes.
const IDLE_TIMEOUT: f64 = 300_000.0;
/// Most log entries that are sent to the background in one message.
const LOG_BATCH: usize = 100;

/// Most bytes of a box's responses, and of files that its code writes, that are queued here: as many as concurrent
/// requests may write. The box posts a chunk when the one before was sent.
const MAX_QUEUED_BYTES: u64 = 256 * 1024 * 1024;

/// Why a box is ended that posts something else than a `FromBox`.
const INVALID_MESSAGE: &str = "The box posted what no box posts.";

/// What a box calls in the module that owns it.
pub struct Callbacks {
    /// Stores entries in the site's log.
    pub log: Box<dyn Fn(Vec<LogEntry>)>,
    /// Called when the box has more memory than before.
    pub memory_grown: Box<dyn Fn()>,
}

struct Inner {
    worker: Worker,
    routes: RefCell<Rc<RouteTable>>,
    /// Receives `ready` or `failed`.
    readiness: RefCell<Option<oneshot::Sender<Result<(), Failure>>>>,
    requests: RefCell<HashMap<u64, UnboundedSender<RequestEvent>>>,
    /// Bytes that are queued in them.
    queued: Rc<Cell<u64>>,
    /// Bytes of memory, as it last reported.
    memory: Cell<u64>,
    owner_requests: RefCell<HashMap<u64, oneshot::Sender<Result<String, String>>>>,
    last_id: Cell<u64>,
    /// The request whose code runs, or ran last.
    running: Cell<u64>,
    last_message_at: Cell<f64>,
    needed_at: Cell<f64>,
    /// Until when it may be silent, in milliseconds since 1970: it is starting.
    silence_allowed_until: Cell<f64>,
    end_reason: RefCell<Option<String>>,
    callbacks: Callbacks,
    entries: RefCell<Vec<LogEntry>>,
    listeners: RefCell<Vec<Listener>>,
}

/// A box. It ends when it is dropped.
pub struct BoxWorker(Rc<Inner>);

impl BoxWorker {
    /// Starts a box for a site, with the files of its code. Returns when it is ready.
    pub async fn start(
        site: &str,
        files: Vec<NamedFile>,
        callbacks: Callbacks,
    ) -> Result<Rc<Self>, Failure> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(SCRIPT, &options)
            .map_err(|_| Failure::new("The browser does not start a Worker."))?;
        let now = js_sys::Date::now();
        let inner = Rc::new(Inner {
            worker: worker.clone(),
            routes: RefCell::default(),
            readiness: RefCell::default(),
            requests: RefCell::default(),
            queued: Rc::default(),
            memory: Cell::new(0),
            owner_requests: RefCell::default(),
            last_id: Cell::new(0),
            running: Cell::new(0),
            last_message_at: Cell::new(now),
            needed_at: Cell::new(now),
            silence_allowed_until: Cell::new(now + START_TIME),
            end_reason: RefCell::default(),
            callbacks,
            entries: RefCell::default(),
            listeners: RefCell::default(),
        });
        let (on_message, on_error) = (Rc::downgrade(&inner), Rc::downgrade(&inner));
        inner.listeners.replace(vec![
            Listener::new(&worker, "message", move |event: MessageEvent| {
                if let Some(inner) = on_message.upgrade() {
                    inner.handle_message(&event.data());
                }
            }),
            Listener::new(&worker, "error", move |_: web_sys::Event| {
                if let Some(inner) = on_error.upgrade() {
                    inner.end("The box's program failed.");
                }
            }),
        ]);
        wasm_bindgen_futures::spawn_local(watch(Rc::downgrade(&inner)));
        let folder = format!("sites/{site}");
        let started = Self(inner);
        started
            .send_until_ready(&ToBox::Start { folder, files })
            .await?;
        Ok(Rc::new(started))
    }

    /// Replaces the site's code. Returns when the new code is in use.
    pub async fn update_code(&self, files: Vec<NamedFile>) -> Result<(), Failure> {
        self.send_until_ready(&ToBox::UpdateCode { files }).await
    }

    async fn send_until_ready(&self, message: &ToBox) -> Result<(), Failure> {
        let (sender, receiver) = oneshot::channel();
        self.0.readiness.replace(Some(sender));
        self.0.mark_needed();
        self.send(message);
        match receiver.await {
            Ok(result) => result,
            Err(_) => Err(Failure::new(self.end_reason())),
        }
    }

    /// Its routes.
    pub fn routes(&self) -> Rc<RouteTable> {
        self.0.routes.borrow().clone()
    }

    /// Posts a message to it, unless it has ended.
    pub fn send(&self, message: &ToBox) {
        self.0.send(message);
    }

    /// Opens a request: its id, and the queue of its events, which ends when the box does.
    pub fn open(&self) -> (u64, Events) {
        let id = self.0.next_id();
        let (sender, receiver) = unbounded();
        // Where the box has ended, the sender is dropped at once.
        if !self.has_ended() {
            self.0.requests.borrow_mut().insert(id, sender);
            self.0.mark_needed();
        }
        let queued = self.0.queued.clone();
        (id, Events::new(receiver, queued))
    }

    /// Closes a request: further events of it are dropped.
    pub fn close(&self, id: u64) {
        self.0.requests.borrow_mut().remove(&id);
    }

    /// Sends an owner's request. Returns the reply as JSON, or an error message for the owner.
    pub async fn send_owner_request(&self, request: BoxAsk) -> Result<String, String> {
        let id = self.0.next_id();
        let (sender, receiver) = oneshot::channel();
        self.0.owner_requests.borrow_mut().insert(id, sender);
        self.0.mark_needed();
        let request = Json(request);
        self.send(&ToBox::OwnerRequest { id, request });
        match receiver.await {
            Ok(reply) => reply,
            Err(_) => Err(self.end_reason()),
        }
    }

    /// What it uses.
    pub fn usage(&self) -> Usage {
        Usage {
            bytes: self.0.memory.get().saturating_add(self.0.queued.get()),
            awaited: self.0.is_awaited(),
            needed_at: self.0.needed_at.get(),
        }
    }

    /// Has it ended?
    pub fn has_ended(&self) -> bool {
        self.0.end_reason.borrow().is_some()
    }

    /// Why it ended; empty before.
    pub fn end_reason(&self) -> String {
        self.0.end_reason.borrow().clone().unwrap_or_default()
    }

    /// Did it end while it ran this request's code?
    pub fn ended_while_running(&self, id: u64) -> bool {
        self.has_ended() && self.0.running.get() == id
    }

    /// Terminates it now. All that is awaited of it fails with `reason`.
    pub fn end(&self, reason: &str) {
        self.0.end(reason);
    }
}

impl Drop for BoxWorker {
    fn drop(&mut self) {
        self.0.end("The box is not needed any more.");
    }
}

impl Inner {
    fn next_id(&self) -> u64 {
        let id = self.last_id.get() + 1;
        self.last_id.set(id);
        id
    }

    /// Something is awaited from now on: the time of silence starts here.
    fn mark_needed(&self) {
        let now = js_sys::Date::now();
        self.needed_at.set(now);
        if !self.is_awaited() {
            self.last_message_at.set(now);
        }
    }

    fn is_awaited(&self) -> bool {
        self.readiness.borrow().is_some()
            || !self.requests.borrow().is_empty()
            || !self.owner_requests.borrow().is_empty()
    }

    fn send(&self, message: &ToBox) {
        if self.end_reason.borrow().is_none() {
            let transfer = Array::new();
            let message = message.write(&transfer);
            // Fails only for what cannot be cloned; these messages can.
            let _ = self.worker.post_message_with_transfer(&message, &transfer);
        }
    }

    fn handle_message(self: &Rc<Self>, message: &JsValue) {
        self.last_message_at.set(js_sys::Date::now());
        match FromBox::read(message) {
            Some(FromBox::Alive { memory }) => {
                if self.memory.replace(memory) < memory {
                    (self.callbacks.memory_grown)();
                }
            }
            Some(FromBox::Running { id }) => self.running.set(id),
            Some(FromBox::Ready { routes }) => match serde_json::from_str(&routes) {
                Ok(table) => {
                    self.routes.replace(Rc::new(table));
                    self.set_ready(Ok(()));
                }
                Err(_) => self.end(INVALID_MESSAGE),
            },
            Some(FromBox::Failed { message }) => {
                self.set_ready(Err(Failure::new(message.clone())));
                self.end(&message);
            }
            Some(FromBox::Crashed { message }) => {
                self.end(&format!("The site's code brought the box down: {message}"));
            }
            Some(FromBox::Log { entry }) => self.log(entry.0),
            Some(FromBox::OwnerReply { id, json }) => self.finish_owner_request(id, Ok(json)),
            Some(FromBox::OwnerError { id, message }) => {
                self.finish_owner_request(id, Err(message))
            }
            Some(FromBox::Request { id, event }) => self.deliver(id, event),
            None => self.end(INVALID_MESSAGE),
        }
    }

    fn finish_owner_request(&self, id: u64, reply: Result<String, String>) {
        if let Some(sender) = self.owner_requests.borrow_mut().remove(&id) {
            let _ = sender.send(reply);
        }
    }

    /// Queues an event of a request; ends the box if too much is queued.
    fn deliver(&self, id: u64, event: RequestEvent) {
        let queued = self
            .queued
            .get()
            .saturating_add(events::queued_bytes(&event));
        let requests = self.requests.borrow();
        let Some(sender) = requests.get(&id) else {
            return;
        };
        if queued <= MAX_QUEUED_BYTES {
            if sender.unbounded_send(event).is_ok() {
                self.queued.set(queued);
            }
            return;
        }
        drop(requests);
        self.end(
            "The site's code wrote more at once than can be taken: write files one after the other, with await.",
        );
    }

    fn set_ready(&self, result: Result<(), Failure>) {
        self.silence_allowed_until.set(0.0);
        if let Some(sender) = self.readiness.take() {
            let _ = sender.send(result);
        }
    }

    /// Adds an entry to the log; those of one turn of the event loop are sent together.
    fn log(self: &Rc<Self>, entry: LogEntry) {
        let mut entries = self.entries.borrow_mut();
        entries.push(entry);
        match entries.len() {
            1 => {
                let inner = self.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    TimeoutFuture::new(0).await;
                    inner.flush_log();
                });
            }
            LOG_BATCH => {
                drop(entries);
                self.flush_log();
            }
            _ => {}
        }
    }

    fn flush_log(&self) {
        let entries = self.entries.take();
        if !entries.is_empty() {
            (self.callbacks.log)(entries);
        }
    }

    fn end(&self, reason: &str) {
        if self.end_reason.borrow().is_some() {
            return;
        }
        self.end_reason.replace(Some(reason.to_owned()));
        self.worker.terminate();
        self.listeners.borrow_mut().clear();
        self.flush_log();
        // Dropping the senders ends their receivers.
        self.readiness.take();
        self.requests.take();
        self.owner_requests.take();
    }

    fn check(&self) {
        let now = js_sys::Date::now();
        let silent = now - self.last_message_at.get();
        if !self.is_awaited() {
            if now - self.needed_at.get() > IDLE_TIMEOUT {
                self.end("Nobody needed it.");
            }
            return;
        }
        self.needed_at.set(now);
        if silent > SILENCE_TIMEOUT && now > self.silence_allowed_until.get() {
            self.end(
                "An operation of the site's code took too long, and nothing but the end of its box could stop it. Look \
                 for work on something huge: long texts, lists or numbers.",
            );
        } else if silent > f64::from(CHECK_INTERVAL) {
            self.send(&ToBox::Ping {});
        }
    }
}

/// Checks a box from time to time until it ends.
async fn watch(inner: Weak<Inner>) {
    loop {
        TimeoutFuture::new(CHECK_INTERVAL).await;
        match inner.upgrade() {
            Some(inner) if inner.end_reason.borrow().is_none() => inner.check(),
            _ => return,
        }
    }
}
