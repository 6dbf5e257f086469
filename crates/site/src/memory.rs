//! Files in memory: the storage of tests and small tools.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::{Future, ready};
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use crate::{FileMeta, FilePath, Found, Storage};

/// A site's files in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryStorage {
    files: BTreeMap<String, (FileMeta, Arc<[u8]>)>,
    changes: u64,
}

impl MemoryStorage {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a file. `modified_ms` is in milliseconds since 1970; the stored media type is
    /// empty.
    pub fn insert(&mut self, path: &FilePath, bytes: impl Into<Arc<[u8]>>, modified_ms: u64) {
        self.insert_typed(path, bytes, "", modified_ms);
    }

    /// [`Self::insert`] with the media type that the owner's browser would have given.
    pub fn insert_typed(
        &mut self,
        path: &FilePath,
        bytes: impl Into<Arc<[u8]>>,
        media_type: &str,
        modified_ms: u64,
    ) {
        let bytes = bytes.into();
        self.changes += 1;
        let meta = FileMeta {
            path: path.to_string(),
            media_type: media_type.to_owned(),
            size: bytes.len() as u64,
            revision: self.changes.to_string(),
            modified_ms,
        };
        self.files.insert(meta.path.clone(), (meta, bytes));
    }

    /// Removes a file; false if there was none.
    pub fn remove(&mut self, path: &FilePath) -> bool {
        self.files.remove(path.as_str()).is_some()
    }
}

impl Storage for MemoryStorage {
    type Handle = Arc<[u8]>;
    type Error = Infallible;

    fn find(
        &self,
        candidates: &[String],
    ) -> impl Future<Output = Result<Option<Found<Self::Handle>>, Self::Error>> {
        let found = candidates.iter().find_map(|path| self.files.get(path));
        ready(Ok(found.map(|(meta, bytes)| Found {
            meta: meta.clone(),
            handle: bytes.clone(),
        })))
    }

    fn normal_forms(&self, path: &str) -> [String; 2] {
        [path.nfc().collect(), path.nfd().collect()]
    }
}
