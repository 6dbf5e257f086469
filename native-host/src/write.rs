//! Small files that are whole at any moment: written beside their place and then moved there.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use serde::Serialize;

use crate::Error;

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It has new content, or is new.
    Written,
    /// It had this content already.
    Unchanged,
    /// It was there and is gone.
    Removed,
    /// It was not there.
    Absent,
}

/// `value` as JSON for people, with a line end. Empty if it has none, which plain data always has.
pub fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// Puts `content` into `file`, with its folders if need be. A reader, or a crash, sees the old content or
/// the new one. A file that has it already is not touched.
///
/// # Errors
/// [`Error::File`].
pub fn atomically(file: &Path, content: &[u8]) -> Result<Change, Error> {
    if fs::read(file).is_ok_and(|old| old == content) {
        return Ok(Change::Unchanged);
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
    }
    // The process's id keeps two installs at once apart.
    let draft = file.with_added_extension(format!("{}.new", std::process::id()));
    let written = fs::File::create(&draft)
        .and_then(|mut open| {
            open.write_all(content)?;
            open.sync_all()
        })
        .and_then(|()| fs::rename(&draft, file));
    written.map(|()| Change::Written).map_err(|source| {
        let _ = fs::remove_file(&draft);
        Error::file("write", file)(source)
    })
}

/// Removes `file` if it is there.
///
/// # Errors
/// [`Error::File`].
pub fn remove(file: &Path) -> Result<Change, Error> {
    match fs::remove_file(file) {
        Ok(()) => Ok(Change::Removed),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Change::Absent),
        Err(error) => Err(Error::file("remove", file)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_once_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a/b/c.json");
        assert_eq!(atomically(&file, b"1").unwrap(), Change::Written);
        assert_eq!(atomically(&file, b"1").unwrap(), Change::Unchanged);
        assert_eq!(atomically(&file, b"2").unwrap(), Change::Written);
        assert_eq!(fs::read(&file).unwrap(), b"2");
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
        assert_eq!(remove(&file).unwrap(), Change::Removed);
        assert_eq!(remove(&file).unwrap(), Change::Absent);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), b"").unwrap();
        let error = atomically(&folder.path().join("a/b"), b"1")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(folder.path().join("a").to_str().unwrap()),
            "{error}"
        );
    }
}
