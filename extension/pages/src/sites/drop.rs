//! The files in what was picked or dropped, folders walked through.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry,
    HtmlInputElement,
};

use super::file_paths::MOST_FILES;
use crate::error::PageError;

/// A file as it was given, before it has a place in the site.
#[derive(Debug, Clone)]
pub struct Given {
    /// Its path, with the names of the folders it was found in.
    pub path: String,
    /// The file.
    pub file: File,
}

/// The files of a picker.
pub fn picked(input: &HtmlInputElement) -> Result<Vec<Given>, PageError> {
    let Some(list) = input.files() else {
        return Ok(Vec::new());
    };
    let mut given = Vec::new();
    for place in 0..list.length() {
        let Some(file) = list.get(place) else {
            continue;
        };
        let folder_path = js_sys::Reflect::get(&file, &"webkitRelativePath".into())?.as_string();
        let path = folder_path
            .filter(|path| !path.is_empty())
            .unwrap_or_else(|| file.name());
        push(&mut given, path, file)?;
    }
    // Else picking the same files once more would be no change.
    input.set_value("");
    Ok(given)
}

/// What a drop holds.
#[derive(Debug, Clone, Default)]
pub struct Dropped {
    /// Files and folders on the disk.
    entries: Vec<FileSystemEntry>,
    /// Files that are nowhere on the disk, such as a picture dragged out of a page.
    files: Vec<File>,
}

impl Dropped {
    /// What this drop holds. It has to be taken while the event is handled: afterwards the browser has
    /// forgotten it.
    pub fn of(transfer: &DataTransfer) -> Self {
        let items = transfer.items();
        let mut dropped = Self::default();
        for item in (0..items.length()).filter_map(|place| items.get(place)) {
            if let Ok(Some(entry)) = item.webkit_get_as_entry() {
                dropped.entries.push(entry);
            } else if let Ok(Some(file)) = item.get_as_file() {
                dropped.files.push(file);
            }
        }
        dropped
    }

    /// The name of the file, if it holds one file and nothing else.
    pub fn single(&self) -> Option<String> {
        match (&*self.entries, &*self.files) {
            ([entry], []) if entry.is_file() => Some(entry.name()),
            ([], [file]) => Some(file.name()),
            _ => None,
        }
    }

    /// Does it hold no file, as when text is dropped?
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.files.is_empty()
    }
}

/// The files in a drop, at any depth. `found` is told how many there are so far.
///
/// # Errors
/// [`PageError::Browser`] if a file or folder cannot be read, [`PageError::Input`] if there are more than
/// [`MOST_FILES`].
pub async fn walk(dropped: Dropped, found: impl Fn(usize)) -> Result<Vec<Given>, PageError> {
    let mut given = Vec::new();
    for file in dropped.files {
        push(&mut given, file.name(), file)?;
    }
    let mut waiting = dropped.entries;
    waiting.reverse();
    while let Some(entry) = waiting.pop() {
        // By what they say, not by class: Chromium's classes have other names than the standard's.
        if entry.is_directory() {
            waiting.extend(children(entry.unchecked_ref()).await?);
        } else if entry.is_file() {
            let source = entry.unchecked_ref::<FileSystemFileEntry>();
            let file =
                settle(|done, failed| source.file_with_callback_and_callback(done, failed)).await?;
            let path = entry.full_path().trim_start_matches('/').to_owned();
            push(&mut given, path, file.dyn_into()?)?;
            found(given.len());
        }
    }
    Ok(given)
}

/// What is in a folder. The browser hands it out in parts; an empty part is the end.
async fn children(folder: &FileSystemDirectoryEntry) -> Result<Vec<FileSystemEntry>, PageError> {
    let reader = folder.create_reader();
    let mut children = Vec::new();
    loop {
        let part =
            settle(|done, failed| reader.read_entries_with_callback_and_callback(done, failed))
                .await?
                .dyn_into::<Array>()?;
        if part.length() == 0 {
            return Ok(children);
        }
        children.extend(part.iter().map(JsCast::unchecked_into));
        if children.len() > MOST_FILES {
            return Err(too_many());
        }
    }
}

fn push(given: &mut Vec<Given>, path: String, file: File) -> Result<(), PageError> {
    if given.len() >= MOST_FILES {
        return Err(too_many());
    }
    given.push(Given { path, file });
    Ok(())
}

fn too_many() -> PageError {
    let most = crate::ui::format::grouped(MOST_FILES as u64);
    PageError::Input(format!(
        "These are more than {most} files. Add them in parts."
    ))
}

/// A call with two callbacks as a future.
async fn settle<E>(
    call: impl FnOnce(&Function, &Function) -> E,
) -> Result<wasm_bindgen::JsValue, PageError> {
    let mut call = Some(call);
    let promise = Promise::new(&mut |done, failed| {
        if let Some(call) = call.take() {
            call(&done, &failed);
        }
    });
    Ok(JsFuture::from(promise).await?)
}
