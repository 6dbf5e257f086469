//! One visitor's request on its way through a box: its head and body in, the answer out, piece by piece as the
//! visitor takes it.
//!
//! When the box ends before it has answered, the request is put to the next one, if it may be asked twice (RFC 9110,
//! 9.2.1) and the box did not end in its own code. Otherwise the visitor gets an honest page.

use std::{future::pending, rc::Rc};

use futures_util::{FutureExt, pin_mut, select_biased};
use js_sys::{Array, Uint8Array};
use peer::{channel::Stream, host::Visitor};
use wasm_bindgen::JsCast;
use wire::{Headers, RequestHead, ResetCode, ResponseHead};

use super::{
    Boxes,
    message::{FileOp, Message, Step, Steps},
    page,
    worker::BoxWorker,
};
use crate::code_header::CODE;

/// How often a request is put to a box.
const TRIES: u32 = 3;
/// Bytes of a request's body that are read after its answer, so that the answer arrives before the stream ends. What
/// goes on longer is cut off.
const DRAIN: usize = 8 * 1024 * 1024;

/// How a request's way through a box ended.
enum Way {
    /// The answer was sent.
    Answered,
    /// The visitor has gone.
    Left,
    /// The answer broke off.
    BrokeOff,
    /// The box ended before the answer began.
    Lost,
}

impl From<peer::Error> for Way {
    fn from(_: peer::Error) -> Self {
        Self::Left
    }
}

/// Have the site's code answer.
pub async fn answer(
    boxes: &Rc<Boxes>,
    site: &str,
    visitor: &Visitor,
    head: &RequestHead,
    has_body: bool,
    stream: &Stream,
) {
    let repeatable = !has_body && matches!(&*head.method, "GET" | "HEAD" | "OPTIONS");
    let mut tries = TRIES;
    let why = loop {
        tries -= 1;
        let worker = match boxes.get(site).await {
            Ok(worker) => worker,
            Err(failure) => break failure.to_string(),
        };
        let (id, steps) = worker.open();
        let request = Request {
            boxes,
            site,
            worker: &worker,
            id,
            stream,
            head_only: head.method == "HEAD",
        };
        let way = request.run(visitor, head, has_body, steps).await;
        worker.close(id);
        match way {
            Way::Answered => {
                if has_body {
                    drain(stream).await;
                }
                return stream.done();
            }
            Way::Left => {
                worker.send(Message::about("left", id));
                return;
            }
            Way::BrokeOff => return stream.reset(ResetCode::Internal),
            Way::Lost if repeatable && tries > 0 && !worker.ended_in(id) => {}
            Way::Lost => break worker.why_ended(),
        }
    };
    let incident = page::incident();
    boxes.log(
        site,
        format!("{} {}: {why}", head.method, head.path),
        Some(incident.clone()),
    );
    let sent = page::unavailable(stream, head.method == "HEAD", &incident).await;
    if sent.is_ok() {
        if has_body {
            drain(stream).await;
        }
        stream.done();
    }
}

struct Request<'a> {
    boxes: &'a Rc<Boxes>,
    site: &'a str,
    worker: &'a BoxWorker,
    id: u64,
    stream: &'a Stream,
    head_only: bool,
}

