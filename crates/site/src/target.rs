//! From a raw request target (`/path?query`) to a path that can be looked up.
//!
//! Percent-encoding is undone exactly once, per segment, after splitting at `/`: what was encoded can
//! never become structure. A target that tries is refused, not repaired.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Longest request target in bytes; longer ones get 414. The usual limit of web servers, and twice what
/// the longest path of a file needs when every byte is percent-encoded.
pub const MAX_TARGET: usize = 8 * 1024;

/// All that a path segment need not encode is left alone: unreserved, sub-delims, `:` and `@`
/// (RFC 3986 §3.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// A request target that is fit to be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    path: String,
    directory: bool,
    query: Option<String>,
}

/// Why a target is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Longer than [`MAX_TARGET`].
    #[error("the address is longer than {MAX_TARGET} bytes")]
    TooLong,
    /// Not `/…`, or with spaces, control characters or broken percent-encoding.
    #[error("the address is not well formed")]
    Malformed,
    /// `.`, `..`, an encoded slash, a backslash or a control character in a segment.
    #[error("the address contains a part that cannot name a file")]
    Forbidden,
}

impl TargetError {
    /// The HTTP status that tells it.
    pub fn status(self) -> u16 {
        match self {
            Self::TooLong => 414,
            Self::Malformed | Self::Forbidden => 400,
        }
    }
}

impl Target {
    /// Reads a raw target. A fragment, which no browser sends, is dropped.
    pub fn parse(raw: &str) -> Result<Self, TargetError> {
        if raw.len() > MAX_TARGET {
            return Err(TargetError::TooLong);
        }
        if raw.chars().any(|c| c.is_control() || c == ' ') {
            return Err(TargetError::Malformed);
        }
        let raw = raw.split('#').next().unwrap_or_default();
        let (path, query) = match raw.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (raw, None),
        };
        let path = path.strip_prefix('/').ok_or(TargetError::Malformed)?;
        let (path, directory) = match path.strip_suffix('/') {
            Some(path) => (path, true),
            None => (path, path.is_empty()),
        };
        let path = path
            .split('/')
            .map(decode_segment)
            .collect::<Result<Vec<_>, _>>()?
            .join("/");
        Ok(Self {
            path,
            directory,
            query,
        })
    }

    /// The decoded path without slashes at its ends; empty for the root. It may hold empty segments,
    /// which no file's path has.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Did the target end with a slash (or was it the root)?
    pub fn is_directory(&self) -> bool {
        self.directory
    }

    /// What followed the `?`, raw.
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// The decoded path as a person knows it: with its slashes.
    pub fn shown(&self) -> String {
        let end = if self.directory && !self.path.is_empty() {
            "/"
        } else {
            ""
        };
        format!("/{}{end}", self.path)
    }

    /// The same target with a slash at the end, as a `Location`: path-absolute and ASCII. `None` if it
    /// would begin with `//`, which browsers take for another host.
    pub fn with_slash(&self) -> Option<String> {
        if self.path.split('/').any(str::is_empty) {
            return None;
        }
        let mut location: String = self
            .path
            .split('/')
            .flat_map(|segment| ["/".to_owned(), encode_segment(segment)])
            .collect();
        location.push('/');
        if let Some(query) = &self.query {
            location.push('?');
            // The query stays as it came; only what a header cannot carry is encoded.
            location.extend(utf8_percent_encode(query, percent_encoding::CONTROLS));
        }
        Some(location)
    }
}

fn decode_segment(raw: &str) -> Result<String, TargetError> {
    if !percent_signs_are_whole(raw) {
        return Err(TargetError::Malformed);
    }
    let segment = percent_decode_str(raw)
        .decode_utf8()
        .map_err(|_| TargetError::Malformed)?;
    if segment == "."
        || segment == ".."
        || segment
            .chars()
            .any(|c| c == '/' || c == '\\' || c.is_control())
    {
        return Err(TargetError::Forbidden);
    }
    Ok(segment.into_owned())
}

/// Is each `%` followed by two hexadecimal digits?
fn percent_signs_are_whole(raw: &str) -> bool {
    raw.split('%').skip(1).all(|rest| {
        let mut bytes = rest.bytes();
        let mut hex = || bytes.next().is_some_and(|b| b.is_ascii_hexdigit());
        hex() && hex()
    })
}

/// One path segment, percent-encoded for a URL.
pub fn encode_segment(segment: &str) -> String {
    utf8_percent_encode(segment, SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_decoded_once() {
        for (raw, path, directory, query) in [
            ("/", "", true, None),
            ("/a", "a", false, None),
            ("/a/b/", "a/b", true, None),
            ("/a%20b?x=%20", "a b", false, Some("x=%20")),
            ("/a?", "a", false, Some("")),
            ("/a?b?c", "a", false, Some("b?c")),
            ("/a%2541", "a%41", false, None),
            ("/%C3%BC", "ü", false, None),
            ("/ü", "ü", false, None),
            ("/a#b?c", "a", false, None),
            ("/a%3Fb", "a?b", false, None),
            ("//a", "/a", false, None),
            ("/...", "...", false, None),
        ] {
            let target = Target::parse(raw).unwrap();
            assert_eq!(
                (target.path(), target.is_directory(), target.query()),
                (path, directory, query),
                "{raw}"
            );
        }
    }

    #[test]
    fn what_would_escape_is_refused() {
        for raw in [
            "/..",
            "/a/../b",
            "/.",
            "/%2e%2E/b",
            "/.%2e",
            "/a%2fb",
            "/a%5Cb",
            "/a\\b",
            "/a%00",
            "/%0d%0a",
            "/%C2%85",
        ] {
            assert_eq!(Target::parse(raw), Err(TargetError::Forbidden), "{raw}");
        }
        for raw in [
            "",
            "a",
            "*",
            "http://x/",
            "/%",
            "/%4",
            "/%zz",
            "/%é0",
            "/%ff",
            "/a b",
            "/a\nb",
            "/a?\r\nx: y",
            "?x",
        ] {
            assert_eq!(Target::parse(raw), Err(TargetError::Malformed), "{raw:?}");
        }
        assert_eq!(
            Target::parse(&format!("/{}", "a".repeat(MAX_TARGET))),
            Err(TargetError::TooLong)
        );
    }

    #[test]
    fn a_slash_is_added_without_leaving_the_origin() {
        let with_slash = |raw| Target::parse(raw).unwrap().with_slash();
        assert_eq!(with_slash("/a%20b?x=1&y").as_deref(), Some("/a%20b/?x=1&y"));
        assert_eq!(with_slash("/ü?ü").as_deref(), Some("/%C3%BC/?%C3%BC"));
        assert_eq!(with_slash("//evil.example"), None);
        assert_eq!(with_slash("/a//b"), None);
    }
}
