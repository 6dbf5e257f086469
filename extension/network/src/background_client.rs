//! The network document's requests to the background, and the replies.
//!
//! In Chromium they are apart: messages go by `runtime.sendMessage`, requests for sites' files by [`crate::service_worker`].
//! In Firefox they share a page: plain calls. The rest of the crate must not know which it is.

use futures_util::{FutureExt, pin_mut, select_biased};
use gloo_timers::future::TimeoutFuture;
use identity::Fingerprint;
use js_sys::{Array, Promise};
use messages::file::{Body, FileOperation, FileResult, NamedFile};
use messages::object::{Pairs, get};
use messages::server::{ServerReply, ServerRequest};
use messages::{LogEntry, Message as _, Plan, Report, Statement, ToBackground};
use wasm_bindgen::prelude::*;
use webextension_api::message::{self, from_js, settled, to_js};
use wire::RequestHead;

use crate::error::Error;
use crate::service_worker::ServiceWorker;

/// Milliseconds without a reply after which a request is sent to the worker again: the worker died
/// with it. Only requests that may be repeated are sent this way.
const REPLY_TIMEOUT: u32 = 5_000;
/// How often a request is sent to the worker at most.
const MAX_TRIES: u32 = 3;

#[wasm_bindgen]
extern "C" {
    /// The background's exports where it is in the same document.
    type Background;
    #[wasm_bindgen(catch, method)]
    fn ask(this: &Background, message: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(catch, method)]
    fn serve(this: &Background, request: &JsValue) -> Result<Promise, JsValue>;
}

/// The web server's response from a site's static files.
pub struct StaticResponse {
    /// 200 to 599.
    pub status: u16,
    /// Names and values.
    pub headers: Pairs,
    /// The whole body.
    pub body: Body,
}

enum Transport {
    Separate(ServiceWorker),
    SamePage(Background),
}

/// The connection to the background.
pub struct BackgroundClient(Transport);

impl BackgroundClient {
    /// `functions`: what the background exports in this document, or `null`.
    pub fn new(functions: JsValue) -> Self {
        Self(match functions.is_object() {
            true => Transport::SamePage(functions.unchecked_into()),
            false => Transport::Separate(ServiceWorker::default()),
        })
    }

    /// The background died: no reply to a pending request will come.
    pub fn background_gone(&self) {
        if let Transport::Separate(worker) = &self.0 {
            worker.reset();
        }
    }

    /// Notifies the background that the network document has started; returns what to host.
    pub async fn started(&self) -> Result<Plan, Error> {
        Ok(from_js(self.send(&ToBackground::NetworkStarted).await?)?)
    }

    /// Reports the state of hosting.
    pub async fn report(&self, report: Report) -> Result<(), Error> {
        self.send(&ToBackground::NetworkReport { report })
            .await
            .map(|_| ())
    }

    /// Has the background sign a statement with a site's key; returns the 64 bytes of the signature.
    pub async fn sign(&self, site: &str, statement: Statement) -> Result<Vec<u8>, Error> {
        let site = id(site)?;
        let signature = self.send(&ToBackground::Sign { site, statement }).await?;
        Ok(from_js(signature)?)
    }

    async fn send(&self, message: &ToBackground) -> Result<JsValue, Error> {
        let reply = match &self.0 {
            Transport::Separate(_) => {
                let mut tries = MAX_TRIES;
                loop {
                    tries -= 1;
                    match message::send(message).await {
                        Ok(reply) => break reply,
                        // The background died with it. The next try starts another.
                        Err(_) if tries > 0 => {}
                        Err(error) => return Err(error.into()),
                    }
                }
            }
            Transport::SamePage(background) => settled(background.ask(&to_js(message)?)).await?,
        };
        // What failed there comes as `{err: {message}}`.
        match get(&get(&reply, "err"), "message").as_string() {
            Some(message) => Err(webextension_api::Error(message).into()),
            None => Ok(reply),
        }
    }

    /// The web server's response to a request without a body, from the site's static files.
    pub async fn respond(&self, site: &str, head: &RequestHead) -> Result<StaticResponse, Error> {
        let request = ServerRequest::Respond {
            site: site.to_owned(),
            method: head.method.clone(),
            path: head.path.clone(),
            headers: head.headers.iter().collect(),
        };
        match self.request(request).await? {
            ServerReply::Response {
                status,
                headers,
                body,
            } => Ok(StaticResponse {
                status,
                headers,
                body,
            }),
            other => Err(unexpected(&other)),
        }
    }

    /// The files of a site's code.
    pub async fn code(&self, site: &str) -> Result<Vec<NamedFile>, Error> {
        let site = site.to_owned();
        match self.request(ServerRequest::Code { site }).await? {
            ServerReply::Code { files } => Ok(files),
            other => Err(unexpected(&other)),
        }
    }

    /// Reads, writes, deletes or lists files of a site.
    pub async fn file(&self, site: &str, operation: FileOperation) -> Result<FileResult, Error> {
        let site = site.to_owned();
        match self
            .request(ServerRequest::File { site, operation })
            .await?
        {
            ServerReply::File { result } => Ok(result),
            other => Err(unexpected(&other)),
        }
    }

    /// Adds these entries to a site's log.
    pub async fn log(&self, site: &str, entries: Vec<LogEntry>) -> Result<(), Error> {
        let site = id(site)?;
        self.send(&ToBackground::Log { site, entries })
            .await
            .map(|_| ())
    }

    /// Sends a request to the web server, again if no reply comes: it may be repeated.
    async fn request(&self, request: ServerRequest) -> Result<ServerReply, Error> {
        match &self.0 {
            Transport::SamePage(background) => {
                // Nothing is cloned there, so nothing is transferred either.
                let request = request.write(&Array::new());
                let reply = settled(background.serve(&request)).await?;
                ServerReply::read(&reply).ok_or(Error::NoReply)
            }
            Transport::Separate(worker) => {
                let mut tries = MAX_TRIES;
                loop {
                    tries -= 1;
                    let reply = worker.request(request.clone()).fuse();
                    let mut timeout = TimeoutFuture::new(REPLY_TIMEOUT).fuse();
                    pin_mut!(reply);
                    select_biased! {
                        reply = reply => match reply {
                            Err(Error::NoReply) if tries > 0 => {}
                            reply => break reply,
                        },
                        () = timeout => {
                            worker.reset();
                            if tries == 0 {
                                return Err(Error::NoReply);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The error for a reply of another kind than the request's.
fn unexpected(reply: &ServerReply) -> Error {
    let message = match reply {
        ServerReply::Error { message } => message.clone(),
        _ => "The background replied to something else.".to_owned(),
    };
    webextension_api::Error(message).into()
}

/// A site's id, as the background sent it in the plan.
fn id(site: &str) -> Result<Fingerprint, Error> {
    Fingerprint::parse(site).map_err(|error| webextension_api::Error(error.to_string()).into())
}
