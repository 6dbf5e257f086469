//! A site as one file: exporting it from this browser, and importing one.
//!
//! The format is `crates/bundle`'s. Here is what only a page can do: ask, show how far it is, read files
//! and write them piece by piece, and stop.

mod archive;
mod batch;
mod blob_parts;
mod content;
mod downloads;
mod export;
mod import;
mod import_preview;
mod imported;
mod job;
mod read_archive;
mod sink;
mod source;

use std::{cell::RefCell, rc::Rc};

use super::Page;
use crate::{
    error::PageError,
    ui::{dom, events},
};
pub(super) use export::is_data;
use import::Waiting;
pub(super) use import::is_archive;
use job::Job;
pub(super) use sink::{JSON, Sink};
pub(super) use source::read;

/// The dialogs' ids in the page.
const EXPORT: &str = "export";
const IMPORT: &str = "import";

/// What goes in or out now.
#[derive(Default)]
pub struct Desk {
    /// The archive that was opened, and waits for the person's word.
    waiting: RefCell<Option<Waiting>>,
    work: Job,
}

/// Closing a dialog, with the button or with Escape, stops what goes on in it.
pub(super) fn listen(page: &Rc<Page>) -> Result<(), PageError> {
    for id in [EXPORT, IMPORT] {
        let page = page.clone();
        events::on(&dom::by_id(id)?, "close", move |_| {
            page.desk.work.stop();
            page.desk.waiting.take();
        });
    }
    Ok(())
}

impl From<bundle::Error> for PageError {
    fn from(error: bundle::Error) -> Self {
        let mut text = error.to_string();
        // The crate's messages are parts of a sentence.
        if let Some(first) = text.get(..1) {
            text = first.to_uppercase() + text.get(1..).unwrap_or_default();
        }
        Self::Bundle(text)
    }
}
