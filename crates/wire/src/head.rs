//! Request and response heads: what is legal in them and how they are written to bytes and read back.
//! It must not know streams or frames.

use crate::error::HeadFault;
use crate::headers::Headers;

/// Most headers in one head: common servers stop at 100.
pub const MAX_HEADERS: usize = 256;
/// Most bytes in a method: the longest registered one has 17 (`UPDATEREDIRECTREF`).
pub const MAX_METHOD: usize = 32;
/// Most bytes in path and query together: four times what RFC 9110, 4.1 asks servers to take.
pub const MAX_PATH: usize = 32 * 1024;
/// Most bytes in a header name: what its length field can say.
pub const MAX_NAME: usize = 255;
/// Most bytes in a header value: room for the largest cookie headers and content policies.
pub const MAX_VALUE: usize = 32 * 1024;

/// The head of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHead {
    /// A token, at most [`MAX_METHOD`] bytes, case-sensitive (RFC 9110, 9.1).
    pub method: String,
    /// Path and query as sent, starts with `/`, at most [`MAX_PATH`] bytes; not decoded, not normalised.
    pub path: String,
    /// At most [`MAX_HEADERS`].
    pub headers: Headers,
}

/// The head of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseHead {
    /// 100 to 599.
    pub status: u16,
    /// At most [`MAX_HEADERS`].
    pub headers: Headers,
}

impl RequestHead {
    /// Is everything within the rules?
    pub(crate) fn check(&self) -> Result<(), HeadFault> {
        if self.method.len() > MAX_METHOD || !is_token(&self.method) {
            return Err(HeadFault::Method);
        }
        let clean =
            self.path.starts_with('/') && !self.path.bytes().any(|b| b <= b' ' || b == 0x7f);
        if self.path.len() > MAX_PATH || !clean {
            return Err(HeadFault::Path);
        }
        check_headers(&self.headers)
    }

    /// Bytes that `RequestHead::write` appends.
    pub fn size(&self) -> usize {
        3 + self.method.len() + self.path.len() + headers_size(&self.headers)
    }

    /// Appends the encoding. The head must have passed [`RequestHead::check`].
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.push(self.method.len() as u8);
        out.extend_from_slice(&(self.path.len() as u16).to_be_bytes());
        out.extend_from_slice(self.method.as_bytes());
        out.extend_from_slice(self.path.as_bytes());
        write_headers(&self.headers, out);
    }

    /// Reads and checks a head; the input must be exactly one.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, HeadFault> {
        let mut reader = Reader(bytes);
        let method = usize::from(reader.u8()?);
        let path = usize::from(reader.u16()?);
        let method = reader.text(method)?;
        let path = reader.text(path)?;
        let head = RequestHead {
            method,
            path,
            headers: reader.headers()?,
        };
        reader.done()?;
        head.check()?;
        Ok(head)
    }
}

impl ResponseHead {
    /// Is everything within the rules?
    pub(crate) fn check(&self) -> Result<(), HeadFault> {
        if !(100..=599).contains(&self.status) {
            return Err(HeadFault::Status);
        }
        check_headers(&self.headers)
    }

    /// Bytes that [`ResponseHead::write`] appends.
    pub(crate) fn size(&self) -> usize {
        2 + headers_size(&self.headers)
    }

    /// Appends the encoding. The head must have passed [`ResponseHead::check`].
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.status.to_be_bytes());
        write_headers(&self.headers, out);
    }

    /// Reads and checks a head; the input must be exactly one.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, HeadFault> {
        let mut reader = Reader(bytes);
        let head = ResponseHead {
            status: reader.u16()?,
            headers: reader.headers()?,
        };
        reader.done()?;
        head.check()?;
        Ok(head)
    }
}

/// A token of RFC 9110, 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn check_headers(headers: &Headers) -> Result<(), HeadFault> {
    if headers.len() > MAX_HEADERS {
        return Err(HeadFault::Count);
    }
    for (name, value) in headers.iter() {
        if name.len() > MAX_NAME || !is_token(name) {
            return Err(HeadFault::Name);
        }
        if value.len() > MAX_VALUE || value.bytes().any(|b| matches!(b, b'\r' | b'\n' | 0)) {
            return Err(HeadFault::Value);
        }
    }
    Ok(())
}

fn headers_size(headers: &Headers) -> usize {
    2 + headers
        .iter()
        .map(|(name, value)| 3 + name.len() + value.len())
        .sum::<usize>()
}

fn write_headers(headers: &Headers, out: &mut Vec<u8>) {
    out.extend_from_slice(&(headers.len() as u16).to_be_bytes());
    for (name, value) in headers.iter() {
        out.push(name.len() as u8);
        out.extend_from_slice(&(value.len() as u16).to_be_bytes());
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(value.as_bytes());
    }
}

