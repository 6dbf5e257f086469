//! Where a site's files are. The engine must know no more of it than this trait.

use std::future::Future;

/// What is known of a stored file without reading its bytes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileMeta {
    /// Its path in the site, as in [`crate::FilePath`].
    pub path: String,
    /// The media type that the owner's browser gave it, possibly empty. Used only if the extension says
    /// nothing.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// Changes whenever the bytes change; opaque. Becomes the ETag.
    pub revision: String,
    /// When the bytes were last changed: milliseconds since 1970, UTC.
    pub modified_ms: u64,
}

/// A file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<H> {
    /// What is known of it; `path` is the candidate that matched.
    pub meta: FileMeta,
    /// How to get at its bytes.
    pub handle: H,
}

/// A site's files, read-only.
pub trait Storage {
    /// How to get at a file's bytes later: a Blob in the browser, bytes in memory.
    type Handle;
    /// What can go wrong. Its text is shown to the visitor, so it is one plain sentence.
    type Error: std::fmt::Display;

    /// The first of these paths that exists, looked up in one round trip and against one state of the
    /// site. Paths are exact and case-sensitive.
    fn find(
        &self,
        candidates: &[String],
    ) -> impl Future<Output = Result<Option<Found<Self::Handle>>, Self::Error>>;

    /// A path in NFC and in NFD (Unicode Standard Annex #15): systems write the names of files in one of them, keyboards
    /// and editors addresses in another. Asked only for what is not ASCII. The platform may have the tables.
    fn normal_forms(&self, path: &str) -> [String; 2];
}

impl<S: Storage> Storage for &S {
    type Handle = S::Handle;
    type Error = S::Error;

    fn find(
        &self,
        candidates: &[String],
    ) -> impl Future<Output = Result<Option<Found<Self::Handle>>, Self::Error>> {
        S::find(self, candidates)
    }

    fn normal_forms(&self, path: &str) -> [String; 2] {
        S::normal_forms(self, path)
    }
}
