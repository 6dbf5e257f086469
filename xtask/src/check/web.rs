//! Nothing remote and nothing inline in the pages and scripts that ship: stores forbid the one, the content security
//! policy the other, and the browser would say so only when the page is opened.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::files::with_ending;
use super::finding::Finding;
use super::html::{Tag, tags};

/// What loads or makes code in a script, and why it may not be there. `'`, `"` and `` ` `` count as one sign.
const FORBIDDEN: [(&str, &str); 9] = [
    ("eval(", "makes code from text"),
    ("new Function(", "makes code from text"),
    ("from 'http", "loads remote code"),
    ("from'http", "loads remote code"),
    ("import 'http", "loads remote code"),
    ("import('http", "loads remote code"),
    ("importScripts('http", "loads remote code"),
    ("setTimeout('", "makes code from text"),
    ("setInterval('", "makes code from text"),
];

/// Looks at every HTML and JavaScript file of the product.
pub fn check(dist: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (ending, find) in [("html", page as fn(&str) -> Vec<String>), ("js", script)] {
        for (name, file) in with_ending(dist, ending)? {
            let text = fs::read_to_string(&file).with_context(|| format!("reading {name}"))?;
            findings.extend(
                find(&text)
                    .into_iter()
                    .map(|finding| format!("{name}: {finding}")),
            );
        }
    }
    Ok(findings)
}

fn page(html: &str) -> Vec<String> {
    tags(html).iter().flat_map(of_tag).collect()
}

fn of_tag(tag: &Tag) -> Vec<String> {
    let mut found = Vec::new();
    let name = &tag.name;
    match name.as_str() {
        "script" if tag.attribute("src").is_none() => found.push("an inline script".to_owned()),
        "style" => found.push("an inline style sheet".to_owned()),
        _ => {}
    }
    for (attribute, value) in &tag.attributes {
        let value = value.trim().to_ascii_lowercase();
        if attribute.starts_with("on") {
            found.push(format!("an inline event handler: <{name} {attribute}>"));
        }
        if attribute == "style" {
            found.push(format!("an inline style: <{name} style>"));
        }
        if value.starts_with("javascript:") {
            found.push(format!("a script in an address: <{name} {attribute}>"));
        }
        let is_remote = ["http:", "https:", "//"]
            .iter()
            .any(|start| value.starts_with(start));
        let loads = attribute == "src" || (attribute == "href" && name == "link");
        if loads && is_remote {
            found.push(format!(
                "something remote: <{name} {attribute}=\"{value}\">"
            ));
        }
    }
    found
}

fn script(text: &str) -> Vec<String> {
    let text = text.replace(['"', '`'], "'");
    let found = FORBIDDEN
        .iter()
        .filter(|(pattern, _)| holds(&text, pattern));
    found
        .map(|(pattern, why)| format!("`{pattern}` {why}"))
        .collect()
}

/// Whether `pattern` is in `text` where a word begins.
fn holds(text: &str, pattern: &str) -> bool {
    text.match_indices(pattern).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|letter| {
            letter.is_alphanumeric() || letter == '_' || letter == '$' || letter == '.'
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_page_and_script_pass() {
        let html = r#"<link rel="stylesheet" href="a.css"><script type="module" src="a.js"></script><a href="https://x/">x</a>"#;
        assert_eq!(page(html), Vec::<String>::new());
        assert_eq!(
            script("import { a } from './a.js'; medieval(1); this.eval(2);"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn inline_and_remote_things_are_found() {
        for html in [
            "<script>x</script>",
            "<style>x</style>",
            "<p style='x'>",
            "<p onclick=x>",
            "<a href='JavaScript:x'>",
            "<script src=https://x/y.js></script>",
            "<link rel=stylesheet href='//x/y.css'>",
        ] {
            assert_eq!(page(html).len(), 1, "{html}");
        }
        for text in [
            "eval(x)",
            "x = new Function(\"y\")",
            "import a from \"https://x/y.js\"",
            "import(`http://x`)",
        ] {
            assert_eq!(script(text).len(), 1, "{text}");
        }
    }
}
