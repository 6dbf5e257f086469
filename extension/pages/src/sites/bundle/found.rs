//! What was found in an archive, in words.

use bundle::{Kind, LeftOut, Report, SignatureState};
use identity::Fingerprint;

use crate::ui::{moment, words};

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
        lines.push(("Published", moment::text(published)));
    }
    let files = words::count(report.files as u64, "file", "files");
    lines.push(("Files", format!("{files}, {}", words::size(report.bytes))));
    lines.push(("With it", with(report)));
    if !report.not_understood.is_empty() {
        let names = report.not_understood.iter().map(ToString::to_string);
        let names = some(names, report.not_understood.len());
        let text = format!("{names}. This PeerServer does not read that; it is kept.");
        lines.push(("Not understood", text));
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
        rest => format!("{named} and {} more", words::grouped(rest as u64)),
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
}
