//! One box: its Worker, what is said to it and heard from it, and the watch over it.
//!
//! The Worker's code sends a sign of life whenever the interpreter or the database looks at the clock. While
//! something is awaited of it and it is silent for [`SILENCE`], it is in an operation that nothing looks into, and is
//! ended: nothing else can stop it. It is also ended when it was not needed for [`IDLE`].

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
    shares::Taken,
};

/// The Worker's script in the extension.
const SCRIPT: &str = "/box/box.js";
/// Milliseconds between two looks at a box.
const LOOK: u32 = 500;
/// Milliseconds without a sign of life after which a box is ended while something is awaited of it. A beat leaves
/// every 250 ms at least; sorting a large list, which nothing looks into, takes a second or two.
const SILENCE: f64 = 5_000.0;
/// Milliseconds that starting may take besides: loading the module and opening the database of a Worker that was just
/// ended (five seconds at most).
const STARTING: f64 = 15_000.0;
/// Milliseconds after which a box that nobody needed is ended. Its memory is tens of megabytes.
const IDLE: f64 = 300_000.0;
/// Most entries for the log that are put together before they leave.
const LOG_BATCH: usize = 100;

/// Bytes of a box's answers and of files that its code writes that wait to be taken, at most: as many as requests at
/// once may write. A box of ours waits until a piece was taken before it says the next.
const WAITING: u64 = 256 * 1024 * 1024;

/// Why a box is ended that posts what no box of ours does.
const NO_MESSAGE: &str = "The box posted what no box posts.";

/// What a box has for those who own it.
pub struct Owner {
    /// Takes entries for the site's log.
    pub log: Box<dyn Fn(Vec<LogEntry>)>,
    /// A box has more memory than before.
    pub grown: Box<dyn Fn()>,
}

struct Inner {
    worker: Worker,
    table: RefCell<Rc<RouteTable>>,
    /// Who waits for `ready` or `failed`.
    readiness: RefCell<Option<oneshot::Sender<Result<(), Failure>>>>,
    requests: RefCell<HashMap<u64, UnboundedSender<RequestEvent>>>,
    /// Bytes that wait in them.
    waiting: Rc<Cell<u64>>,
    /// Bytes of memory, as it last told.
    memory: Cell<u64>,
    asked: RefCell<HashMap<u64, oneshot::Sender<Result<String, String>>>>,
    last_id: Cell<u64>,
    /// Whose code got the thread last.
    running: Cell<u64>,
    heard: Cell<f64>,
    needed: Cell<f64>,
    /// Until when silence is no sign of trouble.
    patient_until: Cell<f64>,
    ended: RefCell<Option<String>>,
    owner: Owner,
    entries: RefCell<Vec<LogEntry>>,
    listeners: RefCell<Vec<Listener>>,
}

/// A box. It ends when it is dropped.
pub struct BoxWorker(Rc<Inner>);

