//! Which paths the files of a site may have. One rule for every way in: picker, drag and drop, bundle,
//! linked folder.

use std::fmt;

use crate::target::encode_segment;

/// Longest path of a file in bytes. Browsers take far longer URLs; this leaves room for percent-encoding
/// (three bytes each) within [`crate::target::MAX_TARGET`].
pub const MAX_PATH: usize = 1024;

/// Longest part of a path between slashes in bytes: what common file systems take, so that a site can
/// always be written to a folder.
pub const MAX_SEGMENT: usize = 255;

/// The folder that the gateway and the site worker keep for themselves on each site's origin.
pub const RESERVED: &str = ".well-known/peerserver";

/// The path of a file in a site: relative, parts separated by `/`, for example `img/logo.svg`.
///
/// At most [`MAX_PATH`] bytes; no part is empty, `.`, `..` or longer than [`MAX_SEGMENT`] bytes; no
/// control character and no backslash; not in [`RESERVED`]. Case-sensitive, and compared byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilePath(String);

/// Why a path is refused: a sentence for the owner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// Nothing at all.
    #[error("a file needs a name")]
    Empty,
    /// Longer than [`MAX_PATH`].
    #[error("the path is {0} bytes long; at most {MAX_PATH} are possible")]
    TooLong(usize),
    /// A part longer than [`MAX_SEGMENT`].
    #[error("a part of the path is {0} bytes long; at most {MAX_SEGMENT} are possible")]
    SegmentTooLong(usize),
    /// It begins with a slash.
    #[error("a path in a site does not begin with /")]
    Absolute,
    /// Two slashes in a row, or one at the end.
    #[error("the path has an empty part (two slashes in a row, or one at the end)")]
    EmptySegment,
    /// `.` or `..` as a part.
    #[error("the path has \"{0}\" as a part, which would lead to another folder")]
    DotSegment(String),
    /// A backslash.
    #[error("the path contains a backslash; folders are separated by /")]
    Backslash,
    /// A control character, such as a line break.
    #[error("the path contains a control character (U+{0:04X})")]
    Control(u32),
    /// In [`RESERVED`].
    #[error("{RESERVED} is reserved for PeerServer itself")]
    Reserved,
}

impl FilePath {
    /// Checks a path. Nothing is repaired: what is not a path of a site is refused with the reason.
    pub fn parse(path: &str) -> Result<Self, PathError> {
        if path.is_empty() {
            return Err(PathError::Empty);
        }
        if path.len() > MAX_PATH {
            return Err(PathError::TooLong(path.len()));
        }
        if let Some(c) = path.chars().find(|c| c.is_control()) {
            return Err(PathError::Control(c.into()));
        }
        if path.contains('\\') {
            return Err(PathError::Backslash);
        }
        if path.starts_with('/') {
            return Err(PathError::Absolute);
        }
        for segment in path.split('/') {
            match segment {
                "" => return Err(PathError::EmptySegment),
                "." | ".." => return Err(PathError::DotSegment(segment.to_owned())),
                s if s.len() > MAX_SEGMENT => return Err(PathError::SegmentTooLong(s.len())),
                _ => {}
            }
        }
        if is_reserved(path) {
            return Err(PathError::Reserved);
        }
        Ok(Self(path.to_owned()))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The path of this file's URL on the site's origin: begins with `/`, percent-encoded.
    pub fn url_path(&self) -> String {
        self.0
            .split('/')
            .flat_map(|segment| ["/".to_owned(), encode_segment(segment)])
            .collect()
    }
}

/// Whatever the case: a folder on a file system without case must not become the reserved one.
fn is_reserved(path: &str) -> bool {
    let mut own = path.split('/');
    RESERVED
        .split('/')
        .all(|part| own.next().is_some_and(|p| p.eq_ignore_ascii_case(part)))
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for FilePath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for FilePath {
    type Err = PathError;

    fn from_str(path: &str) -> Result<Self, PathError> {
        Self::parse(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_are_taken_as_they_are() {
        for path in [
            "index.html",
            "a/b/c.js",
            "img/Logo 2.svg",
            "ünï/日本.txt",
            "a..b",
            "...",
            ".hidden",
            "a?b#c%d",
            ".well-known/security.txt",
            ".well-known/peerserver.txt",
            "x/.well-known/peerserver/y",
            "C:x",
        ] {
            assert_eq!(FilePath::parse(path).unwrap().as_str(), path);
        }
    }

    #[test]
    fn each_refusal_says_why() {
        let long = "x".repeat(256);
        let longer = "x/".repeat(600);
        for (path, error) in [
            ("", PathError::Empty),
            ("/a", PathError::Absolute),
            ("a//b", PathError::EmptySegment),
            ("a/", PathError::EmptySegment),
            ("a/../b", PathError::DotSegment("..".into())),
            (".", PathError::DotSegment(".".into())),
            ("a\\b", PathError::Backslash),
            ("a\0b", PathError::Control(0)),
            ("a\u{85}b", PathError::Control(0x85)),
            (".well-known/peerserver", PathError::Reserved),
            (".well-known/peerserver/sw.js", PathError::Reserved),
            (".Well-Known/PeerServer/sw.js", PathError::Reserved),
            (long.as_str(), PathError::SegmentTooLong(256)),
            (longer.as_str(), PathError::TooLong(1200)),
        ] {
            assert_eq!(FilePath::parse(path), Err(error), "{path:?}");
        }
        assert!(FilePath::parse(&format!("{}/{}", "x".repeat(255), "y".repeat(255))).is_ok());
    }

    #[test]
    fn a_path_gives_its_name_and_url() {
        let path = FilePath::parse("a b/ü?#%.html").unwrap();
        assert_eq!(path.file_name(), "ü?#%.html");
        assert_eq!(path.url_path(), "/a%20b/%C3%BC%3F%23%25.html");
    }
}
