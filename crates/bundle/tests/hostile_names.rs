//! Names that would do harm: each archive is refused with a message that has the name.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails this way, in its helpers too"
)]

mod common;

use bundle::{EntryError, Error, Options, Writer};
use common::raw_zip::{Entry, zip};
use common::small::{INDEX, index, other, refusal};
use common::{exported, head, heads, import, site};

#[test]
fn names_that_lead_out_of_the_site_are_refused_by_name() {
    let long = "x".repeat(300);
    for (name, says) in [
        ("../up.html", "would lead to another folder"),
        ("a/../../up.html", "would lead to another folder"),
        ("./../a", "would lead to another folder"),
        ("/etc/passwd", "does not begin with /"),
        ("C:/boot.ini", "begins with a drive"),
        ("c:evil", "begins with a drive"),
        ("a\\b", "backslash"),
        ("a//b", "empty part"),
        ("a\nb", "control character"),
        ("a\u{0}b", "control character"),
        ("a\u{9f}b", "control character"),
        (".well-known/peerserver/sw.js", "reserved"),
        (&long, "300 bytes long"),
        ("", "needs a name"),
    ] {
        for entry in [
            Entry::stored(name, b""),
            Entry::stored(&format!("{name}/"), b""),
        ] {
            let said = refusal(&[entry]);
            let quoted = format!("{name:?}");
            assert!(said.contains(says) || name.is_empty(), "{name:?}: {said}");
            assert!(
                said.starts_with(quoted.trim_end_matches('"')),
                "{name:?}: {said}"
            );
        }
    }
    assert!(refusal(&[Entry::stored("a/.", b"")]).starts_with("\"a/.\": the path has \".\""));
    let not_utf8 = other().named(b"\xff\xfe.html");
    assert!(refusal(&[not_utf8]).contains("not UTF-8"));
}

#[test]
fn names_that_cannot_stand_side_by_side_are_refused() {
    for (names, says) in [
        (&["a", "a"][..], "\"a\": it is there twice"),
        (
            &["a", "a/b"],
            "\"a\": it is a file, and \"a/b\" needs a folder",
        ),
    ] {
        let entries: Vec<Entry> = names.iter().map(|name| Entry::stored(name, b"")).collect();
        let said = refusal(&entries);
        assert!(said.starts_with(says), "{said}");
    }
}

#[test]
fn a_bundle_whose_names_differ_by_case_only_is_refused() {
    let bundle = exported(&site(&[("public/a", b""), ("public/b", b"")]));
    // "b" becomes "A", wherever it stands.
    let at = |bytes: &[u8]| {
        let found = bytes.windows(8).position(|window| window == b"public/b");
        found.map(|at| at + 7)
    };
    let mut bent = bundle.clone();
    while let Some(place) = at(&bent) {
        bent[place] = b'A';
    }
    let said = import(&bent).unwrap_err().to_string();
    assert!(said.contains("upper and lower case only"), "{said}");
}

#[test]
fn backslashes_lead_nowhere_that_slashes_would_not() {
    for (name, says) in [
        ("..\\up.html", "would lead to another folder"),
        ("a\\..\\..\\up.html", "would lead to another folder"),
        ("\\etc\\passwd", "does not begin with /"),
        ("\\\\server\\share", "does not begin with /"),
        ("C:\\boot.ini", "begins with a drive"),
        ("a\\\\b", "empty part"),
        (".well-known\\peerserver\\sw.js", "reserved"),
        ("index.html\\b", "needs a folder of that name"),
    ] {
        let said = refusal(&[Entry::stored(name, b"").with(|entry| entry.system = 0)]);
        assert!(said.contains(says), "{name:?}: {said}");
    }
}

#[test]
fn a_header_with_another_name_in_its_unicode_path_is_refused() {
    let field = |name: &[u8]| {
        let mut field = vec![0x75, 0x70, 5 + name.len() as u8, 0, 1];
        field.extend(crc32fast::hash(b"other.css").to_le_bytes());
        field.extend(name);
        field
    };
    let entry = |extra: &[u8], local: &[u8]| {
        other().with(|entry| {
            entry.flags = 0;
            (entry.extra, entry.local_extra) = (extra.to_vec(), local.to_vec());
        })
    };
    let (one, two) = (field(b"one.css"), field(b"two.css"));
    for (extra, local) in [(&one[..], &two[..]), (&[], &two)] {
        let said = refusal(&[entry(extra, local)]);
        assert!(said.contains("contradicts"), "{said}");
    }
    for (extra, local) in [(&one[..], &one[..]), (&one, &[])] {
        let found = import(&zip(&[index(), entry(extra, local)])).unwrap();
        assert!(found.contains_key("public/one.css"));
    }
    let escape = entry(&field(b"../up.css"), &[]);
    assert!(refusal(&[escape]).contains("would lead to another folder"));
}

#[test]
fn a_bundle_with_the_settings_of_a_version_control_program_is_refused() {
    for path in [
        "public/.git/config",
        "public/a/.GIT/config",
        "draft/public/.git./config",
        "public/git~1/config",
        "public/.g\u{200c}it/config",
        ".hg/hgrc",
    ] {
        let files = site(&[("public/index.html", INDEX), (path, b"[core]")]);
        let written = Writer::new(
            head(),
            Options {
                draft: true,
                data: true,
            },
            None,
            heads(&files),
        );
        assert_eq!(written.err(), Some(repository(path)), "written: {path}");
        // As another program would write it.
        let list = format!(
            "{{\"format\":1,\"name\":\"shop\",\"published\":null,\"files\":[{{\"path\":{},\"size\":6,\"mediaType\":\"\",\"sha256\":\"{}\"}}]}}",
            serde_json::Value::from(path),
            "0".repeat(64)
        );
        let bundle = zip(&[
            Entry::stored(path, b"[core]"),
            Entry::stored("bundle.json", list.as_bytes()),
        ]);
        assert_eq!(import(&bundle), Err(repository(path)), "read: {path}");
    }
}

fn repository(entry: &str) -> Error {
    Error::Entry {
        entry: entry.to_owned(),
        error: EntryError::Repository,
    }
}
