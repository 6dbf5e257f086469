//! What every page of every starter must be like.

use std::collections::BTreeSet;

use layout::Lookup;

use crate::common::Site;
use crate::html::{Tag, tags};

/// Looks at a page that `site` answered with.
pub fn check(site: &Site, html: &str) {
    assert!(html.trim_start().starts_with("<!doctype html>"), "{html}");
    let tags = tags(html);
    let count = |name: &str| tags.iter().filter(|tag| tag.name == name).count();
    for name in ["html", "title", "main", "h1"] {
        assert_eq!(count(name), 1, "{name} in {html}");
    }
    let language = tags.iter().find(|tag| tag.name == "html").unwrap();
    assert_eq!(language.attribute("lang"), Some("en"));
    assert!(
        tags.iter()
            .any(|tag| tag.attribute("name") == Some("viewport"))
    );
    references(&tags, html);
    headings(&tags);
    labels(&tags, html);
    for tag in &tags {
        nothing_inline(tag);
        addresses(site, tag);
        let alone = matches!(tag.name.as_str(), "img") && tag.attribute("alt").is_none();
        assert!(!alone, "{tag:?} has no alt");
    }
}

/// Each id is there once, and what is named is there.
fn references(tags: &[Tag], html: &str) {
    let mut ids = BTreeSet::new();
    for id in tags.iter().filter_map(|tag| tag.attribute("id")) {
        assert!(ids.insert(id), "two have the id {id}: {html}");
    }
    for tag in tags {
        for attribute in ["for", "aria-describedby", "aria-labelledby"] {
            for id in tag
                .attribute(attribute)
                .into_iter()
                .flat_map(str::split_whitespace)
            {
                assert!(ids.contains(id), "{tag:?} names {id}: {html}");
            }
        }
        if let Some(id) = tag.attribute("href").and_then(|to| to.strip_prefix('#')) {
            assert!(ids.contains(id), "{tag:?} leads to {id}: {html}");
        }
    }
}

/// No level of headings is left out.
fn headings(tags: &[Tag]) {
    let mut last = 0;
    for tag in tags {
        let level = tag
            .name
            .strip_prefix('h')
            .and_then(|n| n.parse::<u8>().ok());
        if let Some(level) = level {
            assert!(level <= last + 1, "{tag:?} comes after h{last}");
            last = level;
        }
    }
}

/// Every field has a label: one that names it, or one around it.
fn labels(tags: &[Tag], html: &str) {
    let labelled: BTreeSet<_> = tags.iter().filter_map(|tag| tag.attribute("for")).collect();
    let mut inside = false;
    for tag in tags {
        match tag.name.as_str() {
            "label" => inside = true,
            "/label" => inside = false,
            "input" | "textarea" | "select" => {
                let is_hidden =
                    tag.attribute("type") == Some("hidden") || tag.attribute("hidden").is_some();
                // The boxes of a task list in markdown say nothing by themselves.
                let is_dead = tag.attribute("disabled").is_some();
                let named = tag.attribute("id").is_some_and(|id| labelled.contains(id));
                assert!(is_hidden || is_dead || inside || named, "{tag:?} in {html}");
            }
            _ => {}
        }
    }
}

fn nothing_inline(tag: &Tag) {
    assert_ne!(tag.name, "style");
    let is_inline = tag.name == "script" && tag.attribute("src").is_none();
    assert!(!is_inline, "an inline script");
    for attribute in tag.attributes() {
        let is_inline = attribute == "style" || attribute.starts_with("on");
        assert!(!is_inline, "{tag:?}");
    }
}

/// Where a page leads, what it loads and where its forms go is on the site, and there.
fn addresses(site: &Site, tag: &Tag) {
    for attribute in ["href", "src", "action", "data-live"] {
        let Some(address) = tag.attribute(attribute).filter(|to| !to.starts_with('#')) else {
            continue;
        };
        assert!(
            address.starts_with('/') && !address.starts_with("//"),
            "{tag:?}"
        );
        let is_post = tag.attribute("method") == Some("post");
        let method = if is_post { "POST" } else { "GET" };
        let answers = match site.program.table().lookup(method, address) {
            Lookup::Route(_) => true,
            _ => site
                .files
                .borrow()
                .contains_key(&format!("public{address}")),
        };
        assert!(answers, "nothing answers {tag:?}");
    }
}
