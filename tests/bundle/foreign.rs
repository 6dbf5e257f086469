//! Zips that other programs made.

use std::fs;
use std::path::PathBuf;
#[cfg(unix)]
use std::process::Command;

use crate::{Desk, line};

/// A zip of these empty files, made by the system's own program.
#[cfg(unix)]
fn zipped(desk: &Desk, name: &str, files: &[&str]) -> bool {
    for file in files {
        desk.put(&format!("in/{file}"), "x");
    }
    let archive = desk.path(name);
    let zip = Command::new("zip")
        .arg("-qr")
        .arg(archive)
        .arg(".")
        .current_dir(desk.path("in"))
        .status();
    zip.is_ok_and(|status| status.success())
}

#[cfg(unix)]
#[test]
fn a_disk_is_not_given_names_that_differ_by_case_only() {
    let desk = Desk::new();
    if !zipped(&desk, "case.zip", &["index.html", "A.css", "a.css"]) {
        eprintln!("skipped: there is no zip, or the disk ignores case");
        return;
    }
    let told = desk.run("inspect case.zip").well();
    assert!(
        line(&told, "note").contains("by upper and lower case only"),
        "{told}"
    );
    desk.run("unpack case.zip -o out")
        .ill("by upper and lower case only");
    assert_eq!(desk.names(), ["case.zip", "in"]);
}

#[cfg(unix)]
#[test]
fn the_settings_of_a_version_control_program_reach_no_folder() {
    let desk = Desk::new();
    let files = [
        "index.html",
        ".git/config",
        "a/.GIT/config",
        "git~1/config",
        ".hg/hgrc",
    ];
    if !zipped(&desk, "repository.zip", &files) {
        eprintln!("skipped: there is no zip");
        return;
    }
    desk.run("unpack repository.zip -o out").well();
    let paths: Vec<PathBuf> = desk.tree("out").into_keys().collect();
    assert_eq!(paths, [PathBuf::from("public/index.html")]);
}

#[test]
fn folders_parted_by_backslashes_are_unpacked_as_folders() {
    let desk = Desk::new();
    let zip = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/zips/windows-backslash.zip"
    );
    fs::copy(zip, desk.path("w.zip")).unwrap();
    let told = desk.run("unpack w.zip -o out").well();
    assert!(
        line(&told, "note").contains("2 with folders parted by"),
        "{told}"
    );
    let paths: Vec<PathBuf> = desk.tree("out").into_keys().collect();
    let expected = [
        "public/css/a/b.css",
        "public/img/logo.png",
        "public/index.html",
    ];
    assert_eq!(paths, expected.map(PathBuf::from));
}
