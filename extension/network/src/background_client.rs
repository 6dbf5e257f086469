//! How the network document reaches the background, wherever that is.
//!
//! Apart (Chromium): questions by `runtime.sendMessage`, requests by [`crate::worker`]. Together
//! (Firefox): plain calls.

use futures_util::{FutureExt, pin_mut, select_biased};
use gloo_timers::future::TimeoutFuture;
use identity::Fingerprint;
use js_sys::{Array, Promise};
use messages::file::{Body, FileOperation, FileResult, NamedFile};
use messages::object::{Pairs, get};
use messages::server::{ServerReply, ServerRequest};
use messages::{LogEntry, Message as _, Plan, Report, Statement, ToBackground};
use wasm_bindgen::prelude::*;
use webextension_api::message::{from_js, send, settled, to_js};
use wire::RequestHead;

use crate::error::Error;
use crate::worker::Worker;

/// Milliseconds without an answer after which a request is put to the worker again: the worker died
/// with it. Only requests that may be asked twice come this way.
const ANSWER_TIMEOUT: u32 = 5_000;
/// How often a request is put to the worker.
const TRIES: u32 = 3;

#[wasm_bindgen]
extern "C" {
    /// What the background exports where it is in the same document.
    type Background;
    #[wasm_bindgen(catch, method)]
    fn ask(this: &Background, message: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(catch, method)]
    fn serve(this: &Background, request: &JsValue) -> Result<Promise, JsValue>;
}

/// The web server's response from a site's static files.
pub struct StaticResponse {
    /// From 200.
    pub status: u16,
    /// Names and values.
    pub headers: Pairs,
    /// All of it.
    pub body: Body,
}

enum Place {
    Apart(Worker),
    Together(Background),
}

/// The way to the background.
pub struct BackgroundClient(Place);

impl BackgroundClient {
    /// `together`: the background's functions, or `null`.
    pub fn new(together: JsValue) -> Self {
        Self(match together.is_object() {
            true => Place::Together(together.unchecked_into()),
            false => Place::Apart(Worker::default()),
        })
    }

    /// The background died: nothing that it was asked will be answered.
    pub fn background_gone(&self) {
        if let Place::Apart(worker) = &self.0 {
            worker.forget();
        }
    }

    /// Say that the network document has started; learn what to host.
    pub async fn started(&self) -> Result<Plan, Error> {
        Ok(from_js(self.ask(&ToBackground::NetworkStarted).await?)?)
    }

    /// Tell how hosting goes.
    pub async fn report(&self, report: Report) -> Result<(), Error> {
        self.ask(&ToBackground::NetworkReport { report })
            .await
            .map(|_| ())
    }

    /// Have a site's key sign.
    pub async fn sign(&self, site: &str, statement: Statement) -> Result<Vec<u8>, Error> {
        let site = id(site)?;
        let signature = self.ask(&ToBackground::Sign { site, statement }).await?;
        Ok(from_js(signature)?)
    }

    async fn ask(&self, message: &ToBackground) -> Result<JsValue, Error> {
        let answer = match &self.0 {
            Place::Apart(_) => {
                let mut tries = TRIES;
                loop {
                    tries -= 1;
                    match send(message).await {
                        Ok(answer) => break answer,
                        // The background died with it. The next try starts another.
                        Err(_) if tries > 0 => {}
                        Err(error) => return Err(error.into()),
                    }
                }
            }
            Place::Together(background) => settled(background.ask(&to_js(message)?)).await?,
        };
        // What failed there comes as `{err: {message}}`.
        match get(&get(&answer, "err"), "message").as_string() {
            Some(message) => Err(webextension_api::Error(message).into()),
            None => Ok(answer),
        }
    }

    /// Have the web server answer a request without a body, from the site's static files.
    pub async fn respond(&self, site: &str, head: &RequestHead) -> Result<StaticResponse, Error> {
        let request = ServerRequest::Respond {
            site: site.to_owned(),
            method: head.method.clone(),
            path: head.path.clone(),
            headers: head.headers.iter().collect(),
        };
        match self.put(request).await? {
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
        match self.put(ServerRequest::Code { site }).await? {
            ServerReply::Code { files } => Ok(files),
            other => Err(unexpected(&other)),
        }
    }

    /// Something with the site's own files.
    pub async fn file(&self, site: &str, operation: FileOperation) -> Result<FileResult, Error> {
        let site = site.to_owned();
        match self.put(ServerRequest::File { site, operation }).await? {
            ServerReply::File { result } => Ok(result),
            other => Err(unexpected(&other)),
        }
    }

    /// Keep these entries in a site's log.
    pub async fn log(&self, site: &str, entries: Vec<LogEntry>) -> Result<(), Error> {
        let site = id(site)?;
        self.ask(&ToBackground::Log { site, entries })
            .await
            .map(|_| ())
    }

    /// Put something that may be asked twice to the web server.
    async fn put(&self, request: ServerRequest) -> Result<ServerReply, Error> {
        match &self.0 {
            Place::Together(background) => {
                // Nothing is cloned there, so nothing is transferred either.
                let request = request.write(&Array::new());
                let reply = settled(background.serve(&request)).await?;
                ServerReply::read(&reply).ok_or(Error::Silent)
            }
            Place::Apart(worker) => {
                let mut tries = TRIES;
                loop {
                    tries -= 1;
                    let answer = worker.put(request.clone()).fuse();
                    let mut timeout = TimeoutFuture::new(ANSWER_TIMEOUT).fuse();
                    pin_mut!(answer);
                    select_biased! {
                        reply = answer => match reply {
                            Err(Error::Silent) if tries > 0 => {}
                            reply => break reply,
                        },
                        () = timeout => {
                            worker.forget();
                            if tries == 0 {
                                return Err(Error::Silent);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The background could not, or replied to something else.
fn unexpected(reply: &ServerReply) -> Error {
    let message = match reply {
        ServerReply::Error { message } => message.clone(),
        _ => "The background replied to something else.".to_owned(),
    };
    webextension_api::Error(message).into()
}

/// Sites are known by their ids, which the background gave.
fn id(site: &str) -> Result<Fingerprint, Error> {
    Fingerprint::parse(site).map_err(|error| webextension_api::Error(error.to_string()).into())
}
