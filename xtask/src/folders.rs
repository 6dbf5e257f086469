//! Folders as the build makes them: emptied, copied, and put in each other's place.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Copies those files and folders of a folder that `ships` says. A folder that is not there is no error: it has no
/// files.
pub fn copy(from: &Path, to: &Path, ships: fn(&Path, &str) -> bool) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("making {}", to.display()))?;
    if !from.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !ships(&path, &name) {
            continue;
        }
        let target = to.join(name.as_ref());
        if entry.file_type()?.is_dir() {
            copy(&path, &target, ships)?;
        } else {
            fs::copy(&path, &target)
                .with_context(|| format!("copying {} to {}", path.display(), target.display()))?;
        }
    }
    Ok(())
}

/// Puts the folder `from` in the place of the folder `to`, unless they are the same: what was made of `to` is then not
/// made again.
pub fn replace_changed(from: &Path, to: &Path) -> Result<()> {
    if to.is_dir() && files(from)? == files(to)? {
        return fs::remove_dir_all(from).with_context(|| format!("removing {}", from.display()));
    }
    replace(from, to)
}

/// Puts `from` in the place of `to`, whether a file or a folder, in as few steps as a file system allows.
pub fn replace(from: &Path, to: &Path) -> Result<()> {
    if to.is_dir() {
        let mut old: PathBuf = to.to_path_buf();
        old.set_extension("old");
        empty(&old)?;
        fs::remove_dir(&old)?;
        fs::rename(to, &old).with_context(|| format!("moving {} away", to.display()))?;
        fs::rename(from, to).with_context(|| format!("making {}", to.display()))?;
        return fs::remove_dir_all(&old).with_context(|| format!("removing {}", old.display()));
    }
    fs::rename(from, to).with_context(|| format!("making {}", to.display()))
}

/// Makes `folder` exist and be empty.
pub fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))
}

/// The bytes of all files of a folder, by their paths in it.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        let path = folder.join(&inner);
        for entry in fs::read_dir(&path).with_context(|| format!("reading {}", path.display()))? {
            let entry = entry?;
            let name = inner.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(name);
            } else {
                let bytes = fs::read(entry.path())
                    .with_context(|| format!("reading {}", entry.path().display()))?;
                found.insert(name, bytes);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, text: &str) {
        fs::create_dir_all(folder.join("inner")).unwrap();
        fs::write(folder.join("inner/a.txt"), text).unwrap();
    }

    #[test]
    fn a_folder_that_is_the_same_stays_as_it_was() {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("from"), root.path().join("to"));
        write(&to, "one");
        let modified = || {
            fs::metadata(to.join("inner/a.txt"))
                .unwrap()
                .modified()
                .unwrap()
        };
        let before = modified();
        write(&from, "one");
        replace_changed(&from, &to).unwrap();
        assert_eq!(modified(), before);
        assert!(!from.exists());
    }

    #[test]
    fn a_folder_that_differs_takes_the_place() {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("from"), root.path().join("to"));
        for text in ["one", "two"] {
            write(&from, text);
            replace_changed(&from, &to).unwrap();
            assert_eq!(fs::read_to_string(to.join("inner/a.txt")).unwrap(), text);
        }
        write(&from, "two");
        fs::write(from.join("b.txt"), "").unwrap();
        replace_changed(&from, &to).unwrap();
        assert!(to.join("b.txt").is_file());
        write(&from, "two");
        replace_changed(&from, &to).unwrap();
        assert!(!to.join("b.txt").exists());
        assert!(!from.exists() && !root.path().join("to.old").exists());
    }
}
