//! How the network document reaches the background, wherever that is.
//!
//! Apart (Chromium): questions by `runtime.sendMessage`, requests by [`crate::worker`]. Together
//! (Firefox): plain calls.

use futures_util::{FutureExt, pin_mut, select_biased};
use gloo_timers::future::TimeoutFuture;
use identity::Fingerprint;
use js_sys::{Array, Object, Promise, Reflect};
use messages::{LogEntry, Plan, Report, Statement, ToBackground};
use wasm_bindgen::prelude::*;
use webextension_api::message::{from_js, send, settled, to_js};
use wire::RequestHead;

use crate::boxes::FileOp;
use crate::error::Error;
use crate::field::get;
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

    /// The web server's answer: `{status, headers: [name, value, …], body: Uint8Array | Blob | null}`.
    pub type Reply;
    #[wasm_bindgen(method, getter)]
    pub fn status(this: &Reply) -> Option<u16>;
    #[wasm_bindgen(method, getter)]
    pub fn headers(this: &Reply) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn body(this: &Reply) -> JsValue;
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
        match text(&get(&answer, "err"), "message") {
            Some(message) => Err(webextension_api::Error(message).into()),
            None => Ok(answer),
        }
    }

    /// Have the web server answer a request without a body, from the site's static files.
    pub async fn serve(&self, site: &str, head: &RequestHead) -> Result<Reply, Error> {
        Ok(self.put(&request(site, head)).await?.unchecked_into())
    }

    /// The files of a site's code, as `[path, Uint8Array, …]`.
    pub async fn code(&self, site: &str) -> Result<JsValue, Error> {
        let reply = self.put(&object([("code", &site.into())])).await?;
        Ok(get(&reply, "files"))
    }

    /// Something with the site's own files: the background's reply.
    pub async fn file(&self, site: &str, op: &FileOp) -> Result<JsValue, Error> {
        let none = (JsValue::UNDEFINED, 0);
        let (name, path, (bytes, most)) = match op {
            FileOp::Read(path) => ("read", path, none),
            FileOp::Write { path, bytes, most } => ("write", path, (bytes.into(), *most)),
            FileOp::Delete(path) => ("delete", path, none),
            FileOp::List(path) => ("list", path, none),
        };
        let request = object([
            ("site", &site.into()),
            ("file", &name.into()),
            ("path", &path.into()),
            ("bytes", &bytes),
            // Below 2^53.
            ("most", &JsValue::from_f64(most as f64)),
            ("type", &"".into()),
        ]);
        self.put(&request).await
    }

    /// Keep these entries in a site's log.
    pub async fn log(&self, site: &str, entries: Vec<LogEntry>) -> Result<(), Error> {
        let site = id(site)?;
        self.ask(&ToBackground::Log { site, entries })
            .await
            .map(|_| ())
    }

    /// Put something that may be asked twice to the web server.
    async fn put(&self, request: &Object) -> Result<JsValue, Error> {
        let reply = match &self.0 {
            Place::Together(background) => settled(background.serve(request)).await?,
            Place::Apart(worker) => {
                let mut tries = TRIES;
                loop {
                    tries -= 1;
                    let answer = worker.put(request).fuse();
                    let mut timeout = TimeoutFuture::new(ANSWER_TIMEOUT).fuse();
                    pin_mut!(answer);
                    select_biased! {
                        reply = answer => match reply {
                            Err(Error::Silent) if tries > 0 => {}
                            reply => break reply?,
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
        };
        match text(&reply, "error") {
            Some(message) => Err(webextension_api::Error(message).into()),
            None => Ok(reply),
        }
    }
}

/// Sites are known by their ids, which the background gave.
fn id(site: &str) -> Result<Fingerprint, Error> {
    Fingerprint::parse(site).map_err(|error| webextension_api::Error(error.to_string()).into())
}

/// `{site, method, path, headers: [name, value, …]}`.
fn request(site: &str, head: &RequestHead) -> Object {
    let headers = Array::new();
    for (name, value) in head.headers.iter() {
        headers.push(&name.into());
        headers.push(&value.into());
    }
    object([
        ("site", &site.into()),
        ("method", &(&*head.method).into()),
        ("path", &(&*head.path).into()),
        ("headers", &headers),
    ])
}

fn object<const N: usize>(fields: [(&str, &JsValue); N]) -> Object {
    let object = Object::new();
    for (key, value) in fields {
        // Fails only for frozen objects.
        let _ = Reflect::set(&object, &key.into(), value);
    }
    object
}

fn text(object: &JsValue, key: &str) -> Option<String> {
    get(object, key).as_string()
}
