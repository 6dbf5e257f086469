//! A folder of a storage, as a storage of its own.

use crate::{Found, Storage};

/// The files of one folder, by their paths within it: what lies beside the folder is not there.
#[derive(Debug, Clone)]
pub struct Folder<S> {
    storage: S,
    prefix: &'static str,
}

impl<S> Folder<S> {
    /// The folder `prefix`, a path with a slash at its end.
    pub fn new(storage: S, prefix: &'static str) -> Self {
        Self { storage, prefix }
    }
}

impl<S: Storage> Storage for Folder<S> {
    type Handle = S::Handle;
    type Error = S::Error;

    async fn find(&self, candidates: &[String]) -> Result<Option<Found<S::Handle>>, S::Error> {
        let paths: Vec<String> = candidates
            .iter()
            .map(|path| format!("{}{path}", self.prefix))
            .collect();
        let found = self.storage.find(&paths).await?;
        // A storage that answers with what was not asked for has found nothing.
        Ok(found.and_then(|mut found| {
            found.meta.path = found.meta.path.strip_prefix(self.prefix)?.to_owned();
            Some(found)
        }))
    }

    fn normal_forms(&self, path: &str) -> [String; 2] {
        self.storage.normal_forms(path)
    }
}
