//! What a site answers. It must not know how the answer will travel.

use std::ops::Range;

/// One HTTP response. `B` is the storage's handle on a file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response<B> {
    /// The status code, 200 to 599.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; always [`Body::Empty`] for `HEAD`, 204 and 304, whatever `content-length` says.
    pub body: Body<B>,
}

/// A response's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body<B> {
    /// No bytes.
    Empty,
    /// Bytes made by the engine.
    Bytes(Vec<u8>),
    /// Bytes of a stored file.
    Stored {
        /// The storage's handle on the whole file.
        handle: B,
        /// Which of its bytes to send; `0..size` for the whole file. Never empty.
        range: Range<u64>,
    },
}

impl<B> Response<B> {
    /// A response with neither headers nor body.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Empty,
        }
    }

    /// The same response with one more header; `name` in lower case.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The first value of a header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }

    /// The number of bytes in the body.
    pub fn body_length(&self) -> u64 {
        match &self.body {
            Body::Empty => 0,
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::Stored { range, .. } => range.end.saturating_sub(range.start),
        }
    }

    /// The same response with another kind of handle, for a caller that wraps a storage.
    pub fn map_handle<C>(self, map: impl FnOnce(B) -> C) -> Response<C> {
        let body = match self.body {
            Body::Empty => Body::Empty,
            Body::Bytes(bytes) => Body::Bytes(bytes),
            Body::Stored { handle, range } => Body::Stored {
                handle: map(handle),
                range,
            },
        };
        Response {
            status: self.status,
            headers: self.headers,
            body,
        }
    }
}
