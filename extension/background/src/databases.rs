//! Removes the databases of sites that are gone for good.
//!
//! A site's box keeps its database in the origin's private files (OPFS), in `sites/<id>`; which sites there are, the
//! store knows. So nothing else has to remember what is to be removed: a folder without a site goes. It must not know
//! what lies in a folder.

use std::collections::HashSet;

use js_sys::{AsyncIterator, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{FileSystemDirectoryHandle, FileSystemRemoveOptions, StorageManager};

use crate::core::Core;

/// The folder of all databases; `extension/network/src/boxes/worker.rs` makes those in it.
const FOLDER: &str = "sites";

/// Removes the folders of sites that are no more. What a box has open stays until the next time.
pub async fn collect(core: &Core) -> Result<(), JsValue> {
    let Some(folder) = folder().await else {
        return Ok(());
    };
    let names = names(&folder).await?;
    if names.is_empty() {
        return Ok(());
    }
    let failed = |error: store::Error| JsValue::from(error.to_string());
    let mut known = HashSet::new();
    // The names were read before: a site that is made meanwhile has no folder among them.
    for site in core.store.sites().await.map_err(failed)? {
        known.insert(site.id.to_string());
    }
    for site in core.store.deleted_sites().await.map_err(failed)? {
        known.insert(site.id.to_string());
    }
    let options = FileSystemRemoveOptions::new();
    options.set_recursive(true);
    for name in names.iter().filter(|name| !known.contains(*name)) {
        let _ = JsFuture::from(folder.remove_entry_with_options(name, &options)).await;
    }
    Ok(())
}

/// `None` where there are no private files, or no database yet.
async fn folder() -> Option<FileSystemDirectoryHandle> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let storage: StorageManager = Reflect::get(&navigator, &"storage".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let root = JsFuture::from(storage.get_directory()).await.ok()?;
    let root: FileSystemDirectoryHandle = root.unchecked_into();
    let folder = JsFuture::from(root.get_directory_handle(FOLDER))
        .await
        .ok()?;
    Some(folder.unchecked_into())
}

async fn names(folder: &FileSystemDirectoryHandle) -> Result<Vec<String>, JsValue> {
    let iterator: AsyncIterator = folder.keys();
    let mut names = Vec::new();
    loop {
        let next = JsFuture::from(iterator.next()?).await?;
        if Reflect::get(&next, &"done".into())?.is_truthy() {
            return Ok(names);
        }
        names.extend(Reflect::get(&next, &"value".into())?.as_string());
    }
}
