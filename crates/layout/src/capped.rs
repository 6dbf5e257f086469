//! The limits of a site that came from elsewhere: its `site.json` may ask for less than usual, and for more only once
//! its owner here allows it.

use serde_json::{Map, Value};

use crate::{Limits, SiteJson};

/// A limit that a `site.json` sets higher than it usually is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raised {
    /// Its name in `site.json`.
    pub name: &'static str,
    /// What the site asks for.
    pub wanted: u64,
    /// What sites have that ask for nothing.
    pub usual: u64,
}

/// The name in `site.json` of the object with the limits.
const LIMITS: &str = "limits";

/// What these limits have above the usual ones.
pub fn raised(limits: &Limits) -> Vec<Raised> {
    let usual = named(&Limits::default());
    let pairs = named(limits).into_iter().zip(usual);
    pairs
        .filter(|((_, wanted), (_, usual))| wanted > usual)
        .map(|((name, wanted), (_, usual))| Raised {
            name,
            wanted,
            usual,
        })
        .collect()
}

/// The same `site.json` with no limit above the usual; `None` if it has none, or is wrong, which is said where it is
/// read.
pub fn capped(site_json: &[u8]) -> Option<Vec<u8>> {
    let parsed = SiteJson::parse(site_json).ok()?;
    let raised = raised(&parsed.limits);
    if raised.is_empty() {
        return None;
    }
    let mut whole = serde_json::to_value(&parsed).ok()?;
    let limits: &mut Map<String, Value> = whole.get_mut(LIMITS)?.as_object_mut()?;
    for limit in raised {
        limits.insert(limit.name.to_owned(), limit.usual.into());
    }
    serde_json::to_vec(&whole).ok()
}

/// All limits by their names in `site.json`. Taking the struct apart keeps a new one from being forgotten.
fn named(limits: &Limits) -> [(&'static str, u64); 10] {
    let Limits {
        cpu_ms,
        deadline_seconds,
        memory_mib,
        body_mib,
        output_mib,
        file_writes_mib,
        files_mib,
        concurrency,
        queue,
        streams,
    } = *limits;
    [
        ("cpuMs", cpu_ms),
        ("deadlineSeconds", deadline_seconds),
        ("memoryMiB", memory_mib),
        ("bodyMiB", body_mib),
        ("outputMiB", output_mib),
        ("fileWritesMiB", file_writes_mib),
        ("filesMiB", files_mib),
        ("concurrency", concurrency),
        ("queue", queue),
        ("streams", streams),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_site_json() {
        let json = serde_json::to_value(Limits::default()).unwrap();
        for (name, value) in named(&Limits::default()) {
            assert_eq!(json[name], value, "{name}");
        }
        assert_eq!(json.as_object().unwrap().len(), 10);
    }

    #[test]
    fn what_is_above_the_usual_is_capped_and_all_else_stays() {
        let json = br#"{"title": "Shop", "settings": {"singlePageFallback": "index.html"},
            "limits": {"memoryMiB": 128, "concurrency": 16, "queue": 3}}"#;
        let capped = SiteJson::parse(&capped(json).unwrap()).unwrap();
        let mut expected = SiteJson::parse(json).unwrap();
        let usual = Limits::default();
        expected.limits.memory_mib = usual.memory_mib;
        expected.limits.concurrency = usual.concurrency;
        assert_eq!(capped, expected);
        assert_eq!(capped.limits.queue, 3);
    }

    #[test]
    fn what_asks_for_no_more_than_usual_stays_as_it_is() {
        for json in [
            &b"{}"[..],
            br#"{"limits": {"cpuMs": 1}}"#,
            b"no json",
            b"[]",
        ] {
            assert_eq!(capped(json), None);
        }
    }

    #[test]
    fn what_is_raised_is_named_with_both_values() {
        let limits = Limits {
            cpu_ms: 10_000,
            ..Limits::default()
        };
        let expected = Raised {
            name: "cpuMs",
            wanted: 10_000,
            usual: 1_000,
        };
        assert_eq!(raised(&limits), [expected]);
    }
}
