//! The visitor's end of the MessagePort to a site worker: its requests become exchanges.
//!
//! The other end is `extension/gateway/site/worker.js`; this file documents what they say. It must not
//! know how the port came about ([`crate::bridge`]) nor how the host is reached ([`crate::visit`]).
//!
//! From the worker: `{kind:"request", id, method, path, headers:[name, value, …], body:bool, from, cookies}`
//! (`from` says who asks, `site`, `link` or `form`, and is not there when no cookies are to go or come;
//! `cookies:[name, value, …]` are those that the site's pages see),
//! `{kind:"body", id, bytes}`, `{kind:"bodyEnd", id}`, `{kind:"taken", id, n}` (body bytes of the answer
//! that the page took), `{kind:"cancel", id}`, `{kind:"ping"}`, `{kind:"fresh"}` (the worker is
//! new here: the browser has nothing of the site).
//! To the worker: `{kind:"pong"}`, `{kind:"head", id, status, headers:[…], whole:Uint8Array|null, code:bool,
//! cookies}` (`code`: the site has code of its own; `cookies:[name, value, path, expires, sameSite, secure, …]` are
//! to be put where pages see them, see [`crate::jar`]),
//! `{kind:"chunk", id, bytes}`, `{kind:"end", id}`, `{kind:"fail", id, reason, message}`,
//! `{kind:"bodyTaken", id, n}`.
//!
//! A page of the site can get hold of this port, since the bridge frame is of its origin (in Firefox even from a
//! shadow tree: `parent.frames`). So nothing goes through it that pages must not know: `HttpOnly` cookies stay on
//! this side.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use cookies::Asker;
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::{FutureExt, StreamExt, pin_mut, select_biased};
use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, MessagePort};
use wire::{Headers, RequestHead};

use crate::{
    Error, Listener,
    fetch::{Exchange, Upload},
    jar::{Cookies, texts},
    visit::Visit,
};

