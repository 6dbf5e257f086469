//! One visitor's request to a box: forwards its head and body to the box, and the response to the visitor, chunk by
//! chunk as the visitor reads it.
//!
//! When the box ends before the response has begun, the request is sent to the next box, if its method is safe (RFC 9110,
//! 9.2.1) and the box did not end while it ran this request's code. Otherwise the visitor gets the error page.

use std::{future::pending, rc::Rc};

use futures_util::{FutureExt, pin_mut, select_biased};
use js_sys::Uint8Array;
use messages::file::{Body, FileOperation, FileResult};
use messages::object::Pairs;
use messages::site_box::{FinalStatus, RequestEvent, ToBox};
use peer::{channel::Stream, host::Visitor};
use webextension_api::message::settled;
use wire::{Headers, RequestHead, ResetCode, ResponseHead};

use super::{Boxes, error_page, events::Events, worker::BoxWorker};
use crate::code_header::CODE;

/// How often a request is sent to a box at most.
const MAX_TRIES: u32 = 3;
/// Bytes of a request's body that are read after the response, so that the response arrives before the stream ends. A
/// longer body is reset.
const MAX_DRAIN: usize = 8 * 1024 * 1024;

/// How a request to a box ended.
enum Outcome {
    /// The response was sent.
    Complete,
    /// The visitor is gone.
    VisitorGone,
    /// The response ended early.
    Incomplete,
    /// The box ended before the response began.
    BoxEnded,
}

impl From<peer::Error> for Outcome {
    fn from(_: peer::Error) -> Self {
        Self::VisitorGone
    }
}

/// Has the site's code respond.
pub async fn respond(
    boxes: &Rc<Boxes>,
    site: &str,
    visitor: &Visitor,
    head: &RequestHead,
    has_body: bool,
    stream: &Stream,
) {
    let repeatable = !has_body && matches!(&*head.method, "GET" | "HEAD" | "OPTIONS");
    let mut tries = MAX_TRIES;
    let reason = loop {
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
        let outcome = request.run(visitor, head, has_body, events).await;
        worker.close(id);
        match outcome {
            Outcome::Complete => {
                if has_body {
                    drain(stream).await;
                }
                return stream.done();
            }
            Outcome::VisitorGone => {
                worker.send(&ToBox::Cancel { id });
                return;
            }
            Outcome::Incomplete => return stream.reset(ResetCode::Internal),
            Outcome::BoxEnded if repeatable && tries > 0 && !worker.ended_while_running(id) => {}
            Outcome::BoxEnded => break worker.end_reason(),
        }
    };
    let incident = error_page::new_incident();
    boxes.log(
        site,
        format!("{} {}: {reason}", head.method, head.path),
        Some(incident.clone()),
    );
    let sent = error_page::send(stream, head.method == "HEAD", &incident).await;
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
    ) -> Outcome {
        self.send_head(visitor, head, has_body);
        self.handle_events(events)
            .await
            .unwrap_or_else(|outcome| outcome)
    }

    fn send_head(&self, visitor: &Visitor, head: &RequestHead, has_body: bool) {
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

    /// Handles the events until the response is complete.
    async fn handle_events(&self, mut events: Events) -> Result<Outcome, Outcome> {
        let mut begun = false;
        let mut body_wanted = false;
        loop {
            let event = {
                let wanted = body_wanted;
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
                        None if begun => return Err(Outcome::Incomplete),
                        None => return Err(Outcome::BoxEnded),
                    },
                    chunk = body => {
                        body_wanted = false;
                        self.forward_body(chunk?);
                        continue;
                    }
                    _ = lost => return Err(Outcome::VisitorGone),
                }
            };
            match event {
                RequestEvent::BodyWanted {} => body_wanted = true,
                RequestEvent::Response {
                    status,
                    headers,
                    bytes,
                    end,
                } => {
                    begun = true;
                    if self.send_response(status, headers, bytes, end).await? {
                        return Ok(Outcome::Complete);
                    }
                }
                RequestEvent::ResponseBody { bytes } => self.send_chunk(&bytes).await?,
                RequestEvent::ResponseEnd {} => {
                    self.stream.finish()?;
                    return Ok(Outcome::Complete);
                }
                RequestEvent::ResponseReset {} => return Err(Outcome::Incomplete),
                RequestEvent::File { ticket, operation } => {
                    self.access_file(ticket, operation).await
                }
            }
        }
    }

    fn forward_body(&self, chunk: Option<Vec<u8>>) {
        match chunk {
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

    /// Sends the response's head, and the first chunk of its body if it is there. `true`: the response is complete.
    async fn send_response(
        &self,
        status: FinalStatus,
        headers: Pairs,
        bytes: Option<Uint8Array>,
        end: bool,
    ) -> Result<bool, Outcome> {
        let status = status.0;
        let mut headers: Headers = headers.0.into_iter().collect();
        headers.push(CODE, "1".to_owned());
        let bytes = bytes.filter(|_| !self.head_only);
        self.stream
            .respond(&ResponseHead { status, headers }, end && bytes.is_none())?;
        if let Some(bytes) = bytes {
            self.stream.write(&bytes.to_vec()).await?;
            if end {
                self.stream.finish()?;
            }
        }
        if !end {
            self.worker
                .send(&ToBox::ResponseBodyConsumed { id: self.id });
        }
        Ok(end)
    }

    async fn send_chunk(&self, bytes: &Uint8Array) -> Result<(), Outcome> {
        self.stream.write(&bytes.to_vec()).await?;
        self.worker
            .send(&ToBox::ResponseBodyConsumed { id: self.id });
        Ok(())
    }

    /// Reads, writes, deletes or lists files of the site for its code.
    async fn access_file(&self, ticket: u32, operation: FileOperation) {
        let result = match self.boxes.background.file(self.site, operation).await {
            Ok(FileResult::Contents { body, media_type }) => match blob_to_bytes(body).await {
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

/// The body with its Blob read: boxes receive bytes only.
async fn blob_to_bytes(body: Body) -> Result<Body, String> {
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

/// Reads and drops the rest of a request's body.
async fn drain(stream: &Stream) {
    let mut drained = 0;
    while drained < MAX_DRAIN {
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
