//! What a site's code does with the site's own files, asked by its box.
//!
//! Each question may come twice, since the worker can die before its answer is there.

use std::rc::Rc;

use identity::Fingerprint;
use js_sys::{Array, Object, Uint8Array};
use messages::Failure;
use store::{Error, NewFile};
use wasm_bindgen::JsValue;
use web_sys::Blob;

use crate::background_request::FileAsked;
use crate::core::Core;
use crate::field::set;
use crate::log;

/// Why there is no answer.
enum Not {
    /// For the site's author.
    Refused(String),
    /// This browser cannot.
    Failed(Failure),
}

/// `{body, type}`, `{}`, `{deleted}` or `{files: [path, size, …]}`; `{refused}` says why not, in a sentence for
/// the site's author.
pub async fn answer(site: &Fingerprint, asked: FileAsked) -> Result<Object, Failure> {
    let core = Core::get().await?;
    match act(&core, site, asked).await {
        Ok(answer) => Ok(answer),
        Err(Not::Refused(sentence)) => {
            let answer = Object::new();
            set(&answer, "refused", &sentence.into());
            Ok(answer)
        }
        Err(Not::Failed(failure)) => Err(failure),
    }
}

async fn act(core: &Rc<Core>, site: &Fingerprint, asked: FileAsked) -> Result<Object, Not> {
    let answer = Object::new();
    match asked {
        FileAsked::Read(path) => {
            let (body, media_type) = match core.store.read_own(site, &path).await? {
                Some((blob, media_type)) => (blob.into(), media_type),
                None => (JsValue::NULL, String::new()),
            };
            set(&answer, "body", &body);
            set(&answer, "type", &media_type.into());
        }
        FileAsked::Write {
            path,
            bytes,
            media_type,
            most,
        } => {
            let file = NewFile {
                path,
                blob: blob(&bytes)?,
                media_type,
                sha256: None,
            };
            let written = core.store.write_own(site, &file, most).await;
            // Also when it failed: then it is read once more, and that is all.
            core.file_cache.forget_file(site, file.path.as_str());
            if let Err(error @ Error::OwnFilesFull { .. }) = &written {
                log::warn(core, site, error.to_string());
            }
            written?;
        }
        FileAsked::Delete(path) => {
            let deleted = core.store.delete_own(site, &path).await;
            core.file_cache.forget_file(site, path.as_str());
            set(&answer, "deleted", &deleted?.into());
        }
        FileAsked::List(prefix) => {
            let files = Array::new();
            for file in core.store.list_own(site, &prefix).await? {
                files.push(&file.path.into());
                // Below 2^53.
                files.push(&JsValue::from_f64(file.size as f64));
            }
            set(&answer, "files", &files);
        }
        FileAsked::Refused(sentence) => return Err(Not::Refused(sentence)),
    }
    Ok(answer)
}

fn blob(bytes: &Uint8Array) -> Result<Blob, Not> {
    Blob::new_with_u8_array_sequence(&Array::of1(bytes))
        .map_err(|error| Not::from(Error::from_js(&error)))
}

impl From<Error> for Not {
    fn from(error: Error) -> Self {
        match error {
            Error::NotLive
            | Error::NotPublic(_)
            | Error::OwnFileTooLarge(_)
            | Error::TooManyOwnFiles
            | Error::OwnFilesFull { .. }
            | Error::Full
            | Error::Unwritten => Self::Refused(error.to_string()),
            error => Self::Failed(error.into()),
        }
    }
}
