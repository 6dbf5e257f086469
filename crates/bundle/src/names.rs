//! Which paths can stand side by side, on every file system.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use site::FilePath;

use crate::error::{EntryError, Error};

/// A path that differs from that of another file, or of its folder, by upper and lower case only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseOnly {
    /// The path.
    pub path: String,
    /// The other file's.
    pub other: String,
}

/// Checks a path as it stands in an archive or a list.
pub(crate) fn checked(path: &str) -> Result<FilePath, Error> {
    let mut start = path.bytes();
    let has_drive = start
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic())
        && start.next() == Some(b':');
    if has_drive {
        return Err(EntryError::Drive.of(path));
    }
    FilePath::parse(path).map_err(|reason| EntryError::from(reason).of(path))
}

/// Can a site have all these files? Paths are compared byte by byte, as a site does.
///
/// # Errors
/// [`EntryError::Twice`], [`EntryError::FileAndFolder`].
pub(crate) fn fit_one_site<'a>(paths: impl IntoIterator<Item = &'a str>) -> Result<(), Error> {
    let mut names = Names::compared_by(str::to_owned);
    paths
        .into_iter()
        .try_for_each(|path| names.add(path))
        .map_err(|collision| collision.error())
}

/// Can every disk hold all these files, those too that ignore case?
///
/// # Errors
/// As [`fit_one_site`], and [`EntryError::CaseCollision`].
pub(crate) fn fit_any_disk<'a>(paths: impl IntoIterator<Item = &'a str>) -> Result<(), Error> {
    let mut names = Names::compared_by(str::to_lowercase);
    paths
        .into_iter()
        .try_for_each(|path| names.add(path))
        .map_err(|collision| collision.error())
}

/// The files, of those that a site can have, that a disk which ignores case cannot hold beside the others.
pub(crate) fn case_only<'a>(paths: impl IntoIterator<Item = &'a str>) -> Vec<CaseOnly> {
    let mut names = Names::compared_by(str::to_lowercase);
    let collide = |path| names.add(path).err();
    let collisions = paths.into_iter().filter_map(collide);
    let named = |Collision { path, other, .. }: Collision<'a>| CaseOnly {
        path: path.to_owned(),
        other: other.to_owned(),
    };
    collisions.map(named).collect()
}

/// The paths of files seen so far.
struct Names<'a> {
    /// What of a path decides which file it is.
    key: fn(&str) -> String,
    /// By that: the path itself, and what it is.
    seen: HashMap<String, (&'a str, Role)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    File,
    Folder,
}

/// Two paths that cannot both be there.
#[derive(Debug)]
struct Collision<'a> {
    path: &'a str,
    other: &'a str,
    /// Is `path` a file where `other` needs a folder? Else both are the same file.
    is_file_and_folder: bool,
}

impl Collision<'_> {
    fn error(self) -> Error {
        let other = self.other.to_owned();
        let error = match self.is_file_and_folder {
            true => EntryError::FileAndFolder(other),
            false if self.other == self.path => EntryError::Twice,
            false => EntryError::CaseCollision(other),
        };
        error.of(self.path)
    }
}

impl<'a> Names<'a> {
    fn compared_by(key: fn(&str) -> String) -> Self {
        let seen = HashMap::new();
        Self { key, seen }
    }

    /// Adds a file.
    fn add(&mut self, path: &'a str) -> Result<(), Collision<'a>> {
        match self.seen.entry((self.key)(path)) {
            Entry::Vacant(place) => {
                place.insert((path, Role::File));
            }
            Entry::Occupied(taken) => {
                let (other, role) = *taken.get();
                return Err(Collision {
                    path,
                    other,
                    is_file_and_folder: role == Role::Folder,
                });
            }
        }
        let mut folder = path;
        while let Some((above, _)) = folder.rsplit_once('/') {
            folder = above;
            match self.seen.entry((self.key)(folder)) {
                Entry::Vacant(place) => {
                    // Whose folder it is, so that an error can name it.
                    place.insert((path, Role::Folder));
                }
                Entry::Occupied(taken) => match *taken.get() {
                    // With this folder, those above it are known.
                    (_, Role::Folder) => break,
                    (file, Role::File) => {
                        return Err(Collision {
                            path: file,
                            other: path,
                            is_file_and_folder: true,
                        });
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
        fit_any_disk(paths.iter().copied())
    }

    #[test]
    fn different_paths_stand_side_by_side() {
        assert_eq!(all(&["a", "b", "c/a", "c/b", "C/x", "ab", "c/d/e"]), Ok(()));
    }

    #[test]
    fn what_one_folder_cannot_hold_is_refused() {
        let collision = |other: &str| EntryError::CaseCollision(other.into());
        let folder = |other: &str| EntryError::FileAndFolder(other.into());
        for (paths, entry, error) in [
            (&["a", "b", "a"][..], "a", EntryError::Twice),
            (&["a/B", "a/b"], "a/b", collision("a/B")),
            (&["É", "é"], "é", collision("É")),
            (&["a", "a/b/c"], "a", folder("a/b/c")),
            (&["a/b/c", "a"], "a", folder("a/b/c")),
            (&["a/b/c", "A/B"], "A/B", folder("a/b/c")),
        ] {
            assert_eq!(all(paths), Err(error.of(entry)), "{paths:?}");
        }
    }

    #[test]
    fn a_site_can_have_what_differs_by_case_only_and_is_told_so() {
        let paths = ["a.css", "A.css", "b", "B/c", "d/x", "D/y"];
        assert_eq!(fit_one_site(paths), Ok(()));
        let told: Vec<(String, String)> = case_only(paths)
            .into_iter()
            .map(|CaseOnly { path, other }| (path, other))
            .collect();
        let expected = [("A.css", "a.css"), ("b", "B/c")];
        assert_eq!(told, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        assert_eq!(fit_one_site(["a", "a"]), Err(EntryError::Twice.of("a")));
        let folder = EntryError::FileAndFolder("a/b".into()).of("a");
        assert_eq!(fit_one_site(["a/b", "a"]), Err(folder));
    }

    #[test]
    fn drives_are_no_folders() {
        for path in ["C:x", "c:/x", "C:\\x"] {
            assert_eq!(checked(path), Err(EntryError::Drive.of(path)));
        }
        assert!(checked("public/c:x").is_ok());
    }
}
