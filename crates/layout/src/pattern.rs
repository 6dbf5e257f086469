//! What a route says that it answers: `GET|POST /guests/:id`.
//!
//! A path pattern is a list of segments: literal text, a parameter with text around it (`:id`, `:id.json`,
//! `photo-:id`), or at the end a rest (`*path`) that takes any number of segments, none included. Literal
//! text may be percent-encoded and is compared decoded. A slash at the end of pattern or path means nothing.

use std::cmp::Ordering;
use std::fmt;

use percent_encoding::percent_decode_str;

use crate::method::Methods;
use crate::pattern_error::{MAX_PATTERN, MAX_SEGMENTS, PatternError};

/// One pattern: methods and path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// What it answers.
    pub methods: Methods,
    /// Where.
    pub path: PathPattern,
}

impl Pattern {
    /// Reads `GET|POST /guests/:id`.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text.len() > MAX_PATTERN {
            return Err(PatternError::TooLong(text.len()));
        }
        let shape = || PatternError::Shape(text.chars().take(80).collect());
        let (methods, path) = text
            .trim()
            .split_once(|c: char| c.is_ascii_whitespace())
            .ok_or_else(shape)?;
        let path = path.trim_start();
        if !path.starts_with('/') || path.contains(|c: char| c.is_ascii_whitespace()) {
            return Err(shape());
        }
        Ok(Self {
            methods: Methods::parse(methods)?,
            path: PathPattern::parse(path)?,
        })
    }
}

/// The path of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern {
    text: String,
    segments: Vec<Segment>,
    rest: Option<String>,
}

/// What one part between slashes asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Param {
        before: String,
        name: String,
        after: String,
    },
}

/// The values of a pattern's parameters, in its order, decoded once.
pub type Params = Vec<(String, String)>;

impl PathPattern {
    /// Reads `/guests/:id`. It begins with a slash.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text.len() > MAX_PATTERN {
            return Err(PatternError::TooLong(text.len()));
        }
        if let Some(c) = text.chars().find(|c| matches!(c, '?' | '#')) {
            return Err(PatternError::NotAPath(c));
        }
        let path = text
            .strip_prefix('/')
            .ok_or_else(|| PatternError::Shape(text.to_owned()))?;
        let mut parts: Vec<&str> = match path.strip_suffix('/').unwrap_or(path) {
            "" => Vec::new(),
            path => path.split('/').collect(),
        };
        if parts.len() > MAX_SEGMENTS {
            return Err(PatternError::TooManySegments(parts.len()));
        }
        let rest = parts
            .pop_if(|last| last.starts_with('*'))
            .map(|last| name(last, last.strip_prefix('*').unwrap_or_default()))
            .transpose()?;
        let segments = parts
            .into_iter()
            .map(Segment::parse)
            .collect::<Result<Vec<_>, _>>()?;
        let path = Self {
            text: text.to_owned(),
            segments,
            rest,
        };
        path.check_names()?;
        Ok(path)
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names of the parameters, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let params = self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Param { name, .. } => Some(name.as_str()),
        });
        params.chain(self.rest.as_deref())
    }

    /// The parameters, if a path (its segments decoded once) is one of this pattern's.
    pub fn matches(&self, path: &[String]) -> Option<Params> {
        let (head, tail) = path.split_at_checked(self.segments.len())?;
        if self.rest.is_none() && !tail.is_empty() {
            return None;
        }
        let mut params = Params::new();
        for (segment, part) in self.segments.iter().zip(head) {
            match segment {
                Segment::Literal(text) if text == part => {}
                Segment::Literal(_) => return None,
                Segment::Param {
                    before,
                    name,
                    after,
                } => {
                    let value = part.strip_prefix(before.as_str())?;
                    let value = value.strip_suffix(after.as_str())?;
                    if value.is_empty() {
                        return None;
                    }
                    params.push((name.clone(), value.to_owned()));
                }
            }
        }
        if let Some(rest) = &self.rest {
            params.push((rest.clone(), tail.join("/")));
        }
        Some(params)
    }

    /// Orders patterns that may match the same path: the more specific one is less, so it comes first.
    /// From left to right literal text comes before a parameter with text around it, that before a plain
    /// one, and anything before a rest. Equal patterns match the same paths.
    pub fn by_specificity(&self, other: &Self) -> Ordering {
        let mut ours = self.segments.iter();
        let mut theirs = other.segments.iter();
        loop {
            let order = match (ours.next(), theirs.next()) {
                (None, None) => return self.rest.is_some().cmp(&other.rest.is_some()),
                (Some(_), None) => return Ordering::Less,
                (None, Some(_)) => return Ordering::Greater,
                (Some(ours), Some(theirs)) => ours.by_specificity(theirs),
            };
            if order != Ordering::Equal {
                return order;
            }
        }
    }

    fn check_names(&self) -> Result<(), PatternError> {
        let mut seen = Vec::new();
        for name in self.names() {
            if seen.contains(&name) {
                return Err(PatternError::SameName(name.to_owned()));
            }
            seen.push(name);
        }
        Ok(())
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Segment {
    fn parse(part: &str) -> Result<Self, PatternError> {
        if part.is_empty() {
            return Err(PatternError::EmptySegment);
        }
        if part.starts_with('*') {
            return Err(PatternError::RestNotLast(part.to_owned()));
        }
        let Some((before, param)) = part.split_once(':') else {
            let text = literal(part)?;
            return match is_dots(&text) {
                true => Err(PatternError::Unreachable(part.to_owned())),
                false => Ok(Self::Literal(text)),
            };
        };
        let end = param.find(|c: char| !is_name(c)).unwrap_or(param.len());
        let (word, after) = param.split_at(end);
        if after.contains(':') {
            return Err(PatternError::TwoInOne(part.to_owned()));
        }
        Ok(Self::Param {
            before: literal(before)?,
            name: name(part, word)?,
            after: literal(after)?,
        })
    }

    fn by_specificity(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Literal(ours), Self::Literal(theirs)) => ours.cmp(theirs),
            (Self::Literal(_), Self::Param { .. }) => Ordering::Less,
            (Self::Param { .. }, Self::Literal(_)) => Ordering::Greater,
            (
                Self::Param {
                    before: b1,
                    after: a1,
                    ..
                },
                Self::Param {
                    before: b2,
                    after: a2,
                    ..
                },
            ) => (b2.len() + a2.len())
                .cmp(&(b1.len() + a1.len()))
                .then_with(|| (b1, a1).cmp(&(b2, a2))),
        }
    }
}

