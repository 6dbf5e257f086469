//! A route of 2013: a path with `<names>`, and code.

use serde::Deserialize;

/// Bytes of a route's code. The largest of the examples has 3,000.
const CODE_BYTES: usize = 256 * 1024;

/// Bytes of a route's path, and parts between its slashes.
const PATH_BYTES: usize = 1_000;
const PARTS: usize = 30;

/// Why a route cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteError {
    /// The file is not what an export of 2013 has.
    #[error("it is not JSON with `routePath` and `routeCode`: {0}")]
    NotARoute(String),
    /// The path is none that the PeerServer of 2013 took.
    #[error(
        "its path `{0}` is not like `/guests/<id>`: letters, digits, `-` and `_` between slashes"
    )]
    Path(String),
    /// The code or path is too long.
    #[error("its {what} has more than {limit} bytes")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// How long it may be.
        limit: usize,
    },
}

/// A route: what it answers and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    path: String,
    code: String,
}

/// The JSON of `<name>.route.js`.
#[derive(Deserialize)]
struct Exported {
    #[serde(rename = "routePath")]
    path: String,
    #[serde(rename = "routeCode")]
    code: String,
}

impl Route {
    /// Reads an exported route.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(json: &str) -> Result<Self, RouteError> {
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let Exported { path, code } =
            serde_json::from_str(json).map_err(|error| RouteError::NotARoute(error.to_string()))?;
        if code.len() > CODE_BYTES {
            return Err(RouteError::TooLong {
                what: "code",
                limit: CODE_BYTES,
            });
        }
        if path.len() > PATH_BYTES {
            return Err(RouteError::TooLong {
                what: "path",
                limit: PATH_BYTES,
            });
        }
        let route = Self { path, code };
        if !route.is_valid() {
            return Err(RouteError::Path(route.path));
        }
        Ok(route)
    }

    /// `^(\/([A-Z\d_-]+|<[A-Z\d_-]+>))+$`, whatever the case.
    fn is_valid(&self) -> bool {
        let is_word = |word: &str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        };
        let Some(parts) = self.path.strip_prefix('/') else {
            return false;
        };
        parts.split('/').count() <= PARTS
            && parts
                .split('/')
                .all(|part| is_word(name(part).unwrap_or(part)))
    }

    /// The path as it was written.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The body of its function.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The names in the path, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts().filter_map(name)
    }

    /// The regular expression that its requests' paths match, with a group for each name.
    #[must_use]
    pub fn expression(&self) -> String {
        let parts: Vec<&str> = self
            .parts()
            .map(|part| name(part).map_or(part, |_| "([^/]+)"))
            .collect();
        format!("^/?{}/?$", parts.join("/"))
    }

    /// Whether a path is matched by it.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let (mut ours, mut theirs) = (self.parts(), path.split('/'));
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return true,
                (Some(part), Some(found))
                    if !found.is_empty() && (part == found || name(part).is_some()) => {}
                _ => return false,
            }
        }
    }

    /// Its path as a pattern of today: names are numbered, since theirs need not be names of today.
    pub(crate) fn pattern(&self) -> String {
        let parts = self.parts().enumerate().map(|(at, part)| match name(part) {
            Some(_) => format!("/:p{at}"),
            None => format!("/{part}"),
        });
        parts.collect()
    }

    fn parts(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').skip(1)
    }
}

/// The name in `<name>`.
fn name(part: &str) -> Option<&str> {
    part.strip_prefix('<')?.strip_suffix('>')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(path: &str) -> Result<Route, RouteError> {
        Route::read(&serde_json::json!({ "routePath": path, "routeCode": "return 1" }).to_string())
    }

    #[test]
    fn paths_are_those_that_2013_took() {
        for path in ["/index", "/a/b-c/<d_1>", "/<A>", "/x/<a-b>"] {
            assert!(route(path).is_ok(), "{path}");
        }
        for path in [
            "", "/", "index", "/a/", "//a", "/a.json", "/<a", "/a>", "/<>", "/a b", "/é", "/:a",
            "/a<b>",
        ] {
            assert_eq!(
                route(path),
                Err(RouteError::Path(path.to_owned())),
                "{path}"
            );
        }
    }

    #[test]
    fn a_path_is_matched_with_or_without_slashes_around_it_and_by_case() {
        let route = route("/x/<a>/y").unwrap();
        for path in ["/x/1/y", "x/1/y", "/x/a%20b/y/", "/x/é/y"] {
            assert!(route.matches(path), "{path}");
        }
        for path in [
            "/x/1", "/x//y", "/X/1/y", "/x/1/y/z", "//x/1/y", "/x/1/y//", "",
        ] {
            assert!(!route.matches(path), "{path}");
        }
        assert_eq!(route.expression(), "^/?x/([^/]+)/y/?$");
        assert_eq!(route.names().collect::<Vec<_>>(), ["a"]);
        assert_eq!(route.pattern(), "/x/:p1/y");
    }

    #[test]
    fn what_is_no_route_is_refused() {
        for json in [
            "",
            "{}",
            "[]",
            "{\"routePath\": 1, \"routeCode\": \"\"}",
            "{\"routePath\": \"/a\"}",
        ] {
            assert!(
                matches!(Route::read(json), Err(RouteError::NotARoute(_))),
                "{json}"
            );
        }
        assert!(
            Route::read("\u{feff}{\"routePath\": \"/a\", \"routeCode\": \"\", \"more\": 1}")
                .is_ok()
        );
    }
}
