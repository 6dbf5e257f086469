//! Hostile and broken archives: each is refused with a message that names the entry, and none does harm.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails this way, in its helpers too"
)]

mod common;

use bundle::limits::{MAX_ENTRIES, MAX_FILES};
use bundle::{EntryError, Error, Head, Options, Writer};
use common::raw_zip::{Entry, end, zip};
use common::small::{INDEX, index, other, refusal};
use common::{export, exported, head, heads, import, open, site};

#[test]
fn the_archives_made_here_are_good_but_for_what_is_made_wrong() {
    assert_eq!(import(&zip(&[index(), other()])).unwrap().len(), 2);
}

#[test]
fn what_is_no_plain_file_is_refused() {
    for (mode, says) in [
        (0o120_777, "a link"),
        (0o060_644, "neither a file nor a folder"),
        (0o010_644, "neither a file nor a folder"),
        (0o040_755, "neither a file nor a folder"),
    ] {
        let said = refusal(&[other().with(|entry| entry.mode = mode)]);
        assert!(
            said.starts_with("\"other.css\": ") && said.contains(says),
            "{said}"
        );
    }
    let said = refusal(&[Entry::stored("folder/", b"content").with(|entry| entry.mode = 0)]);
    assert!(said.contains("a folder with content"), "{said}");
}

#[test]
fn encrypted_and_unknown_compression_is_refused() {
    let encrypted = refusal(&[other().with(|entry| entry.flags |= 1)]);
    assert!(
        encrypted.contains("\"other.css\": it is encrypted"),
        "{encrypted}"
    );
    for method in [1, 9, 12, 14, 93, 95, 99] {
        let said = refusal(&[other().with(|entry| entry.method = method)]);
        assert!(said.contains(&format!(
            "\"other.css\": it is compressed by method {method}"
        )));
    }
}

#[test]
fn wrong_sizes_checksums_and_bytes_are_refused() {
    type Change = fn(&mut Entry);
    let changes: [(Change, &str); 9] = [
        (|entry| entry.crc ^= 1, "checksum"),
        (|entry| entry.size += 1, "another size"),
        (|entry| entry.size -= 1, "another size"),
        (|entry| entry.packed[5] ^= 0xff, "\"other.css\": "),
        (
            |entry| entry.packed = vec![0xff; entry.packed.len()],
            "damaged",
        ),
        (|entry| entry.packed_size -= 1, "damaged"),
        (|entry| entry.packed_size += 9, "\"other.css\": "),
        (
            |entry| entry.local_name = b"other.js!".to_vec(),
            "contradicts",
        ),
        (|entry| entry.method = 0, "another size"),
    ];
    for (place, (change, says)) in changes.into_iter().enumerate() {
        let said = refusal(&[other().with(change)]);
        assert!(
            said.starts_with("\"other.css\": ") && said.contains(says),
            "{place}: {said}"
        );
    }
    let stored = refusal(&[Entry::stored("a", b"12").with(|entry| entry.crc ^= 1)]);
    assert!(stored.starts_with("\"a\": its checksum"), "{stored}");
}

#[test]
fn bombs_are_refused_before_anything_is_unpacked() {
    let claim = |size: u64| {
        let entry = other().with(|entry| (entry.size, entry.extra) = (u64::MAX, Vec::new()));
        entry.with(|entry| {
            entry.extra = [&[1, 0, 8, 0][..], &size.to_le_bytes()].concat();
        })
    };
    let said = refusal(&[claim(10 << 30)]);
    assert!(
        said.starts_with("\"other.css\": ") && said.contains("zip bomb"),
        "{said}"
    );
    assert!(refusal(&[claim(u64::MAX)]).contains("zip bomb"));
    // Two entries of the same bytes, as in bombs that overlap.
    let second = Entry::stored("b.html", INDEX).with(|entry| entry.offset = Some(0));
    let said = refusal(&[second]);
    assert!(said.contains("also those of another entry"), "{said}");
    // What claims little and unpacks to much is stopped at its claim.
    let much = Entry::deflated("much", &vec![0; 5_000_000]).with(|entry| entry.size = 10);
    let said = refusal(&[much]);
    assert!(
        said.starts_with("\"much\": it has another size than 10 bytes"),
        "{said}"
    );
}

