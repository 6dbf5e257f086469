//! An archive's files as files of today's layout.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::route::Route;
use crate::template;

/// Where an archive keeps its own files in a site's tree.
const ARCHIVE: &str = "archive-2013/";

/// The module with all routes.
const ROUTES: &str = "routes/archive-2013.js";

/// The rows that the site begins with.
const ROWS: &str = "data/archive-2013.json";

/// Routes of one archive. The largest of the examples has five.
const MOST_ROUTES: usize = 500;

/// The modules that run routes, with the libraries that they had.
const MODULES: [(&str, &str); 5] = [
    (
        "lib/archive-2013/runtime.js",
        include_str!("../js/runtime.js"),
    ),
    (
        "lib/archive-2013/params.js",
        include_str!("../js/params.js"),
    ),
    ("lib/archive-2013/hash.js", include_str!("../js/hash.js")),
    ("lib/archive-2013/taffy.js", include_str!("../js/taffy.js")),
    (
        "lib/archive-2013/underscore.js",
        include_str!("../js/underscore.js"),
    ),
];

/// A file of an archive that cannot be used as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its path in the site's tree.
    pub file: String,
    /// What is wrong and what becomes of it.
    pub message: String,
}

/// What an archive becomes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Modern {
    /// Files of today's layout: path and text. None, if there is nothing of 2013.
    pub files: Vec<(String, String)>,
    /// Files that are left out.
    pub problems: Vec<Problem>,
}

/// Makes today's files of those below `archive-2013/`; others are passed over.
///
/// What cannot be read is left out and told about: the rest of the site works.
pub fn modernise<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Modern {
    let mut modern = Modern::default();
    let mut routes = Vec::new();
    for (path, text) in files {
        let Some(file) = path.strip_prefix(ARCHIVE) else {
            continue;
        };
        let done = if file.starts_with("routes/") {
            Route::read(text)
                .map(|route| routes.push(route))
                .map_err(|error| error.to_string())
        } else if let Some(name) = file.strip_prefix("templates/") {
            template::translate(text)
                .map(|text| {
                    modern
                        .files
                        .push((format!("templates/{ARCHIVE}{name}.hbs"), text))
                })
                .map_err(|error| error.to_string())
        } else if file == "database.json" {
            seeds(text).map(|text| modern.files.push((ROWS.to_owned(), text)))
        } else {
            Ok(())
        };
        if let Err(message) = done {
            modern.problems.push(Problem {
                file: path.to_owned(),
                message,
            });
        }
    }
    if routes.len() > MOST_ROUTES {
        let message = format!("there are more than {MOST_ROUTES} routes; the others are left out");
        modern.problems.push(Problem {
            file: format!("{ARCHIVE}routes/"),
            message,
        });
        routes.truncate(MOST_ROUTES);
    }
    if !routes.is_empty() {
        // The first in this order that matches answers.
        routes.sort_by(|one, other| one.path().cmp(other.path()));
        modern.files.push((ROUTES.to_owned(), module(&routes)));
        modern
            .files
            .extend(MODULES.map(|(path, text)| (path.to_owned(), text.to_owned())));
    }
    modern
}

/// The route module: which requests are for code, and the routes in their order.
fn module(routes: &[Route]) -> String {
    let mut patterns: BTreeSet<String> = routes
        .iter()
        .map(|route| format!("GET|POST|PUT|PATCH|DELETE {}", route.pattern()))
        .collect();
    // The site's root is what answers `/index`.
    if routes.iter().any(|route| route.matches("/index")) {
        patterns.insert("GET|POST|PUT|PATCH|DELETE /".to_owned());
    }
    let routes: Vec<Value> = routes
        .iter()
        .map(|route| {
            json!({
                "path": route.path(),
                "names": route.names().collect::<Vec<_>>(),
                "match": route.expression(),
                "code": route.code(),
            })
        })
        .collect();
    format!(
        "// Made of the routes in archive-2013/routes/. What runs them is in lib/archive-2013/runtime.js.\n\
         import {{ answer }} from \"../lib/archive-2013/runtime.js\";\n\n\
         const routes = {:#};\n\n\
         export const pattern = {:#};\n\n\
         export default (request, context) => answer(request, context, routes);\n",
        Value::from(routes),
        Value::from(patterns.into_iter().collect::<Vec<_>>()),
    )
}

/// The rows as documents: what was a row is inside one, so that its own `id`, if it had one, stays what it was.
fn seeds(rows: &str) -> Result<String, String> {
    let rows: Vec<Value> = serde_json::from_str(rows.strip_prefix('\u{feff}').unwrap_or(rows))
        .map_err(|error| {
            format!("it is not a JSON list of rows: {error}; the site begins without rows")
        })?;
    let documents: Vec<Value> = rows
        .into_iter()
        .filter(Value::is_object)
        .map(|mut row| {
            if let Value::Object(members) = &mut row {
                members.remove("___id");
                members.remove("___s");
            }
            json!({ "row": row })
        })
        .collect();
    Ok(Value::from(documents).to_string())
}
