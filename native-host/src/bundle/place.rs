//! Puts what was made in its place, whole or not at all: it is made beside it, under a name that nobody can guess, and
//! then moved. What is not finished is removed. Nothing that is there already is opened: in a folder that others can
//! write to, it could be a link to a file of the person's.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::key;
use crate::Error;

/// Random bytes in the name under which something is made.
const RANDOM: usize = 8;

/// Something that is being made beside its place. Dropped before it is [finished](Self::finish), it is gone.
#[derive(Debug)]
pub struct Draft {
    place: PathBuf,
    /// Where it is meanwhile.
    path: PathBuf,
    replace: bool,
    /// Is there something of ours at `path`?
    is_made: bool,
}

impl Draft {
    /// For `place`, where nothing is, or an empty folder, or anything if it may be replaced. The folder that it
    /// is in has to be there.
    ///
    /// # Errors
    /// [`Error::Exists`]; [`Error::Usage`] if `place` has no name; [`Error::File`] if it cannot be looked at.
    pub fn new(place: &Path, replace: bool) -> Result<Self, Error> {
        if is_occupied(place)? && !replace {
            return Err(Error::Exists(place.to_owned()));
        }
        Ok(Self {
            path: beside(place, "new")?,
            place: place.to_owned(),
            replace,
            is_made: false,
        })
    }

    /// Makes it as a file.
    ///
    /// # Errors
    /// [`Error::File`], also if there is anything by its name meanwhile.
    pub fn make_file(&mut self) -> Result<File, Error> {
        let made = create_new(&self.path).map_err(Error::file("write", &self.place))?;
        self.is_made = true;
        Ok(made)
    }

    /// Makes it as a folder; where that is meanwhile.
    ///
    /// # Errors
    /// As [`Draft::make_file`].
    pub fn make_folder(&mut self) -> Result<PathBuf, Error> {
        fs::create_dir(&self.path).map_err(Error::file("make the folder", &self.path))?;
        self.is_made = true;
        Ok(self.path.clone())
    }

    /// Moves it to its place. What was there is kept until the new is there, and put back if it cannot be.
    ///
    /// # Errors
    /// [`Error::Exists`] if something came there meanwhile; [`Error::File`].
    pub fn finish(mut self) -> Result<(), Error> {
        if is_occupied(&self.place)? && !self.replace {
            return Err(Error::Exists(self.place.clone()));
        }
        let moved = Error::file("write", &self.place);
        if self.place.is_dir() {
            let old = beside(&self.place, "old")?;
            fs::rename(&self.place, &old).map_err(Error::file("replace", &self.place))?;
            if let Err(error) = fs::rename(&self.path, &self.place) {
                let _ = fs::rename(&old, &self.place);
                return Err(moved(error));
            }
            remove(&old).map_err(Error::file("remove", &old))?;
        } else {
            fs::rename(&self.path, &self.place).map_err(moved)?;
        }
        self.is_made = false;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.is_made {
            let _ = remove(&self.path);
        }
    }
}

/// A new file, at a place where nothing is.
pub fn create_new(place: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(place)
}

/// A name beside `place` that nobody else uses.
fn beside(place: &Path, what: &str) -> Result<PathBuf, Error> {
    let unnamed = Error::Usage("the place after -o needs a name of its own, other than . or ..");
    let name = place.file_name().ok_or(unnamed)?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    let mut random = [0; RANDOM];
    key::random(&mut random)?;
    hidden.push(format!(".{:016x}.{what}", u64::from_ne_bytes(random)));
    Ok(place.with_file_name(hidden))
}

/// Is something there that would be lost?
fn is_occupied(place: &Path) -> Result<bool, Error> {
    match fs::symlink_metadata(place) {
        Err(_) => Ok(false),
        Ok(about) if about.is_dir() => {
            let mut inside = fs::read_dir(place).map_err(Error::file("read", place))?;
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
        let mut draft = Draft::new(&folder.path().join("a"), false).unwrap();
        fs::write(draft.make_folder().unwrap().join("x"), b"").unwrap();
        drop(draft);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn nothing_is_overwritten_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("site");
        fs::create_dir(&place).unwrap();
        let mut draft = Draft::new(&place, false).unwrap();
        draft.make_folder().unwrap();
        fs::write(place.join("mine"), b"").unwrap();
        assert!(
            matches!(draft.finish(), Err(Error::Exists(_))),
            "it came meanwhile"
        );
        assert!(matches!(Draft::new(&place, false), Err(Error::Exists(_))));
        let mut draft = Draft::new(&place, true).unwrap();
        draft.make_folder().unwrap();
        draft.finish().unwrap();
        assert_eq!(fs::read_dir(&place).unwrap().count(), 0);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_somebody_planted_is_neither_followed_nor_removed() {
        let folder = tempfile::tempdir().unwrap();
        let mine = folder.path().join("mine");
        fs::write(&mine, b"mine").unwrap();
        let mut draft = Draft::new(&folder.path().join("a"), false).unwrap();
        std::os::unix::fs::symlink(&mine, &draft.path).unwrap();
        assert!(draft.make_file().is_err() && draft.make_folder().is_err());
        let path = draft.path.clone();
        drop(draft);
        assert!(path.is_symlink());
        assert_eq!(fs::read(mine).unwrap(), b"mine");
    }

    #[test]
    fn what_is_made_has_a_name_that_nobody_can_guess() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a");
        let [one, two] = [(); 2].map(|()| Draft::new(&place, false).unwrap().path.clone());
        assert_ne!(one, two);
    }
}
