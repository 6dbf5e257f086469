//! Where an exported file goes: to the place that the person chose, or to the browser's downloads.

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlAnchorElement, Url};

use super::blob_parts::Parts;
use super::downloads::{self, Downloads};
use crate::{error::PageError, ui::dom};

/// What a file is for file dialogs.
#[derive(Debug, Clone, Copy)]
pub struct FileKind {
    media_type: &'static str,
    ending: &'static str,
    description: &'static str,
}

/// A site in one file.
pub const BUNDLE: FileKind = FileKind {
    media_type: "application/zip",
    ending: ".peersite",
    description: "PeerServer site",
};

/// A site's data.
pub const JSON: FileKind = FileKind {
    media_type: "application/json",
    ending: ".json",
    description: "JSON",
};

/// How long, in ms, a download may take to begin: then its address is given up.
const BEGINNING: u32 = 60_000;

/// An exported file that is being written.
pub enum Sink {
    /// A file on the disk (File System Access: Chromium). It is there once it is closed, and not before.
    File(JsValue),
    /// A file of the browser's own, to be downloaded.
    Download { name: String, file: Downloads },
    /// All of it in memory, to be downloaded: where the browser keeps no files of its own.
    Memory {
        name: String,
        kind: FileKind,
        parts: Parts,
    },
}

impl Sink {
    /// Ask the person where to, if the browser can. It has to be called soon after a click.
    ///
    /// # Errors
    /// [`PageError::Stopped`] if the person thought better of it.
    pub async fn open(stem: &str, kind: FileKind) -> Result<Self, PageError> {
        let name = format!("{stem}{}", kind.ending);
        match pick(&name, kind).await {
            Ok(Some(file)) => Ok(Self::File(call(&file, "createWritable", None).await?)),
            Err(error) if is_abort(&error) => Err(PageError::Stopped),
            // No such dialog, or not here: a download works everywhere.
            Ok(None) | Err(_) => {
                // What is left over can wait.
                let _ = downloads::tidy().await;
                match Downloads::open().await {
                    Ok(file) => Ok(Self::Download { name, file }),
                    Err(_) => Ok(Self::Memory {
                        name,
                        kind,
                        parts: Parts::default(),
                    }),
                }
            }
        }
    }

    /// Take more bytes.
    ///
    /// # Errors
    /// [`PageError::Browser`], for instance if the disk is full.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), PageError> {
        if bytes.is_empty() {
            return Ok(());
        }
        match self {
            Self::File(stream)
            | Self::Download {
                file: Downloads { stream, .. },
                ..
            } => {
                call(stream, "write", Some(&Uint8Array::from(bytes))).await?;
                Ok(())
            }
            Self::Memory { parts, .. } => parts.push(bytes),
        }
    }

    /// That was all of it.
    ///
    /// # Errors
    /// As [`Sink::write`].
    pub async fn close(self) -> Result<(), PageError> {
        match self {
            Self::File(stream) => {
                call(&stream, "close", None).await?;
                Ok(())
            }
            Self::Download { name, file } => {
                call(&file.stream, "close", None).await?;
                download(&name, file.file().await?.as_ref())
            }
            Self::Memory { name, kind, parts } => download(&name, &parts.finish(kind.media_type)?),
        }
    }

    /// Leave nothing behind.
    pub async fn give_up(self) {
        let stream = match self {
            Self::File(stream) => stream,
            Self::Download { file, .. } => file.stream,
            Self::Memory { .. } => return,
        };
        // It was closed by an error already.
        let _ = call(&stream, "abort", None).await;
    }
}

/// Have the browser download these bytes under this name.
fn download(name: &str, bytes: &Blob) -> Result<(), PageError> {
    let address = Url::create_object_url_with_blob(bytes)?;
    let link: HtmlAnchorElement = dom::document()?
        .create_element("a")?
        .dyn_into()
        .map_err(|_| PageError::Markup("a".into()))?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    wasm_bindgen_futures::spawn_local(async move {
        TimeoutFuture::new(BEGINNING).await;
        let _ = Url::revoke_object_url(&address);
    });
    Ok(())
}

/// The browser's own "save as": a file, or `None` where there is no such dialog.
async fn pick(name: &str, kind: FileKind) -> Result<Option<JsValue>, JsValue> {
    let window: JsValue = dom::window().map_err(|error| error.to_string())?.into();
    let picker = Reflect::get(&window, &"showSaveFilePicker".into())?;
    let Ok(picker) = picker.dyn_into::<Function>() else {
        return Ok(None);
    };
    let set =
        |object: &Object, key: &str, value: &JsValue| Reflect::set(object, &key.into(), value);
    let accept = Object::new();
    set(&accept, kind.media_type, &Array::of1(&kind.ending.into()))?;
    let described = Object::new();
    set(&described, "description", &kind.description.into())?;
    set(&described, "accept", &accept)?;
    let options = Object::new();
    set(&options, "suggestedName", &name.into())?;
    set(&options, "types", &Array::of1(&described))?;
    let picked: Promise = picker.call1(&window, &options)?.unchecked_into();
    JsFuture::from(picked).await.map(Some)
}

fn is_abort(error: &JsValue) -> bool {
    Reflect::get(error, &"name".into()).is_ok_and(|name| name == "AbortError")
}

/// Call a method that gives a promise, and wait for that.
async fn call(
    object: &JsValue,
    method: &str,
    argument: Option<&Uint8Array>,
) -> Result<JsValue, PageError> {
    let method: Function = Reflect::get(object, &method.into())?.dyn_into()?;
    let promise = match argument {
        Some(bytes) => method.call1(object, bytes)?,
        None => method.call0(object)?,
    };
    Ok(JsFuture::from(Promise::resolve(&promise)).await?)
}
