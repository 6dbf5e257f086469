//! Where in a bundle a site's files are: the live version as it is, the draft in a folder of its own, and
//! beside them what belongs to the bundle itself.

use layout::Place;
use layout::place::{DATA, PUBLIC};
use site::FilePath;

use crate::error::{EntryError, Error};
use crate::litter::is_repository;
use crate::names;

/// The list of files and the signature; in no list itself.
pub const MANIFEST: &str = "bundle.json";

/// The site's private key, sealed with a passphrase.
pub const SEALED_KEY: &str = "key.json";

/// The folder of the draft: within it, the site's tree again.
pub const DRAFT: &str = "draft/";

/// The folder, in a site's tree, of what a 2013 archive has beside its files.
pub const ARCHIVE_2013: &str = "archive-2013/";

/// The rows of a 2013 archive's database. They are data: visitors' passwords can be among them.
pub const DATABASE_2013: &str = "archive-2013/database.json";

/// The names at the top of a bundle that no file of a site can have, whatever their case.
const OWN: [&str; 3] = [MANIFEST, SEALED_KEY, "draft"];

/// One of the two versions of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// What visitors get.
    Live,
    /// What the owner edits.
    Draft,
}

/// What a file in a bundle belongs to, by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The live version: every path that is of no other part.
    Live,
    /// The draft: the same below `draft/`.
    Draft,
    /// The live version's data: `data/…`, `archive-2013/database.json`.
    Data,
    /// The draft's data: the same below `draft/`.
    DraftData,
    /// The sealed key: `key.json`.
    Key,
}

impl Part {
    /// Whose the file at this path is; `None` if no file of a site can be there.
    pub fn of(path: &str) -> Option<Self> {
        if path == SEALED_KEY {
            return Some(Self::Key);
        }
        let (version, path) = split(path);
        let top = path.split('/').next().unwrap_or_default();
        if OWN.iter().any(|own| own.eq_ignore_ascii_case(top)) {
            return None;
        }
        let is_data = path.starts_with(DATA) || path == DATABASE_2013;
        Some(match (version, is_data) {
            (Version::Live, false) => Self::Live,
            (Version::Live, true) => Self::Data,
            (Version::Draft, false) => Self::Draft,
            (Version::Draft, true) => Self::DraftData,
        })
    }
}

/// What an export takes along. The live version always, and by default nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// The draft too.
    pub draft: bool,
    /// The data too: also the draft's, with the draft.
    pub data: bool,
}

impl Options {
    /// Is a file at this path taken along? One that no site can have is, so that the writer can refuse it.
    pub fn takes(self, path: &str) -> bool {
        match Part::of(path) {
            Some(Part::Live | Part::Key) | None => true,
            Some(Part::Draft) => self.draft,
            Some(Part::Data) => self.data,
            Some(Part::DraftData) => self.draft && self.data,
        }
    }
}

/// The path in a bundle of a file of a site's version.
///
/// # Errors
/// [`EntryError::OwnName`], [`EntryError::Path`], [`EntryError::Repository`].
pub fn bundle_path(version: Version, path: &FilePath) -> Result<FilePath, Error> {
    if !matches!(Part::of(path.as_str()), Some(Part::Live | Part::Data)) {
        return Err(EntryError::OwnName.of(path.as_str()));
    }
    match version {
        Version::Live => checked(path.as_str()),
        Version::Draft => checked(&format!("{DRAFT}{path}")),
    }
}

/// Which version a path in a bundle is of, and the path in that.
pub fn split(path: &str) -> (Version, &str) {
    match path.strip_prefix(DRAFT) {
        Some(path) => (Version::Draft, path),
        None => (Version::Live, path),
    }
}

/// A path in a bundle, checked: as a path, as one that harms no folder that it is unpacked to, and below `public/` as
/// that of a URL.
pub(crate) fn checked(path: &str) -> Result<FilePath, Error> {
    let whole = names::checked(path)?;
    if is_repository(path) {
        return Err(EntryError::Repository.of(path));
    }
    if let Some(url) = split(path).1.strip_prefix(PUBLIC) {
        FilePath::parse(url).map_err(|reason| EntryError::from(reason).of(path))?;
    }
    Ok(whole)
}

/// Does anything read a file at this path? What nothing reads is kept all the same.
pub(crate) fn is_understood(path: &str) -> bool {
    let (_, path) = split(path);
    Place::of(path).is_some() || path.starts_with(ARCHIVE_2013)
}

#[cfg(test)]
mod tests {
    use site::PathError;

    use super::*;

    #[test]
    fn every_path_has_its_part() {
        for (path, part) in [
            ("site.json", Some(Part::Live)),
            ("public/index.html", Some(Part::Live)),
            ("public/data/x.json", Some(Part::Live)),
            ("routes/a.js", Some(Part::Live)),
            ("README.md", Some(Part::Live)),
            ("archive-2013/routes/a.route.js", Some(Part::Live)),
            ("archive-2013/database.json", Some(Part::Data)),
            ("data/rows.json", Some(Part::Data)),
            ("draft/site.json", Some(Part::Draft)),
            ("draft/public/a", Some(Part::Draft)),
            ("draft/data/rows.json", Some(Part::DraftData)),
            ("key.json", Some(Part::Key)),
            ("Key.json", None),
            ("draft/key.json", None),
            ("draft/draft/public/a", None),
            ("draft", None),
            ("Draft/a", None),
            ("bundle.json", None),
        ] {
            assert_eq!(Part::of(path), part, "{path}");
        }
    }

    #[test]
    fn a_version_and_its_path_make_a_path_in_the_bundle() {
        let path = |text| FilePath::parse(text).unwrap();
        for (version, inside, outside) in [
            (Version::Live, "public/a", "public/a"),
            (Version::Draft, "public/a", "draft/public/a"),
            (Version::Draft, "data/a.json", "draft/data/a.json"),
        ] {
            assert_eq!(bundle_path(version, &path(inside)), Ok(path(outside)));
            assert_eq!(split(outside), (version, inside));
        }
        for own in ["draft/a", "DRAFT/a", "key.json", "bundle.json", "draft"] {
            assert_eq!(
                bundle_path(Version::Live, &path(own)),
                Err(EntryError::OwnName.of(own))
            );
        }
    }

    #[test]
    fn only_the_live_version_is_taken_unless_more_is_asked_for() {
        let taken = |options: Options| {
            let all = ["public/a", "data/a", "draft/public/a", "draft/data/a"];
            all.map(|path| options.takes(path))
        };
        let options = |draft, data| Options { draft, data };
        assert_eq!(taken(Options::default()), [true, false, false, false]);
        assert_eq!(taken(options(true, false)), [true, false, true, false]);
        assert_eq!(taken(options(false, true)), [true, true, false, false]);
        assert_eq!(taken(options(true, true)), [true; 4]);
    }

    #[test]
    fn no_version_has_a_folder_of_a_version_control_program() {
        for path in ["public/.git/config", "draft/public/.GIT/config", ".hg/hgrc"] {
            assert_eq!(checked(path), Err(EntryError::Repository.of(path)));
        }
        assert!(checked("public/.gitignore").is_ok());
    }

    #[test]
    fn the_gateways_own_folder_is_nobodys() {
        for path in [
            "public/.well-known/peerserver/a",
            "draft/public/.well-known/peerserver",
        ] {
            assert_eq!(
                checked(path),
                Err(EntryError::Path(PathError::Reserved).of(path))
            );
        }
        assert!(checked("public/.well-known/a").is_ok());
    }
}
