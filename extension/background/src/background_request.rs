//! What the network document asks of the web server, read once.
//!
//! It is not JSON, since it holds bytes. What travels in it was chosen by visitors and by sites' code, so each field is
//! of its type, or the question is refused. It must not know what is answered.

use identity::Fingerprint;
use js_sys::{Array, Object, Reflect, Uint8Array};
use messages::Failure;
use site::{FilePath, PathError, Request};
use wasm_bindgen::{JsCast, JsValue};

/// Longest beginning of paths in bytes: no path of a site is longer.
const MAX_PREFIX: usize = 1024;

/// Longest media type in bytes: a type and a subtype of 127 each (RFC 6838, 4.2), with parameters.
const MAX_MEDIA_TYPE: usize = 512;

/// A question.
pub enum BackgroundRequest {
    /// `{code: site}`: the files of a site's code.
    Code(Fingerprint),
    /// `{site, file, path, …}`: something with a site's own files.
    File(Fingerprint, FileAsked),
    /// `{site, method, path, headers: [name, value, …]}`: a visitor's request, without a body.
    Request(Fingerprint, Request),
}

/// What a site's code wants of its own files.
pub enum FileAsked {
    /// `file: "read"`.
    Read(FilePath),
    /// `file: "write"`, with `bytes`, `type` and `most`.
    Write {
        /// Where.
        path: FilePath,
        /// The whole file.
        bytes: Uint8Array,
        /// Empty if it is told by the path.
        media_type: String,
        /// Bytes that all files of the site's code may take, as its `site.json` has it.
        most: u64,
    },
    /// `file: "delete"`.
    Delete(FilePath),
    /// `file: "list"`: those whose paths begin so.
    List(String),
    /// A path that no file can have, and why: a sentence for the site's author.
    Refused(String),
}

impl BackgroundRequest {
    /// Reads a question.
    ///
    /// # Errors
    /// If it is none of these, or a field is not of its type.
    pub fn read(asked: &JsValue) -> Result<Self, Failure> {
        let get = |name: &str| get(asked, name);
        let text = |name: &str| get(name).as_string();
        if let Some(site) = text("code") {
            return Ok(Self::Code(Fingerprint::parse(&site)?));
        }
        let site = Fingerprint::parse(&text("site").ok_or_else(not_understood)?)?;
        let path = text("path").ok_or_else(not_understood)?;
        let Some(op) = text("file") else {
            let headers = get("headers").dyn_into::<Array>();
            let request = Request {
                method: text("method").ok_or_else(not_understood)?,
                path,
                headers: pairs(&headers.map_err(|_| not_understood())?)?,
            };
            return Ok(Self::Request(site, request));
        };
        let checked = |of: fn(FilePath) -> FileAsked| FilePath::parse(&path).map(of);
        let asked = match op.as_str() {
            "read" => checked(FileAsked::Read),
            "delete" => checked(FileAsked::Delete),
            "list" if path.len() <= MAX_PREFIX => Ok(FileAsked::List(path.clone())),
            "list" => Err(PathError::TooLong(path.len())),
            "write" => {
                let bytes = get("bytes").dyn_into().map_err(|_| not_understood())?;
                let media_type = text("type").filter(|text| text.len() <= MAX_MEDIA_TYPE);
                let media_type = media_type.ok_or_else(not_understood)?;
                let most = get("most").as_f64().ok_or_else(not_understood)?;
                FilePath::parse(&path).map(|path| FileAsked::Write {
                    path,
                    bytes,
                    media_type,
                    // Saturating: what is no number is 0.
                    most: most as u64,
                })
            }
            _ => return Err(not_understood()),
        };
        let refused = |error| FileAsked::Refused(format!("{path:?}: {error}."));
        Ok(Self::File(site, asked.unwrap_or_else(refused)))
    }
}

fn pairs(list: &Array) -> Result<Vec<(String, String)>, Failure> {
    let mut texts = list.iter().map(|text| text.as_string());
    let mut pairs = Vec::new();
    while let Some(name) = texts.next() {
        match (name, texts.next().flatten()) {
            (Some(name), Some(value)) => pairs.push((name, value)),
            _ => return Err(not_understood()),
        }
    }
    Ok(pairs)
}

fn get(object: &JsValue, name: &str) -> JsValue {
    match object.dyn_ref::<Object>() {
        Some(object) => Reflect::get(object, &name.into()).unwrap_or_default(),
        None => JsValue::UNDEFINED,
    }
}

fn not_understood() -> Failure {
    Failure {
        message: "A question of the network document was not understood.".to_owned(),
    }
}
