//! What is exported comes back, byte for byte.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails this way, in its helpers too"
)]

mod common;

use bundle::{EntryError, Kind, Options, SealedKey, SecretKey, SignatureState};
use common::{Site, export, exported, head, heads, import, key, open, site};
use futures::executor::block_on;
use proptest::prelude::*;

const ALL: Options = Options {
    draft: true,
    data: true,
};

/// Paths in every place of the layout, with few names, so that folders are shared.
fn path() -> impl Strategy<Value = String> {
    let place = prop_oneof![
        Just("public/"),
        Just("public/img/"),
        Just("routes/"),
        Just("templates/a/"),
        Just("data/"),
        Just("draft/public/"),
        Just("draft/data/"),
        Just("archive-2013/routes/"),
        Just(""),
    ];
    let ending = prop_oneof![Just(".html"), Just(".png"), Just(".json"), Just("")];
    (place, "[a-z0-9 ü日_.-]{0,12}[a-z0-9ü日]", ending)
        .prop_map(|(place, name, ending)| format!("{place}{name}{ending}"))
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    let random = prop::collection::vec(any::<u8>(), 0..3000);
    let repeated = (any::<u8>(), 0..200_000usize).prop_map(|(byte, n)| vec![byte; n]);
    prop_oneof![3 => random, 1 => repeated]
}

fn media_type() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z]{1,8}/[a-z+.-]{1,12}(; [a-z]=\"[ -~]{0,9}\")?"
    ]
}

/// A site that a folder can hold.
fn any_site() -> impl Strategy<Value = Site> {
    prop::collection::btree_map(path(), (media_type(), content()), 1..20).prop_filter(
        "a file and a folder of one name",
        |site| {
            site.keys()
                .all(|path| !site.contains_key(path.rsplit_once('/').map_or("", |(f, _)| f)))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_exported_comes_back(site in any_site()) {
        let bundle = exported(&site);
        prop_assert_eq!(import(&bundle).unwrap(), site.clone());
        let opened = open(&bundle).unwrap();
        let report = opened.report();
        prop_assert_eq!(report.kind, Kind::Bundle);
        prop_assert_eq!(report.signature, SignatureState::Valid);
        prop_assert_eq!((report.key, report.published), (head().key, head().published));
        prop_assert_eq!((report.files, report.left_out.len()), (site.len(), 0));
        let bytes: usize = site.values().map(|(_, bytes)| bytes.len()).sum();
        prop_assert_eq!(report.bytes, bytes as u64);
    }

    #[test]
    fn the_same_site_gives_the_same_bytes(site in any_site(), piece in 1..100_000usize) {
        prop_assert!(export(&site, ALL, None, piece).unwrap() == export(&site, ALL, None, 1 << 20).unwrap());
    }
}

#[test]
fn only_the_live_version_is_exported_unless_more_is_asked_for() {
    let all = site(&[
        ("public/a", b"live"),
        ("draft/public/a", b"draft"),
        ("data/rows.json", b"[]"),
        ("draft/data/rows.json", b"[1]"),
    ]);
    let exported = |draft, data| {
        let bundle = export(&all, Options { draft, data }, None, 100).unwrap();
        let paths: Vec<String> = import(&bundle).unwrap().into_keys().collect();
        paths
    };
    assert_eq!(exported(false, false), ["public/a"]);
    assert_eq!(exported(true, false), ["draft/public/a", "public/a"]);
    assert_eq!(exported(false, true), ["data/rows.json", "public/a"]);
    assert_eq!(exported(true, true).len(), 4);
}

#[test]
fn a_key_travels_sealed_and_is_no_file_of_the_site() {
    let secret = SecretKey::from_bytes([42; 32]);
    let sealed =
        SealedKey::seal(&secret, &key(), "open sesame", &[1; bundle::sealed::RANDOM]).unwrap();
    let only = site(&[("public/a", b"x")]);
    let bytes = export(&only, Options::default(), Some(&sealed), 100).unwrap();
    assert_eq!(import(&bytes).unwrap(), only);
    let mut bundle = open(&bytes).unwrap();
    assert!(bundle.report().has_key);
    let found = block_on(bundle.sealed_key()).unwrap().unwrap();
    assert_eq!(found.open(&key(), "open sesame"), Ok(secret));
    assert!(!bytes.windows(32).any(|window| window == [42; 32]));
    let mut without = open(&exported(&only)).unwrap();
    assert_eq!(block_on(without.sealed_key()), Ok(None));
}

#[test]
fn an_unsigned_bundle_is_said_to_be_so() {
    let only = site(&[("public/a", b"x")]);
    let mut unsigned = head();
    unsigned.key = None;
    let mut writer = bundle::Writer::new(unsigned, ALL, None, heads(&only)).unwrap();
    while writer.next_file().unwrap().is_some() {
        writer.write(b"x").unwrap();
    }
    let listed = writer.list().unwrap();
    assert_eq!(listed.statement(), None);
    let bytes = listed.finish(None).unwrap();
    let opened = open(&bytes).unwrap();
    assert_eq!(opened.report().signature, SignatureState::Unsigned);
    assert_eq!(opened.report().key, None);
    assert_eq!(import(&bytes).unwrap(), only);
}

#[test]
fn a_file_that_changes_meanwhile_ends_the_export() {
    let only = site(&[("public/a", b"12345"), ("public/b", b"")]);
    let begin = || {
        let mut writer = bundle::Writer::new(head(), ALL, None, heads(&only)).unwrap();
        writer.next_file().unwrap();
        writer
    };
    let changed = Err(EntryError::Changed(5)).map_err(|error| bundle::Error::Entry {
        entry: "public/a".into(),
        error,
    });
    let mut grown = begin();
    assert_eq!(grown.write(b"123456"), changed);
    let mut shrunk = begin();
    shrunk.write(b"1234").unwrap();
    assert_eq!(shrunk.next_file().map(drop), changed);
}

#[test]
fn a_site_that_no_folder_can_hold_is_refused_before_the_first_byte() {
    for (files, says) in [
        (&["public/a", "public/A"][..], "upper and lower case"),
        (&["public/a", "public/a/b"], "needs a folder of that name"),
        (&["draft/draft/a", "public/a"], "something else"),
        (&["key.json", "public/a"], "something else"),
        (&["bundle.json"], "something else"),
        (&["public/.well-known/peerserver/x"], "reserved"),
        (&["draft/public/a"], "no file"),
    ] {
        let files: Vec<(&str, &[u8])> = files.iter().map(|path| (*path, &b"x"[..])).collect();
        let error = export(&site(&files), Options::default(), None, 1).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
}
