//! The manifest asks for what `xtask/permissions.json` lists, each with its reason, and for nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::finding::Finding;
use crate::paths;

/// Kind of power → what is asked for → why.
type Reasons = BTreeMap<String, BTreeMap<String, String>>;

/// The manifest's fields that give the extension power, or others power over it.
const LISTS: [&str; 5] = [
    "permissions",
    "optional_permissions",
    "host_permissions",
    "optional_host_permissions",
    "web_accessible_resources",
];

/// Compares the product's manifest with the reasons.
pub fn check(dist: &Path) -> Result<Vec<Finding>> {
    let file = paths::root().join("xtask/permissions.json");
    let reasons =
        fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let reasons: Reasons =
        serde_json::from_str(&reasons).with_context(|| format!("parsing {}", file.display()))?;
    let manifest =
        fs::read_to_string(dist.join("extension/manifest.json")).context("reading the manifest")?;
    let manifest: Value = serde_json::from_str(&manifest).context("parsing the manifest")?;
    Ok(compare(&asked(&manifest), &reasons))
}

fn compare(asked: &BTreeMap<String, BTreeSet<String>>, reasons: &Reasons) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (kind, names) in asked {
        for name in names {
            match reasons.get(kind).and_then(|reasons| reasons.get(name)) {
                None => findings.push(format!(
                    "the manifest has `{name}` in {kind}; permissions.json gives no reason"
                )),
                Some(reason) if reason.trim().is_empty() => {
                    findings.push(format!("{kind}: `{name}` has an empty reason"))
                }
                Some(_) => {}
            }
        }
    }
    for (kind, reasons) in reasons {
        for name in reasons.keys() {
            if !asked.get(kind).is_some_and(|names| names.contains(name)) {
                findings.push(format!(
                    "permissions.json explains `{name}` in {kind}; the manifest does not ask for it"
                ));
            }
        }
    }
    findings
}

/// All powers of a manifest, by kind.
fn asked(manifest: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for kind in LISTS {
        for entry in manifest
            .get(kind)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            all.entry(kind.to_owned()).or_default().extend(named(entry));
        }
    }
    for script in manifest
        .get("content_scripts")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        all.entry("content_scripts".to_owned())
            .or_default()
            .extend(strings(script.get("matches")));
    }
    // Where these are present at all, they open a door.
    for kind in ["externally_connectable", "sandbox"] {
        if let Some(value) = manifest.get(kind) {
            all.entry(kind.to_owned())
                .or_default()
                .insert(value.to_string());
        }
    }
    let policy = manifest
        .pointer("/content_security_policy/extension_pages")
        .and_then(Value::as_str);
    all.entry("content_security_policy".to_owned())
        .or_default()
        .extend(policy.map(str::to_owned));
    all
}

/// The names in an entry: itself, or `resource for pattern` of a web accessible resource.
fn named(entry: &Value) -> Vec<String> {
    if let Some(name) = entry.as_str() {
        return vec![name.to_owned()];
    }
    let patterns: Vec<String> = strings(entry.get("matches"));
    strings(entry.get("resources"))
        .iter()
        .flat_map(|resource| {
            patterns
                .iter()
                .map(move |pattern| format!("{resource} for {pattern}"))
        })
        .collect()
}

fn strings(list: Option<&Value>) -> Vec<String> {
    let entries = list.and_then(Value::as_array).into_iter().flatten();
    entries
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reasons(value: Value) -> Reasons {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_is_asked_and_what_is_explained_must_agree() {
        let manifest = json!({
            "permissions": ["storage"],
            "web_accessible_resources": [{ "resources": ["a.html"], "matches": ["http://x/*"] }],
        });
        let asked = asked(&manifest);
        let good = json!({ "permissions": { "storage": "why" }, "web_accessible_resources": { "a.html for http://x/*": "why" } });
        assert_eq!(compare(&asked, &reasons(good)), Vec::<String>::new());
        let bad = json!({ "permissions": { "storage": "", "tabs": "why" } });
        let findings = compare(&asked, &reasons(bad));
        assert_eq!(findings.len(), 3, "{findings:?}");
    }
}
