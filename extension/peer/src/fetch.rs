//! One HTTP exchange of a visitor with the host: asked again when the connection is lost before the
//! answer, resumed by `Range` when it is lost within.
//!
//! It must not know where the request comes from. Only safe methods without a body are ever sent twice
//! (RFC 9110, 9.2.1); a body is resumed only under a strong entity tag (RFC 9110, 13.1.5).

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures_channel::mpsc::UnboundedReceiver;
use futures_util::StreamExt;
use wire::{RequestHead, ResetCode, ResponseHead};

use crate::{Error, channel::Stream, visit::Visit};

/// How often a request is sent in all, over as many connections.
const TRIES: u32 = 4;

/// A request's body as it arrives. The sender holds back until `taken` was called for what it sent.
pub struct Upload {
    /// The bytes, to the end.
    pub chunks: UnboundedReceiver<Vec<u8>>,
    /// Called with the number of bytes that left.
    pub taken: Box<dyn Fn(usize)>,
}

/// An exchange whose answer has begun.
pub struct Exchange {
    visit: Visit,
    head: RequestHead,
    stream: RefCell<Rc<Stream>>,
    resume: Option<String>,
    received: Cell<u64>,
}

/// An answer's beginning.
pub struct Answer {
    /// Its head.
    pub head: ResponseHead,
    /// Its body, if it is there whole; otherwise ask [`Exchange::chunk`].
    pub whole: Option<Vec<u8>>,
}

impl Exchange {
    /// Send a request and wait for the answer's head.
    pub async fn start(
        visit: &Visit,
        head: RequestHead,
        mut upload: Option<Upload>,
    ) -> Result<(Self, Answer), Error> {
        let repeatable = upload.is_none() && matches!(&*head.method, "GET" | "HEAD" | "OPTIONS");
        let mut tries = TRIES;
        loop {
            tries -= 1;
            let channel = visit.channel().await?;
            let begun = match channel.request(&head, upload.is_none()).await {
                Ok(stream) => {
                    let stream = Rc::new(stream);
                    if let Some(upload) = upload.take() {
                        wasm_bindgen_futures::spawn_local(send(stream.clone(), upload));
                    }
                    stream.response().await.map(|answer| (stream, answer))
                }
                Err(error) => Err(error),
            };
            match begun {
                Ok((stream, (answer, ended))) => {
                    let whole = if ended {
                        Some(Vec::new())
                    } else {
                        stream.whole_body()
                    };
                    if whole.is_some() {
                        stream.done();
                    }
                    let resume = resumable(&head, &answer);
                    let exchange = Self {
                        visit: visit.clone(),
                        head,
                        stream: RefCell::new(stream),
                        resume,
                        received: Cell::new(0),
                    };
                    return Ok((
                        exchange,
                        Answer {
                            head: answer,
                            whole,
                        },
                    ));
                }
                Err(error) if repeatable && tries > 0 && !matches!(error, Error::Reset(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The next bytes of the answer; `None` at its end. May be dropped and asked again.
    pub async fn chunk(&self) -> Result<Option<Vec<u8>>, Error> {
        loop {
            let stream = self.stream.borrow().clone();
            match stream.chunk().await {
                Ok(Some(bytes)) => {
                    self.received.set(self.received.get() + bytes.len() as u64);
                    return Ok(Some(bytes));
                }
                Ok(None) => {
                    stream.done();
                    return Ok(None);
                }
                Err(error @ Error::Reset(_)) => return Err(error),
                Err(error) => self.resume_after(error).await?,
            }
        }
    }

    /// These bytes were taken by the page: the host may send as many more.
    pub fn consumed(&self, n: usize) {
        self.stream.borrow().consumed(n);
    }

    /// The page does not want the rest.
    pub fn cancel(&self) {
        self.stream.borrow().reset(ResetCode::Cancelled);
    }

    async fn resume_after(&self, error: Error) -> Result<(), Error> {
        let Some(tag) = self.resume.clone() else {
            return Err(error);
        };
        let received = self.received.get();
        let mut head = self.head.clone();
        head.headers.push("range", format!("bytes={received}-"));
        head.headers.push("if-range", tag);
        let begins = format!("bytes {received}-");
        for _ in 0..TRIES {
            let channel = self.visit.channel_again().await?;
            let Ok(stream) = channel.request(&head, true).await else {
                continue;
            };
            let Ok((answer, _)) = stream.response().await else {
                continue;
            };
            let range = answer.headers.get("content-range").unwrap_or_default();
            if answer.status != 206 || !range.starts_with(&begins) {
                // Another version of the file by now: the two halves would not fit.
                return Err(error);
            }
            self.stream.replace(Rc::new(stream));
            return Ok(());
        }
        Err(error)
    }
}

/// The entity tag under which the answer may be resumed.
fn resumable(request: &RequestHead, answer: &ResponseHead) -> Option<String> {
    let ranges = answer
        .headers
        .get("accept-ranges")
        .is_some_and(|value| value == "bytes");
    let plain = request.method == "GET" && request.headers.get("range").is_none();
    let tag = answer
        .headers
        .get("etag")
        .filter(|tag| tag.starts_with('"'))?;
    (plain && ranges && answer.status == 200).then(|| tag.to_owned())
}

async fn send(stream: Rc<Stream>, mut upload: Upload) {
    while let Some(bytes) = upload.chunks.next().await {
        if stream.write(&bytes).await.is_err() {
            return;
        }
        (upload.taken)(bytes.len());
    }
    let _ = stream.finish();
}