/// Takes fields off the front of a byte slice.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn u8(&mut self) -> Result<u8, HeadFault> {
        let (first, rest) = self.0.split_first().ok_or(HeadFault::Encoding)?;
        self.0 = rest;
        Ok(*first)
    }

    fn u16(&mut self) -> Result<u16, HeadFault> {
        Ok(u16::from_be_bytes([self.u8()?, self.u8()?]))
    }

    fn text(&mut self, len: usize) -> Result<String, HeadFault> {
        let (text, rest) = self.0.split_at_checked(len).ok_or(HeadFault::Encoding)?;
        self.0 = rest;
        Ok(std::str::from_utf8(text)
            .map_err(|_| HeadFault::Encoding)?
            .to_owned())
    }

    fn headers(&mut self) -> Result<Headers, HeadFault> {
        let count = usize::from(self.u16()?);
        if count > MAX_HEADERS {
            return Err(HeadFault::Count);
        }
        let mut headers = Headers::with_capacity(count);
        for _ in 0..count {
            let name = usize::from(self.u8()?);
            let value = usize::from(self.u16()?);
            headers.push(self.text(name)?, self.text(value)?);
        }
        Ok(headers)
    }

    fn done(&self) -> Result<(), HeadFault> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(HeadFault::Encoding)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> RequestHead {
        RequestHead {
            method: "GET".into(),
            path: "/a%20b?q=ä".into(),
            headers: [("accept", "*/*"), ("cookie", ""), ("Accept", "text/html")]
                .into_iter()
                .collect(),
        }
    }

    fn encoded(head: &RequestHead) -> Vec<u8> {
        let mut out = Vec::new();
        head.write(&mut out);
        out
    }

    #[test]
    fn a_request_head_survives_and_its_size_is_foretold() {
        let head = request();
        let bytes = encoded(&head);
        assert_eq!(bytes.len(), head.size());
        assert_eq!(RequestHead::read(&bytes), Ok(head));
    }

    #[test]
    fn a_response_head_survives() {
        let head = ResponseHead {
            status: 404,
            headers: [("set-cookie", "a"), ("set-cookie", "b")]
                .into_iter()
                .collect(),
        };
        let mut bytes = Vec::new();
        head.write(&mut bytes);
        assert_eq!(bytes.len(), head.size());
        assert_eq!(ResponseHead::read(&bytes), Ok(head));
    }

    #[test]
    fn cut_or_prolonged_encodings_are_refused() {
        let bytes = encoded(&request());
        for end in 0..bytes.len() {
            assert_eq!(
                RequestHead::read(&bytes[..end]),
                Err(HeadFault::Encoding),
                "cut at {end}"
            );
        }
        let longer = [bytes.as_slice(), b"x"].concat();
        assert_eq!(RequestHead::read(&longer), Err(HeadFault::Encoding));
    }

    #[test]
    fn illegal_requests_are_refused() {
        let with = |f: &dyn Fn(&mut RequestHead)| {
            let mut head = request();
            f(&mut head);
            let local = head.check();
            // What check refuses, read refuses too (where the encoding can hold it).
            if head.path.len() <= u16::MAX.into() {
                assert_eq!(RequestHead::read(&encoded(&head)).err(), local.err());
            }
            local
        };
        assert_eq!(with(&|_| ()), Ok(()));
        assert_eq!(with(&|h| h.method = String::new()), Err(HeadFault::Method));
        assert_eq!(with(&|h| h.method = "GE T".into()), Err(HeadFault::Method));
        assert_eq!(
            with(&|h| h.method = "A".repeat(MAX_METHOD + 1)),
            Err(HeadFault::Method)
        );
        assert_eq!(with(&|h| h.path = "a".into()), Err(HeadFault::Path));
        assert_eq!(with(&|h| h.path = String::new()), Err(HeadFault::Path));
        assert_eq!(with(&|h| h.path = "/a b".into()), Err(HeadFault::Path));
        assert_eq!(
            with(&|h| h.path = "/a\r\nx: y".into()),
            Err(HeadFault::Path)
        );
        assert_eq!(
            with(&|h| h.path = format!("/{}", "a".repeat(MAX_PATH))),
            Err(HeadFault::Path)
        );
        assert_eq!(with(&|h| h.headers.push("", "v")), Err(HeadFault::Name));
        assert_eq!(with(&|h| h.headers.push("a:b", "v")), Err(HeadFault::Name));
        assert_eq!(with(&|h| h.headers.push("ä", "v")), Err(HeadFault::Name));
        assert_eq!(
            with(&|h| h.headers.push("a", "v\r\nb: c")),
            Err(HeadFault::Value)
        );
        assert_eq!(with(&|h| h.headers.push("a", "\0")), Err(HeadFault::Value));
        assert_eq!(
            with(&|h| h.headers.push("a", "v".repeat(MAX_VALUE + 1))),
            Err(HeadFault::Value)
        );
        assert_eq!(
            with(&|h| (0..MAX_HEADERS).for_each(|_| h.headers.push("a", "b"))),
            Err(HeadFault::Count)
        );
    }

    #[test]
    fn only_statuses_from_100_to_599_are_legal() {
        let of = |status| {
            ResponseHead {
                status,
                headers: Headers::new(),
            }
            .check()
        };
        assert_eq!(
            (of(99), of(600)),
            (Err(HeadFault::Status), Err(HeadFault::Status))
        );
        assert_eq!((of(100), of(599)), (Ok(()), Ok(())));
    }

    #[test]
    fn text_that_is_not_utf8_is_refused() {
        assert_eq!(
            RequestHead::read(&[1, 0, 1, 0xff, b'/', 0, 0]),
            Err(HeadFault::Encoding)
        );
    }
}
