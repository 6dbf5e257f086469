//! What was found in an archive, in words.

use bundle::{CaseOnly, File, Kind, LeftOut, Report, SignatureState};
use identity::Fingerprint;
use layout::place::ROUTES;
use store::Site;

use super::archive::Made;

use crate::ui::{format, time};

/// How many names of a list are told: the dialog is read at a glance.
const NAMED: usize = 3;

/// What stands in the dialog: a word and what there is to say to it.
pub fn lines(report: &Report) -> Vec<(&'static str, String)> {
    let mut lines = vec![("What it is", kind(report).to_owned())];
    if let Some(name) = &report.name {
        lines.push(("Name", name.to_string()));
    }
    lines.push(("Signature", signature(report)));
    if let Some(published) = report.published {
        lines.push(("Published", time::text(published)));
    }
    let files = format::count(report.files as u64, "file", "files");
    lines.push(("Files", format!("{files}, {}", format::size(report.bytes))));
    lines.push(("With it", with(report)));
    if !report.not_understood.is_empty() {
        let names = report.not_understood.iter().map(ToString::to_string);
        let names = some(names, report.not_understood.len());
        let text = format!("{names}. This PeerServer does not read that; it is kept.");
        lines.push(("Not understood", text));
    }
    if report.by_backslash > 0 {
        let files = format::count(report.by_backslash as u64, "file", "files");
        let text =
            format!("{files} with folders parted by \\, as some Windows programs do. Read as /.");
        lines.push(("Backslashes", text));
    }
    if !report.case_only.is_empty() {
        let pairs = report
            .case_only
            .iter()
            .map(|CaseOnly { path, other }| format!("{path} and {other}"));
        let pairs = some(pairs, report.case_only.len());
        let text = format!(
            "{pairs} differ by upper and lower case only. All are kept here. Many disks cannot keep both, and no export \
             can: rename one."
        );
        lines.push(("Same name", text));
    }
    if !report.left_out.is_empty() {
        let names = report
            .left_out
            .iter()
            .map(|LeftOut { entry, .. }| entry.clone());
        let names = some(names, report.left_out.len());
        lines.push(("Left out", format!("{names}.")));
    }
    lines
}

/// How a bundle compares with the site of its key that is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Published later than what is here, or it is that.
    Current,
    /// What is here was published later. Of a bundle that does not say when it was, this is taken for granted.
    Older,
}

impl Age {
    /// By when both were published, if they were.
    pub fn of(bundle: Option<u64>, here: Option<u64>) -> Self {
        match here <= bundle {
            true => Self::Current,
            false => Self::Older,
        }
    }
}

/// What replacing means, for who chooses it.
pub fn replacing(site: &Site, age: Age, published: Option<u64>) -> String {
    let name = &site.name;
    let replace = match site.is_live() {
        true => {
            format!("Replace “{name}”, which is here: visitors get this instead, at the same link")
        }
        false => format!("Replace “{name}”, which is here"),
    };
    match (age, published) {
        (Age::Current, _) => replace,
        (Age::Older, Some(published)) => format!(
            "{replace}. It is older than what is here: of {}, not of {}",
            time::text(published),
            time::text(site.published.unwrap_or_default())
        ),
        (Age::Older, None) => {
            format!("{replace}. It was never published; what is here was")
        }
    }
}

/// Has the site that an import brings code that runs for its visitors?
pub fn has_code(files: &[File], made: &Made) -> bool {
    let mut made = made.files.iter().map(|(_, path, _)| &**path);
    let mut files = files.iter().map(|file| file.in_site().1);
    made.any(|path| path.starts_with(ROUTES)) || files.any(|path| path.starts_with(ROUTES))
}

/// What hosting the site at once means.
pub fn hosting(has_code: bool) -> &'static str {
    match has_code {
        true => {
            "Host it as soon as it is imported. It has code, which runs in this browser for every visitor"
        }
        false => "Host it as soon as it is imported: visitors get it",
    }
}

/// What becomes of what is imported, where nothing is asked.
pub fn fate(goes_live: bool, has_code: bool) -> &'static str {
    match (goes_live, has_code) {
        (true, false) => "It goes live as soon as it is imported.",
        (true, true) => {
            "It goes live as soon as it is imported, and its code runs in this browser for every visitor."
        }
        (false, _) => "It becomes a draft: publish it when you have looked at it.",
    }
}

/// The same of what cannot be used as it is.
pub fn problems(problems: &[String]) -> Vec<(&'static str, String)> {
    if problems.is_empty() {
        return Vec::new();
    }
    let named = some(problems.iter().cloned(), problems.len());
    vec![(
        "Not usable",
        format!("{named}. It is kept, and does nothing."),
    )]
}

