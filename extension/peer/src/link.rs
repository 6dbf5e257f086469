//! The visitor's end of the MessagePort to a site worker: its requests become exchanges.
//!
//! The other end is `extension/gateway/site/worker.js`, the messages are `messages::site_worker`. It must not know how
//! the port came about ([`crate::bridge`]) nor how the host is reached ([`crate::visit`]).
//!
//! A page of the site can get hold of this port, since the bridge frame is of its origin (in Firefox even from a
//! shadow tree: `parent.frames`). So nothing goes through it that pages must not know: `HttpOnly` cookies stay on
//! this side.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::{FutureExt, StreamExt, pin_mut, select_biased};
use js_sys::{Array, Uint8Array};
use messages::Message;
use messages::object::{Pairs, Passed};
use messages::site_worker::{FromSiteWorker, Initiator, ToSiteWorker};
use vecmap::VecMap;
use web_sys::{MessageEvent, MessagePort};
use wire::{Headers, RequestHead};

use crate::{
    Error, Listener,
    fetch::{Exchange, Upload},
    jar::{self, Cookies},
    visit::Visit,
};

/// The header with which a host marks the answers of a site that has code of its own.
const CODE: &str = "peerserver-code";

/// A request under way: how its page's wishes reach it.
struct Pending {
    taken: UnboundedSender<Taken>,
    upload: Option<UnboundedSender<Vec<u8>>>,
}

/// The cookies of a request, where they are wanted.
struct RequestCookies {
    initiator: Initiator,
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
    pending: RefCell<VecMap<u64, Pending>>,
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
            // A page of the site may hold the port: what is no message is ignored.
            if let Some(inner) = weak.upgrade()
                && let Some(message) = FromSiteWorker::read(&event.data())
            {
                inner.handle_message(message);
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
    fn handle_message(self: &Rc<Self>, message: FromSiteWorker) {
        match message {
            FromSiteWorker::Ping {} => self.post(&ToSiteWorker::Pong {}),
            FromSiteWorker::StorageCleared {} => self.cookies.forget(),
            FromSiteWorker::Request {
                id,
                method,
                path,
                headers,
                body,
                initiator,
                cookies,
            } => {
                let cookies = initiator.map(|initiator| RequestCookies {
                    initiator,
                    visible: cookies.list,
                });
                let headers = request_headers(headers);
                let head = RequestHead {
                    method,
                    path,
                    headers,
                };
                self.request(id, head, body, cookies);
            }
            FromSiteWorker::ResponseBodyConsumed { id, bytes } => {
                self.send_taken(id, Taken::Bytes(bytes as usize));
            }
            FromSiteWorker::Cancel { id } => self.send_taken(id, Taken::Cancel),
            FromSiteWorker::RequestBody { id, bytes } => {
                let pending = self.pending.borrow();
                if let Some(upload) = pending.get(&id).and_then(|p| p.upload.as_ref()) {
                    let _ = upload.unbounded_send(bytes.to_vec());
                }
            }
            FromSiteWorker::RequestBodyEnd { id } => {
                if let Some(pending) = self.pending.borrow_mut().get_mut(&id) {
                    pending.upload = None;
                }
            }
        }
    }

    fn send_taken(&self, id: u64, taken: Taken) {
        if let Some(pending) = self.pending.borrow().get(&id) {
            let _ = pending.taken.unbounded_send(taken);
        }
    }

    fn request(
        self: &Rc<Self>,
        id: u64,
        head: RequestHead,
        has_body: bool,
        cookies: Option<RequestCookies>,
    ) {
        let (taken, wishes) = unbounded();
        let (upload, chunks) = unbounded();
        let pending = Pending {
            taken,
            upload: has_body.then_some(upload),
        };
        self.pending.borrow_mut().insert(id, pending);
        let inner = self.clone();
        let upload = has_body.then(|| {
            let inner = self.clone();
            let taken = move |bytes: usize| {
                let bytes = bytes as u32;
                inner.post(&ToSiteWorker::RequestBodyConsumed { id, bytes });
            };
            Upload {
                chunks,
                taken: Box::new(taken),
            }
        });
        wasm_bindgen_futures::spawn_local(async move {
            if let Err(error) = inner.answer(id, head, cookies, upload, wishes).await {
                let error = ToSiteWorker::Error {
                    id,
                    reason: reason(&error).to_owned(),
                    message: error.to_string(),
                };
                inner.post(&error);
            }
            inner.pending.borrow_mut().remove(&id);
        });
    }

    async fn answer(
        &self,
        id: u64,
        mut head: RequestHead,
        cookies: Option<RequestCookies>,
        upload: Option<Upload>,
        mut wishes: UnboundedReceiver<Taken>,
    ) -> Result<(), Error> {
        let path = head.path.clone();
        let with_cookies = cookies.is_some();
        if let Some(RequestCookies { initiator, visible }) = cookies {
            let cookies = self.cookies.header(&path, initiator, &visible).await?;
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
        let ResponseHeaders { shown, set, code } = response_headers(&answer.head.headers);
        let cookies = match with_cookies && set.length() > 0 {
            true => self.cookies.take(&set, &path).await?,
            false => Array::new(),
        };
        let response = ToSiteWorker::Response {
            id,
            status: answer.head.status,
            headers: Passed::new(shown),
            body: answer.whole.as_deref().map(Uint8Array::from),
            code,
            cookies: Passed::new(cookies),
        };
        self.post(&response);
        if answer.whole.is_some() {
            return Ok(());
        }
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
                    Some(bytes) => {
                        let bytes = Uint8Array::from(&*bytes);
                        self.post(&ToSiteWorker::ResponseBody { id, bytes });
                    }
                    None => {
                        self.post(&ToSiteWorker::ResponseEnd { id });
                        return Ok(());
                    }
                },
            }
        }
    }

    fn post(&self, message: &ToSiteWorker) {
        if self.closed.get() {
            return;
        }
        let transfer = Array::new();
        let message = message.write(&transfer);
        // Fails only for what cannot be cloned; these messages can.
        let _ = self
            .port
            .post_message_with_transferable(&message, &transfer);
    }
}

/// A page's headers, without its cookies: those are this side's to send.
fn request_headers(pairs: Pairs) -> Headers {
    let pairs = pairs.0.into_iter();
    pairs
        .filter(|(name, _)| !name.eq_ignore_ascii_case("cookie"))
        .collect()
}

struct ResponseHeaders {
    /// Names and values that pages may know.
    shown: Array,
    /// The `Set-Cookie` lines.
    set: Array,
    /// Has the site code of its own?
    code: bool,
}

fn response_headers(from: &Headers) -> ResponseHeaders {
    let mut headers = ResponseHeaders {
        shown: Array::new(),
        set: Array::new(),
        code: false,
    };
    for (name, value) in from.iter() {
        if name.eq_ignore_ascii_case("set-cookie") {
            headers.set.push(&value.into());
        } else if name.eq_ignore_ascii_case(CODE) {
            headers.code = true;
            jar::prepare();
        } else {
            headers.shown.push(&name.into());
            headers.shown.push(&value.into());
        }
    }
    headers
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
