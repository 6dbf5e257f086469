//! Operations on a site's files by its code, and bodies: parts of the messages of [`crate::site_box`] and
//! [`crate::server`].

use js_sys::Uint8Array;
use messages_derive::Message;
use web_sys::Blob;

/// An operation of a site's code on the site's files.
#[derive(Debug, Clone, Message)]
pub enum FileOperation {
    Read {
        path: String,
    },
    /// Creates or replaces it.
    Write {
        path: String,
        /// The whole file.
        bytes: Uint8Array,
        /// Most bytes that all files written by the site's code may have afterwards.
        max_total: u64,
    },
    Delete {
        path: String,
    },
    /// Lists the files whose paths begin with `prefix`.
    List {
        prefix: String,
    },
}

/// The result of a [`FileOperation`].
#[derive(Debug, Clone, Message)]
pub enum FileResult {
    /// Why it failed: a sentence for the site's author.
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

/// A file and its bytes.
#[derive(Debug, Clone, Message)]
pub struct NamedFile {
    /// Its path in the site's tree.
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
