//! A file that is to be stored.

use site::FilePath;
use web_sys::Blob;

/// A file to add to a draft.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// Its path in the site's tree.
    pub path: FilePath,
    /// Its bytes: a Blob or a File.
    pub blob: Blob,
    /// Its media type according to the browser (`blob.type`), possibly empty.
    pub media_type: String,
    /// The SHA-256 of its bytes, if they are in memory and were hashed: then they are not read again.
    pub sha256: Option<[u8; 32]>,
}