fn kind(report: &Report) -> &'static str {
    match report.kind {
        Kind::Bundle => "A site from a PeerServer",
        Kind::Tree => "A zip of a site’s tree",
        Kind::Web => "A zip of a plain web site",
        Kind::Archive2013 => "A site from the PeerServer of 2013",
    }
}

fn signature(report: &Report) -> String {
    match (report.signature, &report.key) {
        (SignatureState::Valid, Some(key)) => {
            format!("Valid, by the key {}", Fingerprint::of(key))
        }
        _ => "None: anybody may have made this file".to_owned(),
    }
}

fn with(report: &Report) -> String {
    let parts: Vec<&str> = [
        (report.has_live, "the live version"),
        (report.has_draft, "the draft"),
        (report.has_data, "data"),
        (report.has_key, "the site’s key"),
    ]
    .into_iter()
    .filter_map(|(there, what)| there.then_some(what))
    .collect();
    parts.join(", ")
}

/// The first few of these names, and how many there are more.
fn some(names: impl Iterator<Item = String>, all: usize) -> String {
    let named: Vec<String> = names.take(NAMED).collect();
    let rest = all.saturating_sub(named.len());
    let named = named.join(", ");
    match rest {
        0 => named,
        rest => format!("{named} and {} more", format::grouped(rest as u64)),
    }
}

#[cfg(test)]
mod tests {
    use bundle::Why;
    use site::FilePath;

    use super::*;

    #[test]
    fn an_archive_is_described_in_a_few_lines() {
        let report = Report {
            kind: Kind::Web,
            name: None,
            key: None,
            signature: SignatureState::Unsigned,
            published: None,
            top_folder: None,
            files: 12,
            bytes: 3_400_000,
            has_live: true,
            has_draft: false,
            has_data: false,
            has_key: false,
            not_understood: (0..5)
                .map(|n| FilePath::parse(&format!("odd/{n}")).unwrap())
                .collect(),
            left_out: vec![LeftOut {
                entry: ".DS_Store".into(),
                why: Why::Litter,
            }],
            by_backslash: 2,
            case_only: vec![CaseOnly {
                path: "public/a".into(),
                other: "public/A".into(),
            }],
        };
        let lines: Vec<String> = lines(&report)
            .into_iter()
            .map(|(word, text)| format!("{word}: {text}"))
            .collect();
        assert_eq!(
            lines,
            [
                "What it is: A zip of a plain web site",
                "Signature: None: anybody may have made this file",
                "Files: 12 files, 3.4 MB",
                "With it: the live version",
                "Not understood: odd/0, odd/1, odd/2 and 2 more. This PeerServer does not read that; it is kept.",
                "Backslashes: 2 files with folders parted by \\, as some Windows programs do. Read as /.",
                "Same name: public/a and public/A differ by upper and lower case only. All are kept here. Many disks cannot keep both, and no export can: rename one.",
                "Left out: .DS_Store.",
            ]
        );
    }

    #[test]
    fn a_signed_bundle_names_its_key() {
        let key = identity::PublicKey::from([7; 32]);
        let report = Report {
            kind: Kind::Bundle,
            name: None,
            key: Some(key),
            signature: SignatureState::Valid,
            published: None,
            top_folder: None,
            files: 1,
            bytes: 1,
            has_live: true,
            has_draft: true,
            has_data: true,
            has_key: true,
            not_understood: Vec::new(),
            left_out: Vec::new(),
            by_backslash: 0,
            case_only: Vec::new(),
        };
        let fingerprint = Fingerprint::of(&key);
        assert_eq!(
            signature(&report),
            format!("Valid, by the key {fingerprint}")
        );
        assert_eq!(
            with(&report),
            "the live version, the draft, data, the site’s key"
        );
    }

    fn site(published: Option<u64>) -> Site {
        let key = identity::PublicKey::from([7; 32]);
        serde_json::from_value(serde_json::json!({
            "id": Fingerprint::of(&key).to_string(), "name": "shop", "publicKey": key.to_base64(), "created": 1,
            "modified": 1, "hosted": true, "liveVersion": published.map(|_| 1), "published": published,
            "draftChanged": false,
        }))
        .unwrap()
    }

    #[test]
    fn a_bundle_is_older_unless_it_was_published_no_earlier_than_what_is_here() {
        for (bundle, here, age) in [
            (Some(2), Some(1), Age::Current),
            (Some(1), Some(1), Age::Current),
            (Some(1), None, Age::Current),
            (None, None, Age::Current),
            (Some(1), Some(2), Age::Older),
            (None, Some(1), Age::Older),
        ] {
            assert_eq!(Age::of(bundle, here), age, "{bundle:?} {here:?}");
        }
        let site = site(Some(86_400_000));
        assert!(!replacing(&site, Age::Current, Some(0)).contains("older"));
    }
}
