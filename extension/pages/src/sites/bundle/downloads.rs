//! Files on their way to the browser's downloads. They lie in the origin's private files (OPFS), so that a file of any
//! size takes no memory; who may be reading one still is not known, so each stays for a while.
//!
//! It must not know what is in them.

use js_sys::{AsyncIterator, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions,
};

use crate::ui::dom;

/// Their folder.
const FOLDER: &str = "exports";

/// How long, in ms, a file stays: a person may be asked where to before it is read.
const STAY: f64 = 60.0 * 60.0 * 1000.0;

/// A file that is written.
pub struct Downloads {
    handle: FileSystemFileHandle,
    /// Where its bytes go (`FileSystemWritableFileStream`).
    pub stream: JsValue,
}

impl Downloads {
    /// A new one.
    ///
    /// # Errors
    /// Where a browser has no private files, as in some private windows.
    pub async fn open() -> Result<Self, JsValue> {
        let folder = folder(true).await?;
        let options = FileSystemGetFileOptions::new();
        options.set_create(true);
        let name = window()?.crypto()?.random_uuid();
        let file = folder.get_file_handle_with_options(&name, &options);
        let handle: FileSystemFileHandle = JsFuture::from(file).await?.unchecked_into();
        let stream = JsFuture::from(handle.create_writable()).await?;
        Ok(Self { handle, stream })
    }

    /// All of it, once the stream is closed.
    pub async fn file(&self) -> Result<File, JsValue> {
        Ok(JsFuture::from(self.handle.get_file())
            .await?
            .unchecked_into())
    }
}

/// Removes those that have stayed long enough.
pub async fn tidy() -> Result<(), JsValue> {
    let Ok(folder) = folder(false).await else {
        return Ok(());
    };
    let all: AsyncIterator = folder.values();
    loop {
        let next = JsFuture::from(all.next()?).await?;
        if Reflect::get(&next, &"done".into())?.is_truthy() {
            return Ok(());
        }
        let handle: FileSystemFileHandle = Reflect::get(&next, &"value".into())?.unchecked_into();
        let file: File = JsFuture::from(handle.get_file()).await?.unchecked_into();
        if js_sys::Date::now() - file.last_modified() > STAY {
            // One that is being written cannot be removed.
            let _ = JsFuture::from(folder.remove_entry(&handle.name())).await;
        }
    }
}

async fn folder(create: bool) -> Result<FileSystemDirectoryHandle, JsValue> {
    let root = window()?.navigator().storage().get_directory();
    let root: FileSystemDirectoryHandle = JsFuture::from(root).await?.unchecked_into();
    let options = FileSystemGetDirectoryOptions::new();
    options.set_create(create);
    let folder = root.get_directory_handle_with_options(FOLDER, &options);
    Ok(JsFuture::from(folder).await?.unchecked_into())
}

fn window() -> Result<web_sys::Window, JsValue> {
    dom::window().map_err(|error| error.to_string().into())
}
