//! All routes of a site, and the one that answers a request.
//!
//! The table is made once per version of a site, where its modules can be evaluated, and travels as JSON:
//! whoever holds it can tell what a request needs without an engine.

use serde::{Deserialize, Serialize};

use crate::method::Methods;
use crate::pattern::{Params, PathPattern, Pattern, segments};
use crate::pattern_error::PatternError;

/// Most routes in a site; bounds what one lookup costs (each is compared at most once).
pub const MAX_ROUTES: usize = 512;

/// One pattern of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The module's path in the layout, such as `routes/guests.js`.
    pub file: String,
    /// What it answers and where.
    pub pattern: Pattern,
}

/// Why routes cannot stand together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// More than [`MAX_ROUTES`].
    #[error(
        "a site has at most {MAX_ROUTES} routes; use parameters (:name) to make one of several"
    )]
    TooMany,
    /// Two routes answer the same methods on the same paths.
    #[error(
        "{second} answers {methods} {path} as {first} does; change one of them, or give it another method"
    )]
    Same {
        /// The file that was there first.
        first: String,
        /// The file that was refused.
        second: String,
        /// What both answer.
        methods: String,
        /// The path of the one that was refused.
        path: String,
    },
    /// A pattern in stored JSON that cannot be read.
    #[error("{file}: {error}")]
    Pattern {
        /// The route's file.
        file: String,
        /// What is wrong.
        error: PatternError,
    },
}

/// Who answers a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup<'t> {
    /// This route. It goes before static files.
    Route(Match<'t>),
    /// `OPTIONS` on a path with routes, none of which wants to answer it: 204 with this `Allow`.
    Options(Methods),
    /// Routes have this path, but not with this method. `GET` and `HEAD` are the static files' then (so a
    /// page and the form that it posts to may share an address); what they do not have, and any other
    /// method, is 405 with this `Allow`.
    NotAllowed(Methods),
    /// No route has this path: the static files answer.
    Static,
}

/// A route and what its parameters are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match<'t> {
    /// The route.
    pub route: &'t Route,
    /// Its parameters in the pattern's order, decoded once.
    pub params: Params,
}

/// The routes of one version of a site, the more specific ones first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<Stored>", try_from = "Vec<Stored>")]
pub struct RouteTable {
    routes: Vec<Route>,
}

impl RouteTable {
    /// Adds a route, wherever its specificity puts it. On an error the table stays as it was.
    pub fn add(&mut self, route: Route) -> Result<(), TableError> {
        if self.routes.len() >= MAX_ROUTES {
            return Err(TableError::TooMany);
        }
        let path = &route.pattern.path;
        let start = self
            .routes
            .partition_point(|other| other.pattern.path.by_specificity(path).is_lt());
        let same = self.routes.iter().skip(start);
        let mut same = same.take_while(|other| other.pattern.path.by_specificity(path).is_eq());
        let shared = same.find_map(|other| {
            let methods = other.pattern.methods.intersection(route.pattern.methods);
            (!methods.is_empty()).then(|| (other.file.clone(), methods.to_string()))
        });
        if let Some((first, methods)) = shared {
            return Err(TableError::Same {
                first,
                second: route.file,
                methods,
                path: path.to_string(),
            });
        }
        self.routes.insert(start, route);
        Ok(())
    }

    /// The routes, the more specific ones first.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Who answers. `target` is the raw request target (`/path?query`).
    pub fn lookup(&self, method: &str, target: &str) -> Lookup<'_> {
        if self.routes.is_empty() {
            return Lookup::Static;
        }
        let path = target.split(['?', '#']).next().unwrap_or_default();
        let Some(path) = segments(path) else {
            return Lookup::Static;
        };
        let asked = Methods::of(method);
        let get = Methods::of("GET");
        let mut allow = Methods::default();
        let mut from_get = None;
        for route in &self.routes {
            let Some(params) = route.pattern.path.matches(&path) else {
                continue;
            };
            let methods = route.pattern.methods;
            if !methods.intersection(asked).is_empty() {
                return Lookup::Route(Match { route, params });
            }
            if method == "HEAD" && from_get.is_none() && !methods.intersection(get).is_empty() {
                from_get = Some(Match { route, params });
            }
            allow = allow.union(methods);
        }
        match (from_get, allow.is_empty(), method) {
            (Some(found), _, _) => Lookup::Route(found),
            (None, true, _) => Lookup::Static,
            (None, false, "OPTIONS") => Lookup::Options(allow.with_implied()),
            (None, false, _) => Lookup::NotAllowed(allow.with_implied()),
        }
    }
}

/// A route as JSON: `{"file": "routes/guests.js", "methods": "GET, POST", "path": "/guests/:id"}`.
#[derive(Serialize, Deserialize)]
struct Stored {
    file: String,
    methods: String,
    path: String,
}

impl From<RouteTable> for Vec<Stored> {
    fn from(table: RouteTable) -> Self {
        let stored = |route: Route| Stored {
            file: route.file,
            methods: route.pattern.methods.to_string(),
            path: route.pattern.path.to_string(),
        };
        table.routes.into_iter().map(stored).collect()
    }
}

impl TryFrom<Vec<Stored>> for RouteTable {
    type Error = TableError;

    fn try_from(stored: Vec<Stored>) -> Result<Self, TableError> {
        let mut table = Self::default();
        for Stored {
            file,
            methods,
            path,
        } in stored
        {
            let pattern = Methods::parse(&methods.replace(", ", "|")).and_then(|methods| {
                PathPattern::parse(&path).map(|path| Pattern { methods, path })
            });
            match pattern {
                Ok(pattern) => table.add(Route { file, pattern })?,
                Err(error) => return Err(TableError::Pattern { file, error }),
            }
        }
        Ok(table)
    }
}
