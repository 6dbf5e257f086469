//! A site as one file: what exporting one from this browser, and importing one, work with.
//!
//! The format is `crates/bundle`'s. Here is what only a page can do: read files and write them piece by piece, show how
//! far it is, and stop. It must not know the sites page, nor what is asked of the person.

mod archive;
mod batch;
mod blob_parts;
mod content;
mod downloads;
pub mod import_preview;
pub mod job;
mod read_archive;
mod sink;
mod source;
mod waiting;

use std::cell::RefCell;

use crate::error::PageError;
pub use blob_parts::Parts;
pub use job::Job;
pub use read_archive::keep_apart;
pub use sink::{BUNDLE, JSON, Sink};
pub use source::read;
pub use waiting::{Waiting, is_archive};

/// The id of the dialog that exports a site.
pub const EXPORT: &str = "export";
/// The id of the dialog that imports one.
pub const IMPORT: &str = "import";

/// What goes in or out now.
#[derive(Default)]
pub struct Desk {
    /// The archive that was opened, and waits for the person's word.
    pub waiting: RefCell<Option<Waiting>>,
    /// What is done with it, or with the site that is exported.
    pub work: Job,
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