#[wasm_bindgen]
extern "C" {
    type FromWorker;
    #[wasm_bindgen(method, getter)]
    fn kind(this: &FromWorker) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn id(this: &FromWorker) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn method(this: &FromWorker) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn path(this: &FromWorker) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &FromWorker) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn body(this: &FromWorker) -> Option<bool>;
    #[wasm_bindgen(method, getter)]
    fn bytes(this: &FromWorker) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn n(this: &FromWorker) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn from(this: &FromWorker) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn cookies(this: &FromWorker) -> JsValue;

    type ToWorker;
    #[wasm_bindgen(method, setter)]
    fn set_kind(this: &ToWorker, value: &str);
    #[wasm_bindgen(method, setter)]
    fn set_id(this: &ToWorker, value: f64);
    #[wasm_bindgen(method, setter)]
    fn set_status(this: &ToWorker, value: u16);
    #[wasm_bindgen(method, setter)]
    fn set_headers(this: &ToWorker, value: &Array);
    #[wasm_bindgen(method, setter)]
    fn set_whole(this: &ToWorker, value: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_bytes(this: &ToWorker, value: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_reason(this: &ToWorker, value: &str);
    #[wasm_bindgen(method, setter)]
    fn set_message(this: &ToWorker, value: &str);
    #[wasm_bindgen(method, setter)]
    fn set_n(this: &ToWorker, value: f64);
    #[wasm_bindgen(method, setter)]
    fn set_code(this: &ToWorker, value: bool);
    #[wasm_bindgen(method, setter)]
    fn set_cookies(this: &ToWorker, value: &Array);
}

/// The header with which a host marks the answers of a site that has code of its own.
const CODE: &str = "peerserver-code";

/// A request under way: how its page's wishes reach it.
struct Pending {
    taken: UnboundedSender<Taken>,
    upload: Option<UnboundedSender<Vec<u8>>>,
}

enum Taken {
    Bytes(usize),
    Cancel,
}

struct Inner {
    port: MessagePort,
    visit: Visit,
    cookies: Cookies,
    pending: RefCell<HashMap<u64, Pending>>,
    closed: Cell<bool>,
}

/// A site worker's port. Dropping it cancels its requests.
pub struct Link {
    inner: Rc<Inner>,
    _listener: Listener,
}

impl Link {
    /// Answer what comes over `port` from the worker at `origin` by the site that `visit` visits.
    pub fn new(port: MessagePort, visit: Visit, origin: &str) -> Self {
        let inner = Rc::new(Inner {
            port: port.clone(),
            visit,
            cookies: Cookies::of(origin),
            pending: RefCell::default(),
            closed: Cell::new(false),
        });
        let weak = Rc::downgrade(&inner);
        let listener = Listener::new(&port, "message", move |event: MessageEvent| {
            if let Some(inner) = weak.upgrade() {
                inner.receive(event.data().unchecked_ref());
            }
        });
        port.start();
        Self {
            inner,
            _listener: listener,
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.inner.closed.set(true);
        self.inner.pending.borrow_mut().clear();
        self.inner.port.close();
    }
}

impl Inner {
    fn receive(self: &Rc<Self>, message: &FromWorker) {
        let Some(kind) = message.kind() else { return };
        // Ids are whole numbers counted by the worker.
        let id = message.id().unwrap_or_default() as u64;
        match kind.as_str() {
            "ping" => self.post(&to_worker("pong", 0)),
            "fresh" => self.cookies.forget(),
            "request" => self.request(id, message),
            "taken" => self.tell(id, Taken::Bytes(message.n().unwrap_or_default() as usize)),
            "cancel" => self.tell(id, Taken::Cancel),
            "body" => {
                if let Some(upload) = self
                    .pending
                    .borrow()
                    .get(&id)
                    .and_then(|p| p.upload.as_ref())
                {
                    let _ = upload.unbounded_send(Uint8Array::new(&message.bytes()).to_vec());
                }
            }
            "bodyEnd" => {
                if let Some(pending) = self.pending.borrow_mut().get_mut(&id) {
                    pending.upload = None;
                }
            }
            _ => {}
        }
    }

    fn tell(&self, id: u64, taken: Taken) {
        if let Some(pending) = self.pending.borrow().get(&id) {
            let _ = pending.taken.unbounded_send(taken);
        }
    }

    fn request(self: &Rc<Self>, id: u64, message: &FromWorker) {
        let mut headers = Headers::default();
        let mut texts = texts(&message.headers());
        while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
            // Whoever asks, his cookies are ours to send.
            if !name.eq_ignore_ascii_case("cookie") {
                headers.push(&name, value);
            }
        }
        let path = message.path().unwrap_or_default();
        let asker = message.from().and_then(|from| asker(&from));
        if let Some(asker) = asker {
            let cookies = self.cookies.header(&path, asker, &message.cookies());
            if !cookies.is_empty() {
                headers.push("cookie", cookies);
            }
        }
        let head = RequestHead {
            method: message.method().unwrap_or_default(),
            path,
            headers,
        };
        let keeps_cookies = asker.is_some();
        let (taken, wishes) = unbounded();
        let (upload, chunks) = unbounded();
        let has_body = message.body().unwrap_or_default();
        let pending = Pending {
            taken,
            upload: has_body.then_some(upload),
        };
        self.pending.borrow_mut().insert(id, pending);
        let inner = self.clone();
        let upload = has_body.then(|| {
            let inner = self.clone();
            let taken = move |n: usize| {
                let message = to_worker("bodyTaken", id);
                message.set_n(n as f64);
                inner.post(&message);
            };
            Upload {
                chunks,
                taken: Box::new(taken),
            }
        });
        wasm_bindgen_futures::spawn_local(async move {
            if let Err(error) = inner.answer(id, head, upload, wishes, keeps_cookies).await {
                let message = to_worker("fail", id);
                message.set_reason(reason(&error));
                message.set_message(&error.to_string());
                inner.post(&message);
            }
            inner.pending.borrow_mut().remove(&id);
        });
    }

    async fn answer(
        &self,
        id: u64,
        head: RequestHead,
        upload: Option<Upload>,
        mut wishes: UnboundedReceiver<Taken>,
        keeps_cookies: bool,
    ) -> Result<(), Error> {
        let path = head.path.clone();
        // A page that goes away while the answer is awaited cancels it.
        let (exchange, answer) = {
            let start = Exchange::start(&self.visit, head, upload).fuse();
            pin_mut!(start);
            loop {
                select_biased! {
                    begun = start => break begun?,
                    wish = wishes.next() => if !matches!(wish, Some(Taken::Bytes(_))) {
                        return Ok(());
                    },
                }
            }
        };
        let message = to_worker("head", id);
        message.set_status(answer.head.status);
        self.set_headers(&message, &answer.head.headers, &path, keeps_cookies);
        if let Some(whole) = answer.whole {
            self.post_bytes(&message, &whole, true);
            return Ok(());
        }
        message.set_whole(&JsValue::NULL);
        self.post(&message);
        loop {
            let chunk = exchange.chunk().fuse();
            pin_mut!(chunk);
            select_biased! {
                wish = wishes.next() => match wish {
                    Some(Taken::Bytes(n)) => exchange.consumed(n),
                    Some(Taken::Cancel) | None => {
                        exchange.cancel();
                        return Ok(());
                    }
                },
                chunk = chunk => match chunk? {
                    Some(bytes) => self.post_bytes(&to_worker("chunk", id), &bytes, false),
                    None => {
                        self.post(&to_worker("end", id));
                        return Ok(());
                    }
                },
            }
        }
    }

    /// An answer's headers, as far as pages may know them.
    fn set_headers(&self, message: &ToWorker, from: &Headers, path: &str, keeps_cookies: bool) {
        let headers = Array::new();
        let mut set = Vec::new();
        for (name, value) in from.iter() {
            if name.eq_ignore_ascii_case("set-cookie") {
                set.push(value);
            } else if name.eq_ignore_ascii_case(CODE) {
                message.set_code(true);
            } else {
                headers.push(&name.into());
                headers.push(&value.into());
            }
        }
        message.set_headers(&headers);
        if keeps_cookies && !set.is_empty() {
            message.set_cookies(&self.cookies.take(&set, path));
        }
    }

    fn post(&self, message: &ToWorker) {
        if !self.closed.get() {
            // Fails only for what cannot be cloned; these messages can.
            let _ = self.port.post_message(message.as_ref());
        }
    }

    fn post_bytes(&self, message: &ToWorker, bytes: &[u8], whole: bool) {
        let array = Uint8Array::from(bytes);
        let transfer = Array::of1(&array.buffer());
        if whole {
            message.set_whole(&array);
        } else {
            message.set_bytes(&array);
        }
        if !self.closed.get() {
            let _ = self
                .port
                .post_message_with_transferable(message.as_ref(), &transfer);
        }
    }
}

fn asker(from: &str) -> Option<Asker> {
    match from {
        "site" => Some(Asker::Site),
        "link" => Some(Asker::Link),
        "form" => Some(Asker::Form),
        _ => None,
    }
}

fn to_worker(kind: &str, id: u64) -> ToWorker {
    let message: ToWorker = Object::new().unchecked_into();
    message.set_kind(kind);
    message.set_id(id as f64);
    message
}

/// The short name of a failure, for the page that explains it.
pub fn reason(error: &Error) -> &'static str {
    match error {
        Error::RendezvousUnreachable(_) => "rendezvous",
        Error::HostOffline | Error::Busy(_) => "offline",
        Error::Refused(_) => "refused",
        Error::Unverified(_) => "unverified",
        Error::TimedOut(_) => "unreachable",
        Error::Lost | Error::Reset(_) | Error::Protocol(_) => "lost",
        Error::Unsupported(_) => "unsupported",
        Error::Browser(_) => "browser",
    }
}
