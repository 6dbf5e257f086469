//! Writes a file or folder to its path as a whole or not at all: it is made beside that path, under a random name, and then
//! moved. What is not finished is removed. Nothing that exists already is opened: in a folder that others can write to,
//! it could be a link to a file of the person's.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::key;
use crate::Error;

/// Random bytes in the temporary name.
const RANDOM_BYTES: usize = 8;

/// A file or folder that is being made beside its target. Dropped before it is [finished](Self::finish), it is removed.
#[derive(Debug)]
pub struct Output {
    target: PathBuf,
    /// Its temporary path.
    temporary: PathBuf,
    replace: bool,
    /// Has it been created at `temporary`?
    is_made: bool,
}

impl Output {
    /// An output for the path `target`, where nothing may exist but an empty folder, or anything with `replace`. The parent
    /// folder must exist.
    ///
    /// # Errors
    /// [`Error::Exists`]; [`Error::Usage`] if `target` has no name; [`Error::File`] if it cannot be read.
    pub fn new(target: &Path, replace: bool) -> Result<Self, Error> {
        if is_occupied(target)? && !replace {
            return Err(Error::Exists(target.to_owned()));
        }
        Ok(Self {
            temporary: beside(target, "new")?,
            target: target.to_owned(),
            replace,
            is_made: false,
        })
    }

    /// Makes it as a file.
    ///
    /// # Errors
    /// [`Error::File`], also if there is anything by its name meanwhile.
    pub fn make_file(&mut self) -> Result<File, Error> {
        let made = create_new(&self.temporary).map_err(Error::file("write", &self.target))?;
        self.is_made = true;
        Ok(made)
    }

    /// Makes it as a folder; returns its temporary path.
    ///
    /// # Errors
    /// As [`Output::make_file`].
    pub fn make_folder(&mut self) -> Result<PathBuf, Error> {
        fs::create_dir(&self.temporary).map_err(Error::file("make the folder", &self.temporary))?;
        self.is_made = true;
        Ok(self.temporary.clone())
    }

    /// Moves it to its target. What exists there is kept until then, and restored if that fails.
    ///
    /// # Errors
    /// [`Error::Exists`] if something was created there meanwhile; [`Error::File`].
    pub fn finish(mut self) -> Result<(), Error> {
        if is_occupied(&self.target)? && !self.replace {
            return Err(Error::Exists(self.target.clone()));
        }
        let moved = Error::file("write", &self.target);
        if self.target.is_dir() {
            let old = beside(&self.target, "old")?;
            fs::rename(&self.target, &old).map_err(Error::file("replace", &self.target))?;
            if let Err(error) = fs::rename(&self.temporary, &self.target) {
                let _ = fs::rename(&old, &self.target);
                return Err(moved(error));
            }
            remove(&old).map_err(Error::file("remove", &old))?;
        } else {
            fs::rename(&self.temporary, &self.target).map_err(moved)?;
        }
        self.is_made = false;
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if self.is_made {
            let _ = remove(&self.temporary);
        }
    }
}

/// A new file, at a path where nothing exists.
pub fn create_new(target: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(target)
}

/// A random name beside `target`.
fn beside(target: &Path, what: &str) -> Result<PathBuf, Error> {
    let unnamed = Error::Usage("the target after -o needs a name of its own, other than . or ..");
    let name = target.file_name().ok_or(unnamed)?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    let mut random = [0; RANDOM_BYTES];
    key::random(&mut random)?;
    hidden.push(format!(".{:016x}.{what}", u64::from_ne_bytes(random)));
    Ok(target.with_file_name(hidden))
}

/// Does something exist there that would be lost?
fn is_occupied(target: &Path) -> Result<bool, Error> {
    match fs::symlink_metadata(target) {
        Err(_) => Ok(false),
        Ok(about) if about.is_dir() => {
            let mut inside = fs::read_dir(target).map_err(Error::file("read", target))?;
            Ok(inside.next().is_some())
        }
        Ok(_) => Ok(true),
    }
}

fn remove(path: &Path) -> std::io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut output = Output::new(&folder.path().join("a"), false).unwrap();
        fs::write(output.make_folder().unwrap().join("x"), b"").unwrap();
        drop(output);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn nothing_is_overwritten_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("site");
        fs::create_dir(&target).unwrap();
        let mut output = Output::new(&target, false).unwrap();
        output.make_folder().unwrap();
        fs::write(target.join("mine"), b"").unwrap();
        assert!(
            matches!(output.finish(), Err(Error::Exists(_))),
            "it came meanwhile"
        );
        assert!(matches!(Output::new(&target, false), Err(Error::Exists(_))));
        let mut output = Output::new(&target, true).unwrap();
        output.make_folder().unwrap();
        output.finish().unwrap();
        assert_eq!(fs::read_dir(&target).unwrap().count(), 0);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_somebody_planted_is_neither_followed_nor_removed() {
        let folder = tempfile::tempdir().unwrap();
        let mine = folder.path().join("mine");
        fs::write(&mine, b"mine").unwrap();
        let mut output = Output::new(&folder.path().join("a"), false).unwrap();
        std::os::unix::fs::symlink(&mine, &output.temporary).unwrap();
        assert!(output.make_file().is_err() && output.make_folder().is_err());
        let path = output.temporary.clone();
        drop(output);
        assert!(path.is_symlink());
        assert_eq!(fs::read(mine).unwrap(), b"mine");
    }

    #[test]
    fn what_is_made_has_a_name_that_nobody_can_guess() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a");
        let [one, two] = [(); 2].map(|()| Output::new(&target, false).unwrap().temporary.clone());
        assert_ne!(one, two);
    }
}