impl BoxWorker {
    /// Start a box for a site, with the files of its code; returns when it is ready.
    pub async fn start(
        site: &str,
        files: Vec<NamedFile>,
        owner: Owner,
    ) -> Result<Rc<Self>, Failure> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(SCRIPT, &options)
            .map_err(|_| Failure::new("The browser does not start a Worker."))?;
        let now = js_sys::Date::now();
        let inner = Rc::new(Inner {
            worker: worker.clone(),
            table: RefCell::default(),
            readiness: RefCell::default(),
            requests: RefCell::default(),
            waiting: Rc::default(),
            memory: Cell::new(0),
            asked: RefCell::default(),
            last_id: Cell::new(0),
            running: Cell::new(0),
            heard: Cell::new(now),
            needed: Cell::new(now),
            patient_until: Cell::new(now + STARTING),
            ended: RefCell::default(),
            owner,
            entries: RefCell::default(),
            listeners: RefCell::default(),
        });
        let (hearing, failing) = (Rc::downgrade(&inner), Rc::downgrade(&inner));
        inner.listeners.replace(vec![
            Listener::new(&worker, "message", move |event: MessageEvent| {
                if let Some(inner) = hearing.upgrade() {
                    inner.handle_message(&event.data());
                }
            }),
            Listener::new(&worker, "error", move |_: web_sys::Event| {
                if let Some(inner) = failing.upgrade() {
                    inner.end("The box's program failed.");
                }
            }),
        ]);
        wasm_bindgen_futures::spawn_local(watch(Rc::downgrade(&inner)));
        let folder = format!("sites/{site}");
        let started = Self(inner);
        started.ready(&ToBox::Start { folder, files }).await?;
        Ok(Rc::new(started))
    }

    /// Give it another version of the site's code; returns when it is in use.
    pub async fn renew(&self, files: Vec<NamedFile>) -> Result<(), Failure> {
        self.ready(&ToBox::Program { files }).await
    }

    async fn ready(&self, message: &ToBox) -> Result<(), Failure> {
        let (sender, receiver) = oneshot::channel();
        self.0.readiness.replace(Some(sender));
        self.0.need();
        self.send(message);
        match receiver.await {
            Ok(result) => result,
            Err(_) => Err(Failure::new(self.why_ended())),
        }
    }

    /// Its routes.
    pub fn table(&self) -> Rc<RouteTable> {
        self.0.table.borrow().clone()
    }

    /// Say something to it.
    pub fn send(&self, message: &ToBox) {
        self.0.send(message);
    }

    /// A new request: its id, and what the box says about it. What is said ends when the box does.
    pub fn open(&self) -> (u64, Events) {
        let id = self.0.next_id();
        let (sender, receiver) = unbounded();
        // Where the box has ended, the sender is dropped at once.
        if !self.has_ended() {
            self.0.requests.borrow_mut().insert(id, sender);
            self.0.need();
        }
        let waiting = self.0.waiting.clone();
        (id, Events::new(receiver, waiting))
    }

    /// Nothing that is said about this request matters any more.
    pub fn close(&self, id: u64) {
        self.0.requests.borrow_mut().remove(&id);
    }

    /// Put the owner's question; the answer as JSON, or a sentence.
    pub async fn ask(&self, ask: BoxAsk) -> Result<String, String> {
        let id = self.0.next_id();
        let (sender, receiver) = oneshot::channel();
        self.0.asked.borrow_mut().insert(id, sender);
        self.0.need();
        let ask = Json(ask);
        self.send(&ToBox::Ask { id, ask });
        match receiver.await {
            Ok(answer) => answer,
            Err(_) => Err(self.why_ended()),
        }
    }

    /// What it takes.
    pub fn taken(&self) -> Taken {
        Taken {
            bytes: self.0.memory.get().saturating_add(self.0.waiting.get()),
            awaited: self.0.is_awaited(),
            needed: self.0.needed.get(),
        }
    }

    /// Has it ended?
    pub fn has_ended(&self) -> bool {
        self.0.ended.borrow().is_some()
    }

    /// Why it ended.
    pub fn why_ended(&self) -> String {
        self.0.ended.borrow().clone().unwrap_or_default()
    }

    /// Did it end in this request's code?
    pub fn ended_in(&self, id: u64) -> bool {
        self.has_ended() && self.0.running.get() == id
    }

    /// End it, now. Whoever waits for something learns it.
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

    /// Something is awaited from now on: silence counts from here.
    fn need(&self) {
        let now = js_sys::Date::now();
        self.needed.set(now);
        if !self.is_awaited() {
            self.heard.set(now);
        }
    }

    fn is_awaited(&self) -> bool {
        self.readiness.borrow().is_some()
            || !self.requests.borrow().is_empty()
            || !self.asked.borrow().is_empty()
    }

    fn send(&self, message: &ToBox) {
        if self.ended.borrow().is_none() {
            let transfer = Array::new();
            let message = message.write(&transfer);
            // Fails only for what cannot be cloned; these messages can.
            let _ = self.worker.post_message_with_transfer(&message, &transfer);
        }
    }

    fn handle_message(self: &Rc<Self>, message: &JsValue) {
        self.heard.set(js_sys::Date::now());
        match FromBox::read(message) {
            Some(FromBox::Alive { memory }) => {
                if self.memory.replace(memory) < memory {
                    (self.owner.grown)();
                }
            }
            Some(FromBox::Running { id }) => self.running.set(id),
            Some(FromBox::Ready { routes }) => match serde_json::from_str(&routes) {
                Ok(table) => {
                    self.table.replace(Rc::new(table));
                    self.set_ready(Ok(()));
                }
                Err(_) => self.end(NO_MESSAGE),
            },
            Some(FromBox::Failed { message }) => {
                self.set_ready(Err(Failure::new(message.clone())));
                self.end(&message);
            }
            Some(FromBox::Crashed { message }) => {
                self.end(&format!("The site's code brought the box down: {message}"));
            }
            Some(FromBox::Log { entry }) => self.log(entry.0),
            Some(FromBox::Answer { id, json }) => self.set_answer(id, Ok(json)),
            Some(FromBox::Refused { id, message }) => self.set_answer(id, Err(message)),
            Some(FromBox::Request { id, event }) => self.pass(id, event),
            None => self.end(NO_MESSAGE),
        }
    }

    fn set_answer(&self, id: u64, answer: Result<String, String>) {
        if let Some(sender) = self.asked.borrow_mut().remove(&id) {
            let _ = sender.send(answer);
        }
    }

    /// To whoever waits for a request's events.
    fn pass(&self, id: u64, event: RequestEvent) {
        let waiting = self.waiting.get().saturating_add(events::size(&event));
        let requests = self.requests.borrow();
        let Some(sender) = requests.get(&id) else {
            return;
        };
        if waiting <= WAITING {
            if sender.unbounded_send(event).is_ok() {
                self.waiting.set(waiting);
            }
            return;
        }
        drop(requests);
        self.end(
            "The site's code wrote more at once than can be taken: write files one after the other, with await.",
        );
    }

    fn set_ready(&self, result: Result<(), Failure>) {
        self.patient_until.set(0.0);
        if let Some(sender) = self.readiness.take() {
            let _ = sender.send(result);
        }
    }

    /// An entry for the log; those of one turn of the event loop leave together.
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
            (self.owner.log)(entries);
        }
    }

    fn end(&self, reason: &str) {
        if self.ended.borrow().is_some() {
            return;
        }
        self.ended.replace(Some(reason.to_owned()));
        self.worker.terminate();
        self.listeners.borrow_mut().clear();
        self.flush_log();
        // What is dropped tells its receiver.
        self.readiness.take();
        self.requests.take();
        self.asked.take();
    }

    fn look(&self) {
        let now = js_sys::Date::now();
        let silent = now - self.heard.get();
        if !self.is_awaited() {
            if now - self.needed.get() > IDLE {
                self.end("Nobody needed it.");
            }
            return;
        }
        self.needed.set(now);
        if silent > SILENCE && now > self.patient_until.get() {
            self.end(
                "An operation of the site's code took too long, and nothing but the end of its box could stop it. Look \
                 for work on something huge: long texts, lists or numbers.",
            );
        } else if silent > f64::from(LOOK) {
            self.send(&ToBox::Ping {});
        }
    }
}

/// Looks at a box from time to time, for as long as there is one.
async fn watch(inner: Weak<Inner>) {
    loop {
        TimeoutFuture::new(LOOK).await;
        match inner.upgrade() {
            Some(inner) if inner.ended.borrow().is_none() => inner.look(),
            _ => return,
        }
    }
}