#[test]
fn a_zip_in_a_zip_stays_a_file() {
    let inner = zip(&[Entry::stored("../evil", b"")]);
    let site = import(&zip(&[index(), Entry::stored("inner.zip", &inner)])).unwrap();
    assert_eq!(site["public/inner.zip"].1, inner);
}

#[test]
fn as_many_files_as_allowed_are_read_and_more_are_not() {
    let archive = |count: usize| {
        let mut bytes = Vec::new();
        let mut directory = Vec::new();
        for n in 0..count {
            let one = zip(&[Entry::stored(&format!("f/{n:06}"), b"")]);
            let offset = bytes.len() as u32;
            bytes.extend(&one[..38]);
            let mut record = one[38..one.len() - 22].to_vec();
            record[42..46].copy_from_slice(&offset.to_le_bytes());
            directory.extend(record);
        }
        let (length, offset, count) = (directory.len() as u64, bytes.len() as u64, count as u64);
        bytes.extend(directory);
        let end_64 = bytes.len() as u64;
        bytes.extend(b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\x03\x2d\0\0\0\0\0\0\0\0\0");
        bytes.extend(
            [count, count, length, offset]
                .iter()
                .flat_map(|n| n.to_le_bytes()),
        );
        bytes.extend(b"PK\x06\x07\0\0\0\0");
        bytes.extend(end_64.to_le_bytes());
        bytes.extend([1, 0, 0, 0]);
        bytes.extend(end(u16::MAX, u32::MAX, u32::MAX));
        bytes
    };
    assert_eq!(open(&archive(MAX_FILES)).unwrap().files().len(), MAX_FILES);
    let (files, entries) = (MAX_FILES + 1, MAX_ENTRIES + 1);
    assert_eq!(
        open(&archive(files)).unwrap_err(),
        Error::TooManyFiles(files)
    );
    assert_eq!(
        open(&archive(entries)).unwrap_err(),
        Error::TooManyEntries(entries as u64)
    );
}

#[test]
fn a_bundle_that_is_cut_off_anywhere_is_refused() {
    let bundle = exported(&site(&[
        ("public/a.html", INDEX),
        ("public/b.png", b"\x89PNG"),
    ]));
    for length in 0..bundle.len() {
        let cut = bundle.get(..length).unwrap();
        assert!(import(cut).is_err(), "{length} of {} bytes", bundle.len());
    }
}

#[test]
fn no_changed_byte_gives_another_site() {
    let whole = site(&[("public/a.html", INDEX), ("public/b.png", b"\x89PNG")]);
    let bundle = exported(&whole);
    for at in 0..bundle.len() {
        let mut changed = bundle.clone();
        changed[at] ^= 1 << (at % 8);
        // Times, attributes and versions may change: they are no part of the site.
        if let Ok(found) = import(&changed) {
            assert!(found == whole, "byte {at}");
        }
    }
}

/// The bundle's `bundle.json`, and the bundle of the same files with another.
fn with_manifest(change: impl FnOnce(String) -> String) -> Result<common::Site, Error> {
    let files = [("public/a.html", INDEX), ("public/b.html", b"b")];
    let bundle = exported(&site(&files));
    let json = import_manifest(&bundle);
    let mut entries: Vec<Entry> = files
        .iter()
        .map(|(path, bytes)| Entry::stored(path, bytes))
        .collect();
    entries.push(Entry::deflated("bundle.json", change(json).as_bytes()));
    import(&zip(&entries))
}

fn import_manifest(bundle: &[u8]) -> String {
    use std::io::Read as _;
    let name = b"bundle.json";
    let at = bundle
        .windows(name.len())
        .position(|window| window == name)
        .unwrap();
    let mut json = String::new();
    flate2::read::DeflateDecoder::new(&bundle[at + name.len()..])
        .read_to_string(&mut json)
        .unwrap();
    json
}

#[test]
fn the_list_holds_for_other_zips_of_the_same_files() {
    assert_eq!(with_manifest(|json| json).unwrap().len(), 2);
}

#[test]
fn a_list_that_was_changed_is_refused() {
    let hash = |json: &str| json.split("\"sha256\":\"").nth(1).unwrap()[..64].to_owned();
    for (what, change) in [
        (
            "the name",
            Box::new(|json: String| json.replace("\"shop\"", "\"shap\""))
                as Box<dyn Fn(String) -> String>,
        ),
        (
            "the time",
            Box::new(|json| json.replace("1700000000000", "1700000000001")),
        ),
        (
            "a media type",
            Box::new(|json| json.replacen("\"mediaType\":\"\"", "\"mediaType\":\"a/b\"", 1)),
        ),
        (
            "a hash",
            Box::new(move |json| json.replace(&hash(&json), &"0".repeat(64))),
        ),
    ] {
        assert_eq!(
            with_manifest(change).unwrap_err(),
            Error::Signature,
            "{what}"
        );
    }
    let other_key = "\"publicKey\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"";
    let key = format!("\"publicKey\":\"{}\"", common::key());
    let changed = with_manifest(|json| json.replace(&key, other_key));
    assert_eq!(changed.unwrap_err(), Error::Signature);
    let stripped = with_manifest(|json| json.replace(&format!("{key},"), ""));
    assert_eq!(stripped.unwrap_err(), Error::HalfSigned);
    let newer = with_manifest(|json| json.replace("\"format\":1", "\"format\":2"));
    assert_eq!(
        newer.unwrap_err(),
        Error::NewerFormat { found: 2, known: 1 }
    );
}

#[test]
fn files_that_are_not_the_listed_ones_are_refused_by_name() {
    let bundle = exported(&site(&[("public/a.html", INDEX), ("public/b.html", b"b")]));
    let json = import_manifest(&bundle);
    let list = Entry::deflated("bundle.json", json.as_bytes());
    let file = |path, bytes| Entry::stored(path, bytes);
    let (a, b) = (file("public/a.html", INDEX), file("public/b.html", b"b"));
    for (entries, entry, error) in [
        (
            vec![a.clone(), file("public/b.html", b"c")],
            "public/b.html",
            EntryError::Hash,
        ),
        (vec![a.clone()], "public/b.html", EntryError::Missing),
        (
            vec![a.clone(), b, file("public/c", b"")],
            "public/c",
            EntryError::Unlisted,
        ),
        (
            vec![a, file("public/b.html", b"bb")],
            "public/b.html",
            EntryError::ListedSize {
                listed: 1,
                found: 2,
            },
        ),
    ] {
        let mut entries = entries;
        entries.push(list.clone());
        let expected = Error::Entry {
            entry: entry.to_owned(),
            error,
        };
        assert_eq!(import(&zip(&entries)).unwrap_err(), expected);
    }
}

#[test]
fn litter_that_a_system_adds_to_a_bundle_is_left_out() {
    let bundle = exported(&site(&[("public/a.html", INDEX)]));
    let json = import_manifest(&bundle);
    let archive = zip(&[
        Entry::deflated("shop/bundle.json", json.as_bytes()),
        Entry::stored("shop/public/a.html", INDEX),
        Entry::stored("shop/public/.DS_Store", b"litter"),
        Entry::stored("__MACOSX/shop/public/._a.html", b"litter"),
    ]);
    assert_eq!(import(&archive).unwrap().len(), 1);
    assert_eq!(open(&archive).unwrap().report().left_out.len(), 2);
}

#[test]
fn what_is_no_zip_is_said_to_be_none() {
    for bytes in [&b""[..], b"PK", b"<!doctype html>", &[0; 70_000]] {
        assert_eq!(open(bytes).unwrap_err(), Error::NotZip);
    }
    assert_eq!(open(&end(0, 0, 0)).unwrap_err(), Error::Empty);
    let mut split = end(1, 0, 0);
    split[4] = 1;
    assert_eq!(open(&split).unwrap_err(), Error::Split);
    let mut prefixed = b"MZ and a program".to_vec();
    prefixed.extend(zip(&[index()]));
    assert!(matches!(open(&prefixed), Err(Error::Damaged(_))));
}

#[test]
fn a_signature_of_another_site_does_not_pass() {
    let only = site(&[("public/a", b"x")]);
    let mut writer = Writer::new(
        Head {
            name: "shap".parse().unwrap(),
            ..head()
        },
        Options::default(),
        None,
        heads(&only),
    )
    .unwrap();
    writer.next_file().unwrap();
    writer.write(b"x").unwrap();
    let bundle = export(&only, Options::default(), None, 1).unwrap();
    let json = import_manifest(&bundle);
    let signature = json
        .split("\"signature\":\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let signature = bundle::Signature::from_base64(signature).unwrap();
    let forged = writer.list().unwrap().finish(Some(signature)).unwrap();
    assert_eq!(open(&forged).unwrap_err(), Error::Signature);
}
