//! No files of a crate use each other in a circle: each can then be read, tested and changed with what is below it
//! alone. `xtask/circles.json` lists the circles that are allowed: none. That list may only shrink.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use super::files::files;
use super::finding::Finding;
use super::module_graph::{self, Graph};
use crate::paths;

/// The files of each circle, by crate.
type Circles = BTreeMap<String, Vec<BTreeSet<String>>>;

const KNOWN: &str = "xtask/circles.json";

/// Folders below which crates are.
const FOLDERS: [&str; 5] = ["crates", "extension", "native-host", "tests", "xtask"];

/// Looks at every crate of the work tree.
pub fn check(_: &Path) -> Result<Vec<Finding>> {
    let root = paths::root();
    let known = root.join(KNOWN);
    let known = fs::read_to_string(&known).with_context(|| format!("reading {KNOWN}"))?;
    let known: Circles =
        serde_json::from_str(&known).with_context(|| format!("reading {KNOWN}"))?;
    let mut found = Circles::new();
    for source in sources(&root)? {
        let name = source.strip_prefix(&root)?.display().to_string();
        let circles = circles(&module_graph::read(&source)?);
        if !circles.is_empty() {
            found.insert(name, circles);
        }
    }
    Ok(compare(&known, &found))
}

/// The folders that hold a crate's sources.
fn sources(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        for file in files(&root.join(folder))? {
            let is_root = file.ends_with("src/lib.rs") || file.ends_with("src/main.rs");
            if let Some(source) = file.parent().filter(|_| is_root) {
                found.push(source.to_owned());
            }
        }
    }
    found.dedup();
    Ok(found)
}

fn circles(graph: &Graph) -> Vec<BTreeSet<String>> {
    let edges = graph.iter().flat_map(|(from, used)| {
        let from = from.as_str();
        used.iter().map(move |to| (from, to.as_str()))
    });
    let graph: DiGraphMap<&str, ()> = edges.collect();
    let mut found: Vec<BTreeSet<String>> = tarjan_scc(&graph)
        .into_iter()
        .filter(|group| group.len() > 1)
        .map(|group| group.into_iter().map(str::to_owned).collect())
        .collect();
    found.sort();
    found
}

fn compare(known: &Circles, found: &Circles) -> Vec<Finding> {
    let none = Vec::new();
    let mut findings = Vec::new();
    for (source, circles) in found {
        let known = known.get(source).unwrap_or(&none);
        for circle in circles.iter().filter(|circle| !known.contains(circle)) {
            let names: Vec<_> = circle.iter().map(String::as_str).collect();
            findings.push(format!(
                "in {source} these use each other in a circle: {}. Move what both need below both, or, if the circle \
                 has become smaller, say so in {KNOWN}",
                names.join(", ")
            ));
        }
    }
    for (source, circles) in known {
        let found = found.get(source).unwrap_or(&none);
        let gone = circles.iter().filter(|circle| !found.contains(circle));
        findings.extend(gone.map(|circle| {
            let first = circle.first().map_or("", String::as_str);
            format!("the circle of `{first}` in {source} is broken or has changed: change {KNOWN}")
        }));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_circle_has_those_that_reach_each_other() {
        let graph = Graph::from([
            ("a".to_owned(), of(&["b"])),
            ("b".to_owned(), of(&["c", "d"])),
            ("c".to_owned(), of(&["a"])),
            ("d".to_owned(), of(&[])),
        ]);
        assert_eq!(circles(&graph), [of(&["a", "b", "c"])]);
    }

    #[test]
    fn a_new_circle_and_one_that_is_gone_are_found() {
        let one = Circles::from([("x/src".to_owned(), vec![of(&["a", "b"])])]);
        assert!(compare(&one, &one).is_empty());
        assert_eq!(compare(&Circles::new(), &one).len(), 1);
        assert_eq!(compare(&one, &Circles::new()).len(), 1);
    }
}
