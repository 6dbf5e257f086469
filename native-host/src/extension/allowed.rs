//! The list of extensions that are served: the built-in ones, and those that a person let in.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{ExtensionId, built_in};
use crate::{Error, write};

/// Further ids that `install --extension-id` allowed, in the data folder: a store may give the same
/// extension another id.
const FURTHER_IDS_FILE: &str = "extension-ids.json";

/// The ids to be served: the built-in ones and those in the data folder.
///
/// # Errors
/// [`Error::File`] if the list there cannot be read. A list that is not understood counts as empty.
pub fn allowed(data_dir: &Path) -> Result<BTreeSet<ExtensionId>, Error> {
    let mut ids = further(data_dir)?;
    ids.extend(built_in());
    Ok(ids)
}

/// Those of the [`allowed`] ids by which Chromium's family names an extension's origin.
///
/// # Errors
/// As [`allowed`].
pub fn allowed_origins(data_dir: &Path) -> Result<Vec<String>, Error> {
    let chromium = |id| match id {
        ExtensionId::Chromium(id) => Some(id),
        ExtensionId::Firefox(_) => None,
    };
    Ok(allowed(data_dir)?
        .into_iter()
        .filter_map(chromium)
        .collect())
}

/// Allows `ids` from now on.
///
/// # Errors
/// [`Error::File`] if the list cannot be read or written.
pub fn allow(data_dir: &Path, ids: &BTreeSet<ExtensionId>) -> Result<(), Error> {
    let mut all = further(data_dir)?;
    all.extend(ids.difference(&built_in()).cloned());
    if all.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = all.iter().map(ExtensionId::to_string).collect();
    write::atomically(&further_file(data_dir), &write::json(&names))?;
    Ok(())
}

/// Forgets all ids that are not built in.
///
/// # Errors
/// [`Error::File`] if the list cannot be removed.
pub fn forget(data_dir: &Path) -> Result<(), Error> {
    write::remove(&further_file(data_dir)).map(|_| ())
}

fn further_file(data_dir: &Path) -> PathBuf {
    data_dir.join(FURTHER_IDS_FILE)
}

fn further(data_dir: &Path) -> Result<BTreeSet<ExtensionId>, Error> {
    let file = further_file(data_dir);
    let bytes = match fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(Error::file("read", file)(error)),
    };
    let names: Vec<String> = serde_json::from_slice(&bytes).unwrap_or_default();
    Ok(names
        .iter()
        .filter_map(|name| ExtensionId::parse(name).ok())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "abcdefghijklmnopabcdefghijklmnop";

    #[test]
    fn further_ids_are_kept_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(allowed(folder.path()).unwrap(), built_in());
        let further = ExtensionId::parse(ID).unwrap();
        allow(folder.path(), &[further.clone()].into()).unwrap();
        allow(folder.path(), &built_in()).unwrap();
        assert!(allowed(folder.path()).unwrap().contains(&further));
        std::fs::write(further_file(folder.path()), b"[1").unwrap();
        assert_eq!(
            allowed(folder.path()).unwrap(),
            built_in(),
            "a broken list allows nobody"
        );
        forget(folder.path()).unwrap();
        forget(folder.path()).unwrap();
        assert_eq!(allowed(folder.path()).unwrap(), built_in());
    }
}
