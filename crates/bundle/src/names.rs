//! Which paths can stand side by side, on every file system.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use site::FilePath;

use crate::error::{Error, Fault};

/// Checks a path as it stands in an archive or a list.
pub(crate) fn checked(path: &str) -> Result<FilePath, Error> {
    let mut start = path.bytes();
    let has_drive = start
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic())
        && start.next() == Some(b':');
    if has_drive {
        return Err(Fault::Drive.of(path));
    }
    FilePath::parse(path).map_err(|reason| Fault::from(reason).of(path))
}

/// The paths of files seen so far.
#[derive(Debug, Default)]
pub(crate) struct Names<'a> {
    /// By lower-case path: the path itself, and what it is.
    seen: HashMap<String, (&'a str, Role)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    File,
    Folder,
}

impl<'a> Names<'a> {
    /// Adds a file.
    ///
    /// # Errors
    /// [`Fault::Twice`], [`Fault::CaseCollision`], [`Fault::FileAndFolder`].
    pub fn add(&mut self, path: &'a str) -> Result<(), Error> {
        match self.seen.entry(path.to_lowercase()) {
            Entry::Vacant(place) => {
                place.insert((path, Role::File));
            }
            Entry::Occupied(taken) => {
                let (other, role) = *taken.get();
                let fault = match role {
                    Role::Folder => Fault::FileAndFolder(other.to_owned()),
                    Role::File if other == path => Fault::Twice,
                    Role::File => Fault::CaseCollision(other.to_owned()),
                };
                return Err(fault.of(path));
            }
        }
        let mut folder = path;
        while let Some((above, _)) = folder.rsplit_once('/') {
            folder = above;
            match self.seen.entry(folder.to_lowercase()) {
                Entry::Vacant(place) => {
                    // Whose folder it is, so that an error can name it.
                    place.insert((path, Role::Folder));
                }
                Entry::Occupied(taken) => match *taken.get() {
                    // With this folder, those above it are known.
                    (_, Role::Folder) => break,
                    (file, Role::File) => {
                        return Err(Fault::FileAndFolder(path.to_owned()).of(file));
                    }
                },
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(paths: &[&str]) -> Result<(), Error> {
        let mut names = Names::default();
        paths.iter().try_for_each(|path| names.add(path))
    }

    #[test]
    fn different_paths_stand_side_by_side() {
        assert_eq!(all(&["a", "b", "c/a", "c/b", "C/x", "ab", "c/d/e"]), Ok(()));
    }

    #[test]
    fn what_one_folder_cannot_hold_is_refused() {
        let collision = |other: &str| Fault::CaseCollision(other.into());
        let folder = |other: &str| Fault::FileAndFolder(other.into());
        for (paths, entry, fault) in [
            (&["a", "b", "a"][..], "a", Fault::Twice),
            (&["a/B", "a/b"], "a/b", collision("a/B")),
            (&["É", "é"], "é", collision("É")),
            (&["a", "a/b/c"], "a", folder("a/b/c")),
            (&["a/b/c", "a"], "a", folder("a/b/c")),
            (&["a/b/c", "A/B"], "A/B", folder("a/b/c")),
        ] {
            assert_eq!(all(paths), Err(fault.of(entry)), "{paths:?}");
        }
    }

    #[test]
    fn drives_are_no_folders() {
        for path in ["C:x", "c:/x", "C:\\x"] {
            assert_eq!(checked(path), Err(Fault::Drive.of(path)));
        }
        assert!(checked("public/c:x").is_ok());
    }
}
