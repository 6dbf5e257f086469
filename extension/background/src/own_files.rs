//! What a site's code does with the site's own files, asked by its box.
//!
//! Each question may come twice, since the worker can die before its answer is there.

use identity::Fingerprint;
use js_sys::{Array, Object, Uint8Array};
use messages::Failure;
use site::FilePath;
use store::{Error, NewFile};
use wasm_bindgen::prelude::*;
use web_sys::Blob;

use crate::core::Core;
use crate::serve::set;

#[wasm_bindgen]
extern "C" {
    /// `{site, file: "read" | "write" | "delete" | "list", path}`, and for writing `bytes` and `type`.
    pub type AskedFile;
    #[wasm_bindgen(method, getter)]
    fn site(this: &AskedFile) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn file(this: &AskedFile) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn path(this: &AskedFile) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn bytes(this: &AskedFile) -> Option<Uint8Array>;
    #[wasm_bindgen(method, getter, js_name = type)]
    fn media_type(this: &AskedFile) -> Option<String>;
}

/// Why there is no answer.
enum Not {
    /// For the site's author.
    Refused(String),
    /// This browser cannot.
    Failed(Failure),
}

/// `{body, type}`, `{}`, `{deleted}` or `{files: [path, size, …]}`; `{refused}` says why not, in a sentence for
/// the site's author.
pub async fn answer(asked: &AskedFile) -> Result<Object, Failure> {
    match act(asked).await {
        Ok(answer) => Ok(answer),
        Err(Not::Refused(sentence)) => {
            let answer = Object::new();
            set(&answer, "refused", &sentence.into());
            Ok(answer)
        }
        Err(Not::Failed(failure)) => Err(failure),
    }
}

async fn act(asked: &AskedFile) -> Result<Object, Not> {
    let core = Core::get().await.map_err(Not::Failed)?;
    let id = Fingerprint::parse(&asked.site().unwrap_or_default())?;
    let text = asked.path().unwrap_or_default();
    let answer = Object::new();
    match asked.file().as_deref() {
        Some("read") => {
            let found = core.store.read_own(&id, &path(&text)?).await?;
            let (body, media_type) = match found {
                Some((blob, media_type)) => (blob.into(), media_type),
                None => (JsValue::NULL, String::new()),
            };
            set(&answer, "body", &body);
            set(&answer, "type", &media_type.into());
        }
        Some("write") => {
            let file = NewFile {
                path: path(&text)?,
                blob: blob(
                    &asked
                        .bytes()
                        .unwrap_or_else(|| Uint8Array::new_with_length(0)),
                )?,
                media_type: asked.media_type().unwrap_or_default(),
                sha256: None,
            };
            let written = core.store.write_own(&id, &file).await;
            // Also when it failed: then it is read once more, and that is all.
            core.hot.forget_file(&id, &text);
            written?;
        }
        Some("delete") => {
            let deleted = core.store.delete_own(&id, &path(&text)?).await;
            core.hot.forget_file(&id, &text);
            set(&answer, "deleted", &deleted?.into());
        }
        Some("list") => {
            let files = Array::new();
            for file in core.store.list_own(&id, &text).await? {
                files.push(&file.path.into());
                // Below 2^53.
                files.push(&JsValue::from_f64(file.size as f64));
            }
            set(&answer, "files", &files);
        }
        _ => {
            return Err(Not::Failed(Failure {
                message: "A question about a file was not understood.".to_owned(),
            }));
        }
    }
    Ok(answer)
}

fn path(text: &str) -> Result<FilePath, Not> {
    FilePath::parse(text).map_err(|error| Not::Refused(format!("{text:?}: {error}.")))
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
            | Error::Full
            | Error::Unwritten => Self::Refused(error.to_string()),
            error => Self::Failed(error.into()),
        }
    }
}

impl From<identity::Error> for Not {
    fn from(error: identity::Error) -> Self {
        Self::Failed(error.into())
    }
}
