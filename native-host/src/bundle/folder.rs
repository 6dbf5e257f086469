//! A site in a folder: which files it has.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use bundle::limits::MAX_FILES;
use bundle::litter::is_litter;

use crate::Error;

/// A file in a folder.
#[derive(Debug)]
pub struct FolderFile {
    /// Its path in the folder, parts separated by `/`.
    pub path: String,
    /// Its path on disk.
    pub file: PathBuf,
    /// Bytes.
    pub size: u64,
    /// When it was last changed: milliseconds since 1970, UTC; 0 if that is not known.
    pub modified: u64,
}

/// What is in a folder.
#[derive(Debug, Default)]
pub struct Listing {
    /// All files, in no order.
    pub files: Vec<FolderFile>,
    /// The paths that tools left behind; what is in such a folder is not looked at.
    pub litter: Vec<String>,
}

/// Lists a folder with all below it.
///
/// # Errors
/// [`Error::File`]; [`Error::Unpackable`] for what is neither file nor folder, names that are not Unicode,
/// and too many files.
pub fn list(folder: &Path) -> Result<Listing, Error> {
    let mut listing = Listing::default();
    let mut waiting = vec![(String::new(), folder.to_owned())];
    while let Some((prefix, place)) = waiting.pop() {
        for entry in fs::read_dir(&place).map_err(Error::file("read", &place))? {
            let entry = entry.map_err(Error::file("read", &place))?;
            let place = entry.path();
            let unpackable = |problem: &str| Error::Unpackable {
                path: place.clone(),
                problem: problem.to_owned(),
            };
            let Ok(name) = entry.file_name().into_string() else {
                return Err(unpackable("its name is not Unicode: rename it"));
            };
            let path = format!("{prefix}{name}");
            if is_litter(&path) {
                listing.litter.push(path);
                continue;
            }
            // Of the link itself, where it is one.
            let about = entry.metadata().map_err(Error::file("read", &place))?;
            if about.is_dir() {
                waiting.push((format!("{path}/"), place));
                continue;
            }
            if about.is_symlink() {
                let problem = "it is a link, and a site has files only: put the file in its place";
                return Err(unpackable(problem));
            }
            if !about.is_file() {
                return Err(unpackable("it is neither a file nor a folder"));
            }
            if listing.files.len() == MAX_FILES + OWN_FILES {
                let problem = format!("there are more than {MAX_FILES} files in it");
                return Err(Error::Unpackable {
                    path: folder.to_owned(),
                    problem,
                });
            }
            let modified = about.modified().ok();
            let since = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            let modified = since.and_then(|since| u64::try_from(since.as_millis()).ok());
            listing.files.push(FolderFile {
                path,
                file: place,
                size: about.len(),
                modified: modified.unwrap_or(0),
            });
        }
    }
    Ok(listing)
}

/// `bundle.json` and `key.json`, which are none of the site's files.
const OWN_FILES: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_at_any_depth_and_litter_is_not_looked_into() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["a.html", "b/c/d.css", ".git/config", "b/.DS_Store"] {
            let place = folder.path().join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, path).unwrap();
        }
        let mut listing = list(folder.path()).unwrap();
        listing.files.sort_by(|a, b| a.path.cmp(&b.path));
        let paths: Vec<&str> = listing
            .files
            .iter()
            .map(|file| file.path.as_str())
            .collect();
        assert_eq!(paths, ["a.html", "b/c/d.css"]);
        assert_eq!(listing.files[1].size, 9);
        listing.litter.sort();
        assert_eq!(listing.litter, [".git", "b/.DS_Store"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link")).unwrap();
        let error = list(folder.path()).unwrap_err().to_string();
        assert!(error.contains("link: it is a link"), "{error}");
    }
}
