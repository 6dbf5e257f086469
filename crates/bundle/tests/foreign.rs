//! What others made: plain zips of web sites, archives of 2013; and others' tools on what we made.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails this way, in its helpers too"
)]

mod common;

use std::process::Command;

use bundle::{Kind, SignatureState, Why};
use common::raw_zip::{Entry, zip};
use common::{exported, import, open, site};

#[test]
fn a_zip_of_a_web_site_becomes_its_public_files() {
    let archive = zip(&[
        Entry::stored("my-site/", b"").with(|entry| entry.mode = 0o040_755),
        Entry::deflated("my-site/index.html", b"<h1>\xc3\xa9</h1>"),
        Entry::stored("my-site/\u{fc}.css", b"a{}").with(|entry| entry.flags = 0),
        Entry::stored("my-site/caf\u{e9}.txt", b"x")
            .named(b"my-site/caf\x82.txt")
            .with(|entry| entry.flags = 0),
        Entry::stored("my-site/.DS_Store", b"litter"),
        Entry::stored("__MACOSX/my-site/._index.html", b"litter"),
    ]);
    let found = import(&archive).unwrap();
    let paths: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "public/caf\u{e9}.txt",
            "public/index.html",
            "public/\u{fc}.css"
        ]
    );
    assert_eq!(found["public/index.html"].1, "<h1>é</h1>".as_bytes());
    let opened = open(&archive).unwrap();
    let report = opened.report();
    assert_eq!(report.kind, Kind::Web);
    assert_eq!(report.top_folder.as_deref(), Some("my-site"));
    assert_eq!(
        (report.name.as_ref(), report.signature),
        (None, SignatureState::Unsigned)
    );
    assert!(report.left_out.iter().all(|left| left.why == Why::Litter));
    assert_eq!(report.left_out.len(), 2);
}

/// An archive of `tests/fixtures/zips`, made by other systems.
fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/zips");
    std::fs::read(std::path::Path::new(folder).join(name)).unwrap()
}

fn paths(archive: &[u8]) -> Vec<String> {
    import(archive).unwrap().into_keys().collect()
}

#[test]
fn folders_that_windows_parted_by_backslashes_are_folders_and_the_report_tells() {
    let archive = fixture("windows-backslash.zip");
    let expected = [
        "public/css/a/b.css",
        "public/img/logo.png",
        "public/index.html",
    ];
    assert_eq!(paths(&archive), expected);
    assert_eq!(open(&archive).unwrap().report().by_backslash, 2);
    let dos = |name: &str| Entry::stored(name, b"").with(|entry| entry.system = 0);
    let archive = zip(&[dos("s\\"), dos("s\\index.html"), dos("s\\a\\b.css")]);
    assert_eq!(paths(&archive), ["public/a/b.css", "public/index.html"]);
    assert_eq!(open(&archive).unwrap().report().by_backslash, 2);
}

#[test]
fn parts_of_a_name_that_mean_nothing_fall_away() {
    let archive = fixture("dot-slash.zip");
    assert_eq!(paths(&archive), ["public/a/b.html", "public/index.html"]);
    assert_eq!(open(&archive).unwrap().report().by_backslash, 0);
    let archive = zip(&[
        Entry::stored("./", b"").with(|entry| entry.mode = 0o040_755),
        Entry::stored("./index.html", b"x"),
    ]);
    assert_eq!(paths(&archive), ["public/index.html"]);
}

#[test]
fn a_name_in_the_unicode_path_field_is_the_name() {
    let archive = fixture("unicode-path-extra.zip");
    assert_eq!(
        paths(&archive),
        ["public/caf\u{e9}.html", "public/index.html"]
    );
    // The same field for another name is ignored.
    let mut unfit = archive.clone();
    let crc = crc32fast::hash(b"caf_.html").to_le_bytes();
    let mut places = Vec::new();
    for at in 0..unfit.len() - 4 {
        if unfit[at..at + 4] == crc {
            places.push(at);
        }
    }
    assert_eq!(places.len(), 2);
    for at in places {
        unfit[at] ^= 1;
    }
    assert_eq!(paths(&unfit), ["public/caf_.html", "public/index.html"]);
}

#[test]
fn a_plain_zip_with_names_that_differ_by_case_only_is_a_site_and_no_disk_has_to_hold_it() {
    let archive = zip(&[
        Entry::stored("index.html", b"x"),
        Entry::stored("A.css", b"y"),
        Entry::stored("a.css", b"z"),
    ]);
    let expected = ["public/A.css", "public/a.css", "public/index.html"];
    assert_eq!(paths(&archive), expected);
    let opened = open(&archive).unwrap();
    let told = &opened.report().case_only;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (&*told[0].path, &*told[0].other),
        ("public/a.css", "public/A.css")
    );
    let refused = opened.report().fits_any_disk().unwrap_err().to_string();
    assert!(refused.contains("upper and lower case only"), "{refused}");
    assert_eq!(
        open(&zip(&[Entry::stored("a", b"")]))
            .unwrap()
            .report()
            .fits_any_disk(),
        Ok(())
    );
}

