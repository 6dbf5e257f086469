//! One visitor's request on its way through a box: its head and body in, the answer out, piece by piece as the
//! visitor takes it.
//!
//! When the box ends before it has answered, the request is put to the next one, if it may be asked twice (RFC 9110,
//! 9.2.1) and the box did not end in its own code. Otherwise the visitor gets an honest page.

use std::{future::pending, rc::Rc};

use futures_util::{FutureExt, pin_mut, select_biased};
use js_sys::Uint8Array;
use messages::file::{Body, FileOperation, FileResult};
use messages::object::Pairs;
use messages::site_box::{FinalStatus, RequestEvent, ToBox};
use peer::{channel::Stream, host::Visitor};
use webextension_api::message::settled;
use wire::{Headers, RequestHead, ResetCode, ResponseHead};

use super::{Boxes, events::Events, page, worker::BoxWorker};
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
        let (id, events) = worker.open();
        let request = Request {
            boxes,
            site,
            worker: &worker,
            id,
            stream,
            head_only: head.method == "HEAD",
        };
        let way = request.run(visitor, head, has_body, events).await;
        worker.close(id);
        match way {
            Way::Answered => {
                if has_body {
                    drain(stream).await;
                }
                return stream.done();
            }
            Way::Left => {
                worker.send(&ToBox::Cancel { id });
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
        events: Events,
    ) -> Way {
        self.ask(visitor, head, has_body);
        self.follow(events).await.unwrap_or_else(|way| way)
    }

    fn ask(&self, visitor: &Visitor, head: &RequestHead, has_body: bool) {
        self.worker.send(&ToBox::Request {
            id: self.id,
            method: head.method.clone(),
            target: head.path.clone(),
            headers: head.headers.iter().collect(),
            origin: self.boxes.origin(self.site),
            body: has_body,
            visitor: visitor.id.to_string(),
            network: visitor.network.to_string(),
            transport: visitor.transport.to_owned(),
        });
    }

    /// Follows the events until the answer is complete.
    async fn follow(&self, mut events: Events) -> Result<Way, Way> {
        let mut begun = false;
        let mut wants_body = false;
        loop {
            let event = {
                let wanted = wants_body;
                let body = async {
                    match wanted {
                        true => self.stream.chunk().await,
                        false => pending().await,
                    }
                }
                .fuse();
                let lost = self.stream.lost().fuse();
                let next = events.next().fuse();
                pin_mut!(body, lost, next);
                select_biased! {
                    event = next => match event {
                        Some(event) => event,
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
            match event {
                RequestEvent::BodyWanted {} => wants_body = true,
                RequestEvent::Response {
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
                RequestEvent::ResponseBody { bytes } => self.pass_on(&bytes).await?,
                RequestEvent::ResponseEnd {} => {
                    self.stream.finish()?;
                    return Ok(Way::Answered);
                }
                RequestEvent::ResponseReset {} => return Err(Way::BrokeOff),
                RequestEvent::File { ticket, operation } => self.file(ticket, operation).await,
            }
        }
    }

    fn pass_body(&self, piece: Option<Vec<u8>>) {
        match piece {
            Some(bytes) => {
                self.worker.send(&ToBox::RequestBody {
                    id: self.id,
                    bytes: Uint8Array::from(&*bytes),
                });
                self.stream.consumed(bytes.len());
            }
            None => self.worker.send(&ToBox::RequestBodyEnd { id: self.id }),
        }
    }

    /// The answer's head, and its body if that is there already; whether that was all.
    async fn begin(
        &self,
        status: FinalStatus,
        headers: Pairs,
        bytes: Option<Uint8Array>,
        ends: bool,
    ) -> Result<bool, Way> {
        let status = status.0;
        let mut headers: Headers = headers.0.into_iter().collect();
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
            self.worker
                .send(&ToBox::ResponseBodyConsumed { id: self.id });
        }
        Ok(ends)
    }

    async fn pass_on(&self, bytes: &Uint8Array) -> Result<(), Way> {
        self.stream.write(&bytes.to_vec()).await?;
        self.worker
            .send(&ToBox::ResponseBodyConsumed { id: self.id });
        Ok(())
    }

    /// Something with the site's own files.
    async fn file(&self, ticket: u32, operation: FileOperation) {
        let result = match self.boxes.background.file(self.site, operation).await {
            Ok(FileResult::Contents { body, media_type }) => match bytes_of(body).await {
                Ok(body) => FileResult::Contents { body, media_type },
                Err(message) => FileResult::Refused { message },
            },
            Ok(result) => result,
            Err(error) => FileResult::Refused {
                message: error.to_string(),
            },
        };
        self.worker.send(&ToBox::File {
            id: self.id,
            ticket,
            result,
        });
    }
}

/// The box takes bytes, no Blobs.
async fn bytes_of(body: Body) -> Result<Body, String> {
    let Body::Blob { blob } = body else {
        return Ok(body);
    };
    let buffer = settled(Ok(blob.array_buffer())).await;
    buffer
        .map(|buffer| Body::Bytes {
            bytes: Uint8Array::new(&buffer),
        })
        .map_err(|error| error.to_string())
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
