//! A site's own files, as its code asks for them, and bodies: parts of the messages of [`crate::site_box`] and
//! [`crate::server`].

use js_sys::Uint8Array;
use messages_derive::Message;
use web_sys::Blob;

/// What a site's code does with one of the site's files.
#[derive(Debug, Clone, Message)]
pub enum FileOperation {
    Read {
        path: String,
    },
    /// Makes or replaces it.
    Write {
        path: String,
        /// The whole file.
        bytes: Uint8Array,
        /// Bytes that all files of the site's code may take afterwards.
        max_total: u64,
    },
    Delete {
        path: String,
    },
    /// Finds those whose paths begin so.
    List {
        prefix: String,
    },
}

/// What came of it.
#[derive(Debug, Clone, Message)]
pub enum FileResult {
    /// Why not: a sentence for the site's author.
    Refused {
        message: String,
    },
    /// The file that was read.
    Contents {
        body: Body,
        media_type: String,
    },
    /// There is no such file to read.
    NotFound {},
    Written {},
    Deleted {
        /// Was there such a file?
        existed: bool,
    },
    List {
        files: Vec<FileSize>,
    },
}

/// A file and its size in bytes.
#[derive(Debug, Clone, Message)]
pub struct FileSize {
    pub path: String,
    pub size: u64,
}

/// A file and what is in it.
#[derive(Debug, Clone, Message)]
pub struct NamedFile {
    /// In the site's tree.
    pub path: String,
    pub bytes: Uint8Array,
}

/// The body of a response, or a file's content.
#[derive(Debug, Clone, Message)]
pub enum Body {
    Empty {},
    Bytes { bytes: Uint8Array },
    Blob { blob: Blob },
}
