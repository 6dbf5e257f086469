//! The guest book: the site with code that is measured, the same everywhere (`tests/fixtures/guests`).

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use stage::Content;

use crate::paths;

/// What is asked.
pub const ASKED: &str = "/guests";

/// The files of its site.
const FILES: [&str; 4] = [
    "lib/rows.js",
    "routes/fill.js",
    "routes/guests.js",
    "templates/guests.hbs",
];

/// A route by which a visitor keeps an answer as a static file, `/kept.html`.
const KEEP: &str = r#"export const pattern = "POST /keep";
export default async (request, { files }) => {
  await files.write("public/kept.html", await request.bytes());
  return "kept";
};
"#;

/// Where it lies, with what it is on Node.js.
pub fn folder() -> PathBuf {
    paths::root().join("tests/fixtures/guests")
}

/// The files of its site: path and text.
pub fn files() -> Result<Vec<(&'static str, String)>> {
    let site = folder().join("site");
    let read = |path| {
        let text =
            fs::read_to_string(site.join(path)).with_context(|| format!("reading {path}"))?;
        Ok((path, text))
    };
    FILES.into_iter().map(read).collect()
}

/// The site, as a person drops it on the sites page.
pub fn content() -> Result<Content> {
    let content = Content::new(&files()?)?;
    let page = "<!doctype html><title>Bench</title><h1>Bench</h1>";
    content.write("public/index.html", page)?;
    content.write("routes/keep.js", KEEP)?;
    Ok(content)
}
