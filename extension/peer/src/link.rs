//! The visitor's end of the MessagePort to a site worker: its requests become exchanges.
//!
//! The other end is `extension/gateway/site/worker.js`; what they say stands in `link/message.rs`. It must not know
//! how the port came about ([`crate::bridge`]) nor how the host is reached ([`crate::visit`]).
//!
//! A page of the site can get hold of this port, since the bridge frame is of its origin (in Firefox even from a
//! shadow tree: `parent.frames`). So nothing goes through it that pages must not know: `HttpOnly` cookies stay on
//! this side.

mod message;

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::{FutureExt, StreamExt, pin_mut, select_biased};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, MessagePort};
use wire::{Headers, RequestHead};

use crate::{
    Error, Listener,
    fetch::{Exchange, Upload},
    jar::{self, Cookies},
    visit::Visit,
};
use message::{FromWorker, ToWorker, to_worker};

/// The header with which a host marks the answers of a site that has code of its own.
const CODE: &str = "peerserver-code";

/// A request under way: how its page's wishes reach it.
struct Pending {
    taken: UnboundedSender<Taken>,
    upload: Option<UnboundedSender<Vec<u8>>>,
}

/// Who asks, where cookies are wanted.
struct Asker {
    from: String,
    visible: Array,
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
            "taken" => self.send_taken(id, Taken::Bytes(message.n().unwrap_or_default() as usize)),
            "cancel" => self.send_taken(id, Taken::Cancel),
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

    fn send_taken(&self, id: u64, taken: Taken) {
        if let Some(pending) = self.pending.borrow().get(&id) {
            let _ = pending.taken.unbounded_send(taken);
        }
    }

    fn request(self: &Rc<Self>, id: u64, message: &FromWorker) {
        let mut headers = Headers::default();
        let list = Array::from(&message.headers());
        let mut texts = list.iter().filter_map(|text| text.as_string());
        while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
            // Whoever asks, his cookies are ours to send.
            if !name.eq_ignore_ascii_case("cookie") {
                headers.push(&name, value);
            }
        }
        let asker = message.from().map(|from| Asker {
            from,
            visible: message.cookies().unwrap_or_default(),
        });
        let head = RequestHead {
            method: message.method().unwrap_or_default(),
            path: message.path().unwrap_or_default(),
            headers,
        };
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
            if let Err(error) = inner.answer(id, head, asker, upload, wishes).await {
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
        mut head: RequestHead,
        asker: Option<Asker>,
        upload: Option<Upload>,
        mut wishes: UnboundedReceiver<Taken>,
    ) -> Result<(), Error> {
        let path = head.path.clone();
        if let Some(Asker { from, visible }) = &asker {
            let cookies = self.cookies.header(&path, from, visible).await?;
            if !cookies.is_empty() {
                head.headers.push("cookie", cookies);
            }
        }
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
        let set = headers(&message, &answer.head.headers);
        if asker.is_some() && set.length() > 0 {
            message.set_cookies(&self.cookies.take(&set, &path).await?);
        }
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

/// Gives the message an answer's headers, as far as pages may know them; the `Set-Cookie` lines are returned.
fn headers(message: &ToWorker, from: &Headers) -> Array {
    let (shown, set) = (Array::new(), Array::new());
    for (name, value) in from.iter() {
        if name.eq_ignore_ascii_case("set-cookie") {
            set.push(&value.into());
        } else if name.eq_ignore_ascii_case(CODE) {
            message.set_code(true);
            jar::prepare();
        } else {
            shown.push(&name.into());
            shown.push(&value.into());
        }
    }
    message.set_headers(&shown);
    set
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
