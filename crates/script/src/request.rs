//! What a visitor asks, as the sandbox gets it.

/// A request's id, given by the caller: unique among those under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// Everything of a request but its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHead {
    /// In its exact case.
    pub method: String,
    /// Path and query as they travelled: `/guests/7?sort=name`.
    pub target: String,
    /// Names in any case, in the order received.
    pub headers: Vec<(String, String)>,
    /// The origin at which the visitor sees the site, such as `https://guests-abc.example.org`.
    pub origin: String,
    /// Does a body follow? If so, its end is told as well, if it is asked for.
    pub has_body: bool,
    /// Who asks.
    pub visitor: Visitor,
}

/// Who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visitor {
    /// Opaque; the same for all requests of one connection. The host's own, never the visitor's to choose.
    pub id: String,
    /// Opaque; the same for all connections from one network, as far as the host can tell. Empty if it cannot.
    pub network: String,
    /// How the visitor is connected, such as `direct` or `relay`.
    pub transport: String,
}

impl RequestHead {
    /// A request without headers and body, of nobody in particular.
    pub fn new(method: impl Into<String>, target: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            target: target.into(),
            headers: Vec::new(),
            origin: "http://localhost".to_owned(),
            has_body: false,
            visitor: Visitor::default(),
        }
    }

    /// The same request with one more header.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The first value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }
}
