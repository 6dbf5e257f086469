//! Paths that the documents name are there: in links, and in code such as `crates/site/src/serve.rs`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::finding::Finding;
use crate::paths;

/// Where documents are, from the root.
const FOLDERS: [&str; 2] = ["", "docs"];

/// Code that begins so is a path from the root.
const TOPS: [&str; 6] = [
    "crates/",
    "docs/",
    "extension/",
    "native-host/",
    "tests/",
    "xtask/",
];

/// Stands for a name that the reader chooses.
const PLACEHOLDER: &str = "NAME";

/// Looks at all documents.
pub fn check(_dist: &Path) -> Result<Vec<Finding>> {
    let root = paths::root();
    let mut findings = Vec::new();
    for folder in FOLDERS {
        let path = root.join(folder);
        for entry in fs::read_dir(&path).with_context(|| format!("reading {}", path.display()))? {
            let file = entry?.path();
            if file.extension().is_none_or(|ending| ending != "md") {
                continue;
            }
            let text =
                fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
            let text = without_blocks(&text);
            let links = links(&text).into_iter().map(|link| (path.join(link), link));
            let code = code(&text).into_iter().map(|code| (root.join(code), code));
            let name = file.strip_prefix(&root).unwrap_or(&file).display();
            findings.extend(
                links
                    .chain(code)
                    .filter(|(path, _)| !path.exists())
                    .map(|(_, named)| format!("{name} names {named}, which is not there")),
            );
        }
    }
    Ok(findings)
}

/// A document without its blocks of code, which are examples.
fn without_blocks(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// The files that links lead to, from the document's folder.
fn links(text: &str) -> Vec<&str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#']).next())
        .filter(|link| !link.is_empty() && !link.contains("://"))
        .collect()
}

/// Code that is a path from the root.
fn code(text: &str) -> Vec<&str> {
    let is_path = |code: &str| {
        code.chars()
            .all(|c| c.is_ascii_alphanumeric() || "_./-".contains(c))
    };
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| TOPS.iter().any(|top| code.starts_with(top)))
        .filter(|code| is_path(code) && !code.contains(PLACEHOLDER))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_documents_name_is_there() {
        assert_eq!(check(Path::new("")).unwrap(), Vec::<Finding>::new());
    }

    #[test]
    fn links_and_code_that_are_paths_are_found() {
        let text = "See [a](docs/a.md#part), [b](https://example.org/b), [c](#part).\n\
            ```sh\n`crates/x` [d](d.md)\n```\n\
            `crates/site`, `tests/*.rs`, `dist/a`, `extension/starters/NAME/`, `cargo test -p a/b`";
        let text = without_blocks(text);
        assert_eq!(links(&text), ["docs/a.md"]);
        assert_eq!(code(&text), ["crates/site"]);
    }
}