impl Request<'_> {
    async fn run(
        &self,
        visitor: &Visitor,
        head: &RequestHead,
        has_body: bool,
        steps: Steps,
    ) -> Way {
        self.ask(visitor, head, has_body);
        self.converse(steps).await.unwrap_or_else(|way| way)
    }

    fn ask(&self, visitor: &Visitor, head: &RequestHead, has_body: bool) {
        let headers = Array::new();
        for (name, value) in head.headers.iter() {
            headers.push(&name.into());
            headers.push(&value.into());
        }
        self.worker.send(
            Message::about("request", self.id)
                .with("method", &*head.method)
                .with("target", &*head.path)
                .with("headers", headers)
                .with("origin", self.boxes.origin(self.site))
                .with("body", has_body)
                .with("visitor", &*visitor.id)
                .with("network", &*visitor.network)
                .with("transport", visitor.transport),
        );
    }

    /// Does what the box says until the answer is complete.
    async fn converse(&self, mut steps: Steps) -> Result<Way, Way> {
        let mut begun = false;
        let mut wants_body = false;
        loop {
            let step = {
                let wanted = wants_body;
                let body = async {
                    match wanted {
                        true => self.stream.chunk().await,
                        false => pending().await,
                    }
                }
                .fuse();
                let lost = self.stream.lost().fuse();
                let next = steps.next().fuse();
                pin_mut!(body, lost, next);
                select_biased! {
                    step = next => match step {
                        Some(step) => step,
                        None if begun => return Err(Way::BrokeOff),
                        None => return Err(Way::Lost),
                    },
                    piece = body => {
                        wants_body = false;
                        self.pass_body(piece?);
                        continue;
                    }
                    _ = lost => return Err(Way::Left),
                }
            };
            match step {
                Step::BodyWanted => wants_body = true,
                Step::Head {
                    status,
                    headers,
                    bytes,
                    end,
                } => {
                    begun = true;
                    if self.begin(status, headers, bytes, end).await? {
                        return Ok(Way::Answered);
                    }
                }
                Step::Chunk(bytes) => self.pass_on(&bytes).await?,
                Step::End => {
                    self.stream.finish()?;
                    return Ok(Way::Answered);
                }
                Step::Reset => return Err(Way::BrokeOff),
                Step::File(ticket, op) => self.file(ticket, &op).await,
            }
        }
    }

    fn pass_body(&self, piece: Option<Vec<u8>>) {
        match piece {
            Some(bytes) => {
                let array = Uint8Array::from(&*bytes);
                self.worker
                    .send(Message::about("body", self.id).bytes(&array));
                self.stream.consumed(bytes.len());
            }
            None => self.worker.send(Message::about("bodyEnd", self.id)),
        }
    }

    /// The answer's head, and its body if that is there already; whether that was all.
    async fn begin(
        &self,
        status: u16,
        mut headers: Headers,
        bytes: Option<Uint8Array>,
        ends: bool,
    ) -> Result<bool, Way> {
        headers.push(CODE, "1".to_owned());
        let bytes = bytes.filter(|_| !self.head_only);
        self.stream
            .respond(&ResponseHead { status, headers }, ends && bytes.is_none())?;
        if let Some(bytes) = bytes {
            self.stream.write(&bytes.to_vec()).await?;
            if ends {
                self.stream.finish()?;
            }
        }
        if !ends {
            self.worker.send(Message::about("room", self.id));
        }
        Ok(ends)
    }

    async fn pass_on(&self, bytes: &Uint8Array) -> Result<(), Way> {
        self.stream.write(&bytes.to_vec()).await?;
        self.worker.send(Message::about("room", self.id));
        Ok(())
    }

    /// Something with the site's own files.
    async fn file(&self, ticket: u32, op: &FileOp) {
        let reply = Message::about("file", self.id).with("ticket", ticket);
        let done = self.boxes.background.file(self.site, op).await;
        let reply = match done {
            Err(error) => reply.with("refused", error.to_string()),
            Ok(done) => {
                let mut reply = reply;
                for field in ["refused", "type", "deleted"] {
                    let value = crate::field::get(&done, field);
                    if !value.is_undefined() {
                        reply = reply.with(field, value);
                    }
                }
                let list = crate::field::get(&done, "files");
                if list.is_object() {
                    reply = reply.with("list", list);
                }
                let body = crate::field::get(&done, "body");
                match body.dyn_into::<web_sys::Blob>() {
                    Ok(blob) => {
                        match webextension_api::message::settled(Ok(blob.array_buffer())).await {
                            Ok(buffer) => reply.bytes(&Uint8Array::new(&buffer)),
                            Err(error) => reply.with("refused", error.to_string()),
                        }
                    }
                    Err(_) => reply,
                }
            }
        };
        self.worker.send(reply);
    }
}

/// Reads what is left of a request's body.
async fn drain(stream: &Stream) {
    let mut drained = 0;
    while drained < DRAIN {
        match stream.chunk().await {
            Ok(Some(bytes)) => {
                drained += bytes.len();
                stream.consumed(bytes.len());
            }
            _ => return,
        }
    }
    stream.reset(ResetCode::Cancelled);
}
