//! Conditional requests: has the visitor's copy changed? (RFC 9110 §13)

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::{FileMeta, Request};

/// Latest modification time that a date header can hold, in seconds since 1970: the last of the year 9999
/// (`httpdate` panics beyond it).
const MAX_SECONDS: u64 = 253_402_300_799;

/// A file's validators, as header values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validators {
    /// A strong entity tag with its quotes.
    pub etag: String,
    /// `Last-Modified` as an HTTP date.
    pub last_modified: String,
    modified: SystemTime,
}

/// The result of evaluating a request's conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evaluation {
    /// Respond as if there were no conditions.
    Proceed,
    /// 304: the visitor's copy is current.
    NotModified,
    /// 412: the precondition failed.
    Failed,
}

impl Validators {
    /// The validators of a stored file. Characters that an entity tag cannot hold are encoded.
    pub fn of(meta: &FileMeta) -> Self {
        let seconds = (meta.modified_ms / 1000).min(MAX_SECONDS);
        let modified = UNIX_EPOCH + Duration::from_secs(seconds);
        let mut tag = String::with_capacity(meta.revision.len() + 2);
        tag.push('"');
        for byte in meta.revision.bytes() {
            match byte {
                // etagc (RFC 9110 §8.8.3) without `%`, which encodes, and `,`, which splits lists.
                b'!' | b'#' | b'$' | b'&'..=b'+' | b'-'..=b'~' => tag.push(byte.into()),
                other => tag.push_str(&format!("%{other:02X}")),
            }
        }
        tag.push('"');
        Self {
            etag: tag,
            last_modified: httpdate::fmt_http_date(modified),
            modified,
        }
    }

    /// Evaluates `If-Match`, `If-Unmodified-Since`, `If-None-Match` and `If-Modified-Since`, in the order
    /// of RFC 9110 §13.2.2. For `GET` and `HEAD`.
    pub fn evaluate(&self, request: &Request) -> Evaluation {
        if request.header("if-match").is_some() {
            if !self.is_among(request, "if-match", false) {
                return Evaluation::Failed;
            }
        } else if date(request, "if-unmodified-since").is_some_and(|since| self.modified > since) {
            return Evaluation::Failed;
        }
        let unchanged = if request.header("if-none-match").is_some() {
            self.is_among(request, "if-none-match", true)
        } else {
            date(request, "if-modified-since").is_some_and(|since| self.modified <= since)
        };
        if unchanged {
            Evaluation::NotModified
        } else {
            Evaluation::Proceed
        }
    }

    /// May a range be sent? Yes without `If-Range`; else only if its strong tag or exact date is ours
    /// (RFC 9110 §13.1.5).
    pub fn allow_range(&self, request: &Request) -> bool {
        match request.header("if-range") {
            None => true,
            Some(value) if value.starts_with('"') => value == self.etag,
            Some(value) => httpdate::parse_http_date(value).is_ok_and(|d| d == self.modified),
        }
    }

    /// Is our tag in the list? Ours hold no comma, so that a list splits at commas well enough.
    fn is_among(&self, request: &Request, header: &str, weak: bool) -> bool {
        request
            .values(header)
            .flat_map(|v| v.split(','))
            .map(str::trim)
            .any(|tag| {
                let tag = if weak {
                    tag.strip_prefix("W/").unwrap_or(tag)
                } else {
                    tag
                };
                tag == "*" || tag == self.etag
            })
    }
}

fn date(request: &Request, header: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(request.header(header)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validators(revision: &str, modified_ms: u64) -> Validators {
        let (path, media_type) = (String::new(), String::new());
        Validators::of(&FileMeta {
            path,
            media_type,
            size: 1,
            revision: revision.into(),
            modified_ms,
        })
    }

    #[test]
    fn tags_and_dates_are_well_formed() {
        let v = validators("a-1\"\n,é%", 1_700_000_000_999);
        assert_eq!(v.etag, "\"a-1%22%0A%2C%C3%A9%25\"");
        assert_eq!(v.last_modified, "Tue, 14 Nov 2023 22:13:20 GMT");
        assert_eq!(
            validators("x", u64::MAX).last_modified,
            "Fri, 31 Dec 9999 23:59:59 GMT"
        );
    }

    #[test]
    fn conditions_are_evaluated_in_order() {
        let v = validators("r1", 1_700_000_000_000);
        let same = "Tue, 14 Nov 2023 22:13:20 GMT";
        let before = "Tue, 14 Nov 2023 22:13:19 GMT";
        let get = || Request::new("GET", "/");
        for (request, verdict) in [
            (get(), Evaluation::Proceed),
            (
                get().with("if-none-match", "\"r1\""),
                Evaluation::NotModified,
            ),
            (
                get().with("if-none-match", "\"x\", W/\"r1\""),
                Evaluation::NotModified,
            ),
            (get().with("if-none-match", "*"), Evaluation::NotModified),
            (get().with("if-none-match", "\"x\""), Evaluation::Proceed),
            (
                get()
                    .with("if-none-match", "\"x\"")
                    .with("if-modified-since", same),
                Evaluation::Proceed,
            ),
            (
                get().with("if-modified-since", same),
                Evaluation::NotModified,
            ),
            (get().with("if-modified-since", before), Evaluation::Proceed),
            (
                get().with("if-modified-since", "yesterday"),
                Evaluation::Proceed,
            ),
            (get().with("if-match", "\"x\""), Evaluation::Failed),
            (get().with("if-match", "W/\"r1\""), Evaluation::Failed),
            (get().with("if-match", "\"r1\""), Evaluation::Proceed),
            (
                get().with("if-unmodified-since", before),
                Evaluation::Failed,
            ),
            (get().with("if-unmodified-since", same), Evaluation::Proceed),
        ] {
            assert_eq!(v.evaluate(&request), verdict, "{request:?}");
        }
    }

    #[test]
    fn a_range_needs_the_same_file() {
        let v = validators("r1", 1_700_000_000_000);
        let allow = |value: &str| v.allow_range(&Request::new("GET", "/").with("If-Range", value));
        assert!(v.allow_range(&Request::new("GET", "/")));
        assert!(allow("\"r1\""));
        assert!(allow("Tue, 14 Nov 2023 22:13:20 GMT"));
        assert!(!allow("\"r2\""));
        assert!(!allow("W/\"r1\""));
        assert!(!allow("Tue, 14 Nov 2023 22:13:21 GMT"));
        assert!(!allow("nonsense"));
    }
}
