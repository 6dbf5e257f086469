//! Puts what was made in its place, whole or not at all: it is made beside it, under another name, and then
//! moved. What is not finished is removed.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Error;

/// Something that is being made beside its place. Dropped before it is [finished](Self::finish), it is gone.
#[derive(Debug)]
pub struct Draft {
    place: PathBuf,
    /// Where it is meanwhile.
    pub path: PathBuf,
    replace: bool,
    is_finished: bool,
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
            is_finished: false,
        })
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
        self.is_finished = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_finished {
            let _ = remove(&self.path);
        }
    }
}

/// A name beside `place` that nobody else uses.
fn beside(place: &Path, what: &str) -> Result<PathBuf, Error> {
    let unnamed = Error::Usage("the place after -o needs a name of its own, other than . or ..");
    let name = place.file_name().ok_or(unnamed)?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.{what}", std::process::id()));
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
        let draft = Draft::new(&folder.path().join("a"), false).unwrap();
        fs::create_dir(&draft.path).unwrap();
        fs::write(draft.path.join("x"), b"").unwrap();
        drop(draft);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn nothing_is_overwritten_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("site");
        fs::create_dir(&place).unwrap();
        let draft = Draft::new(&place, false).unwrap();
        fs::create_dir(&draft.path).unwrap();
        fs::write(place.join("mine"), b"").unwrap();
        assert!(
            matches!(draft.finish(), Err(Error::Exists(_))),
            "it came meanwhile"
        );
        assert!(matches!(Draft::new(&place, false), Err(Error::Exists(_))));
        let draft = Draft::new(&place, true).unwrap();
        fs::create_dir(&draft.path).unwrap();
        draft.finish().unwrap();
        assert_eq!(fs::read_dir(&place).unwrap().count(), 0);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