#[test]
fn repositories_of_version_control_stay_out_of_what_is_imported() {
    let archive = zip(&[
        Entry::stored("s/index.html", b"x"),
        Entry::stored("s/.git/config", b"[core]\nfsmonitor = evil"),
        Entry::stored("s/a/.GIT/config", b"y"),
        Entry::stored("s/GIT~1/config", b"y"),
        Entry::stored("s/.g\u{200c}it/config", b"y"),
        Entry::stored("s/.hg/hgrc", b"y"),
    ]);
    assert_eq!(paths(&archive), ["public/index.html"]);
    assert_eq!(open(&archive).unwrap().report().left_out.len(), 5);
    // In a site's own tree as well.
    let archive = zip(&[
        Entry::stored("public/index.html", b"x"),
        Entry::stored(".git/config", b"y"),
    ]);
    assert_eq!(paths(&archive), ["public/index.html"]);
}

#[test]
fn a_zip_of_a_sites_tree_is_taken_as_it_is() {
    let archive = zip(&[
        Entry::stored("public/index.html", b"x"),
        Entry::stored("routes/a.js", b"y"),
        Entry::stored("README.md", b"z"),
        Entry::stored("key.json", b"{}"),
    ]);
    let opened = open(&archive).unwrap();
    let report = opened.report();
    assert_eq!((report.kind, report.files), (Kind::Tree, 3));
    let unread: Vec<&str> = report
        .not_understood
        .iter()
        .map(|path| path.as_str())
        .collect();
    assert_eq!(unread, ["README.md"]);
    assert_eq!(
        report.left_out.first().map(|left| left.why),
        Some(Why::OwnName)
    );
    assert!(!report.has_key, "nobody vouches for that key");
}

#[test]
fn an_archive_of_2013_brings_its_files_and_keeps_the_rest_for_its_engine() {
    let route = br#"{"routePath":"/add/<what>","routeCode":"return what"}"#;
    let archive = zip(&[
        Entry::deflated("live_version/index.html", "×".as_bytes()),
        Entry::stored("live_version/logo.png", b"\x89PNG"),
        Entry::deflated("live_version/add.route.js", route),
        Entry::deflated("live_version/list.handlebars", b"{{#each rows}}{{/each}}"),
        Entry::deflated("edited_version/index.html", b"new"),
        Entry::deflated("database.db", b"[]"),
    ]);
    let found = import(&archive).unwrap();
    let paths: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "archive-2013/database.json",
            "archive-2013/routes/add.route.js",
            "archive-2013/templates/list.handlebars",
            "draft/public/index.html",
            "public/index.html",
            "public/logo.png",
        ]
    );
    assert_eq!(found["archive-2013/routes/add.route.js"].1, route);
    assert_eq!(found["public/index.html"].1, "×".as_bytes());
    let opened = open(&archive).unwrap();
    let report = opened.report();
    assert_eq!(report.kind, Kind::Archive2013);
    assert!(report.has_live && report.has_draft && report.has_data);
    assert!(report.not_understood.is_empty() && report.left_out.is_empty());
}

#[test]
fn a_bundle_unpacked_and_zipped_again_by_other_tools_is_still_the_bundle() {
    let Some((folder, bundle)) = unzipped() else {
        return;
    };
    let zipped = Command::new("zip")
        .args(["-qr", "again.zip", "shop"])
        .current_dir(folder.path())
        .status();
    if !zipped.is_ok_and(|status| status.success()) {
        eprintln!("skipped: there is no zip");
        return;
    }
    let again = std::fs::read(folder.path().join("again.zip")).unwrap();
    assert_eq!(import(&again).unwrap(), import(&bundle).unwrap());
    let opened = open(&again).unwrap();
    assert_eq!(opened.report().signature, SignatureState::Valid);
    assert_eq!(opened.report().top_folder.as_deref(), Some("shop"));
}

#[test]
fn info_zip_finds_every_bundle_in_order() {
    unzipped();
}

/// A bundle of all sorts of files, tested and unpacked by Info-ZIP to the folder `shop`; `None` without that.
fn unzipped() -> Option<(tempfile::TempDir, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("public/index.html", "<p>é</p>".repeat(10_000).into_bytes()),
        ("public/a b/\u{fc} \u{65e5}.txt", b"unicode".to_vec()),
        ("public/empty", Vec::new()),
        (
            "public/noise.png",
            (0..100_000u32)
                .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
                .collect(),
        ),
        ("draft/site.json", b"{}".to_vec()),
    ];
    let borrowed: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, bytes)| (*path, &bytes[..]))
        .collect();
    let bundle = exported(&site(&borrowed));
    std::fs::write(folder.path().join("shop.peersite"), &bundle).unwrap();
    let unzip = |arguments: &[&str]| {
        Command::new("unzip")
            .args(arguments)
            .arg("shop.peersite")
            .args(["-d", "shop"])
            .env("LC_ALL", "C.UTF-8")
            .current_dir(folder.path())
            .output()
    };
    let Ok(tested) = Command::new("unzip")
        .args(["-tq", "shop.peersite"])
        .current_dir(folder.path())
        .output()
    else {
        eprintln!("skipped: there is no unzip");
        return None;
    };
    assert!(tested.status.success(), "{tested:?}");
    assert!(unzip(&["-q"]).unwrap().status.success());
    for (path, bytes) in files {
        let found = std::fs::read(folder.path().join("shop").join(path));
        assert!(found.is_ok_and(|found| found == bytes), "{path}");
    }
    Some((folder, bundle))
}