/// The segments of a request's path, decoded once; `None` if it is not well formed, in which case no route
/// answers it. `path` is raw, begins with a slash and has no query. Encoded slashes stay text. A segment
/// `.` or `..` is no route's, however it was encoded.
pub fn segments(path: &str) -> Option<Vec<String>> {
    let path = path.strip_prefix('/')?;
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Some(Vec::new());
    }
    path.split('/')
        .map(|part| decode(part).filter(|text| !text.is_empty() && !is_dots(text)))
        .collect()
}

fn decode(part: &str) -> Option<String> {
    let mut bytes = part.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' && !(0..2).all(|_| bytes.next().is_some_and(|b| b.is_ascii_hexdigit())) {
            return None;
        }
    }
    percent_decode_str(part)
        .decode_utf8()
        .ok()
        .map(|text| text.into_owned())
}

fn is_dots(text: &str) -> bool {
    matches!(text, "." | "..")
}

fn literal(part: &str) -> Result<String, PatternError> {
    decode(part).ok_or_else(|| PatternError::Unreachable(part.to_owned()))
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn name(part: &str, word: &str) -> Result<String, PatternError> {
    let good = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && word.chars().all(is_name);
    match good {
        true => Ok(word.to_owned()),
        false => Err(PatternError::Name(part.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(pattern: &str, path: &str) -> Option<String> {
        let pattern = PathPattern::parse(pattern).unwrap();
        let params = pattern.matches(&segments(path)?)?;
        let shown: Vec<_> = params.iter().map(|(n, v)| format!("{n}={v}")).collect();
        Some(shown.join("&"))
    }

    #[test]
    fn paths_match_by_segments() {
        for (pattern, path, expected) in [
            ("/", "/", Some("")),
            ("/", "/a", None),
            ("/guests", "/guests", Some("")),
            ("/guests", "/guests/", Some("")),
            ("/guests/", "/guests", Some("")),
            ("/guests", "/Guests", None),
            ("/guests/:id", "/guests/7", Some("id=7")),
            ("/guests/:id", "/guests", None),
            ("/guests/:id", "/guests/", None),
            ("/guests/:id", "/guests//", None),
            ("/guests/:id", "/guests/7/edit", None),
            ("/feed/:tag.xml", "/feed/a.b.xml", Some("tag=a.b")),
            ("/feed/:tag.xml", "/feed/.xml", None),
            ("/p-:id", "/p-3", Some("id=3")),
            ("/p-:id", "/q-3", None),
            ("/files/*path", "/files/a/b.txt", Some("path=a/b.txt")),
            ("/files/*path", "/files", Some("path=")),
            ("/*all", "/", Some("all=")),
            ("/:a/x/:b", "/1/x/2", Some("a=1&b=2")),
        ] {
            assert_eq!(
                params(pattern, path).as_deref(),
                expected,
                "{pattern} {path}"
            );
        }
    }

    #[test]
    fn values_are_decoded_exactly_once() {
        for (path, expected) in [
            ("/AC%2FDC", Some("x=AC/DC")),
            ("/100%2525", Some("x=100%25")),
            ("/gr%C3%BC%C3%9Fe", Some("x=grüße")),
            ("/a+b", Some("x=a+b")),
            ("/%FF", None),
            ("/%zz", None),
            ("/%4", None),
            ("/..", None),
            ("/%2e%2E", None),
        ] {
            assert_eq!(params("/:x", path).as_deref(), expected, "{path}");
        }
        assert_eq!(params("/gr%C3%BC%C3%9Fe", "/grüße").as_deref(), Some(""));
    }

    #[test]
    fn bad_patterns_say_what_to_do() {
        for (pattern, hint) in [
            ("/guests", "write a method and a path"),
            ("GET guests", "write a method and a path"),
            ("GET /a b", "write a method and a path"),
            ("FETCH /a", "not a method"),
            ("GET /a//b", "two slashes"),
            ("GET /a?b=1", "context.query"),
            ("GET /:", "no good name"),
            ("GET /:1a", "no good name"),
            ("GET /*", "no good name"),
            ("GET /:a/:a", "twice"),
            ("GET /:a-:b", "two parameters"),
            ("GET /*a/b", "nothing can follow"),
            ("GET /%FF", "never be asked"),
            ("GET /a/../b", "never be asked"),
        ] {
            let error = Pattern::parse(pattern).unwrap_err().to_string();
            assert!(error.contains(hint), "{pattern}: {error}");
        }
        let long = format!("GET /{}", "a".repeat(MAX_PATTERN));
        assert!(matches!(
            Pattern::parse(&long),
            Err(PatternError::TooLong(_))
        ));
        let deep = format!("GET {}", "/a".repeat(MAX_SEGMENTS + 1));
        assert!(matches!(
            Pattern::parse(&deep),
            Err(PatternError::TooManySegments(_))
        ));
    }
}
