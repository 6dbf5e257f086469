//! What a visitor asks. It must not know how the request travelled.

/// One HTTP request, without a body: static serving reads none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The method, in its exact case (methods are case-sensitive, RFC 9110 §9.1).
    pub method: String,
    /// The raw request target as it travelled: `/path?query`, still percent-encoded.
    pub path: String,
    /// Names in any case, in the order received; a name may occur several times.
    pub headers: Vec<(String, String)>,
}

impl Request {
    /// A request without headers.
    pub fn new(method: impl Into<String>, path: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            path: path.into(),
            headers: Vec::new(),
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
            .map(|(_, v)| v.trim())
    }

    /// All values of a header, in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.trim())
    }

    /// Does the sender take HTML by name? Browsers say so for navigations and frames, and not for
    /// scripts, images or `fetch()`.
    pub fn wants_html(&self) -> bool {
        self.values("accept")
            .flat_map(|v| v.split(','))
            .any(|part| {
                let mut pieces = part.split(';').map(str::trim);
                let named = pieces
                    .next()
                    .is_some_and(|t| t.eq_ignore_ascii_case("text/html"));
                named
                    && !pieces.any(|p| {
                        p.strip_prefix("q=")
                            .is_some_and(|q| q.parse() == Ok(0.0_f32))
                    })
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_names_have_no_case() {
        let r = Request::new("GET", "/")
            .with("If-None-Match", " \"a\" ")
            .with("if-none-match", "\"b\"");
        assert_eq!(r.header("IF-NONE-MATCH"), Some("\"a\""));
        assert_eq!(r.values("if-none-match").count(), 2);
        assert_eq!(r.header("range"), None);
    }

    #[test]
    fn only_who_names_html_wants_html() {
        let accept = |v: &str| Request::new("GET", "/").with("Accept", v).wants_html();
        assert!(accept("text/html,application/xhtml+xml,*/*;q=0.8"));
        assert!(accept("application/json, TEXT/HTML;q=0.9"));
        assert!(!accept("*/*"));
        assert!(!accept("text/html;q=0, */*"));
        assert!(!accept("text/htmlx"));
        assert!(!Request::new("GET", "/").wants_html());
    }
}
