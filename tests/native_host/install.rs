//! `peerserver install` and `uninstall`, in homes of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use native_messaging::{Reply, Request, VERSION};
use peerserver::folders::DATA_DIR_VARIABLE;
use serde_json::{Value, json};

use crate::browser::{Host, chromium_origin, files, peerserver};

/// The manifest's file name.
const FILE: &str = "com.peerserver.host.json";

/// A home that is empty at first.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = peerserver();
        command
            .args(arguments)
            .env("HOME", self.0.path())
            .env_remove("XDG_CONFIG_HOME")
            .env(DATA_DIR_VARIABLE, self.path("data"));
        command
    }

    /// Runs a command that succeeds, and returns its stdout.
    #[track_caller]
    fn run(&self, arguments: &[&str]) -> String {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(arguments).output().unwrap();
        assert!(
            status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&stderr)
        );
        String::from_utf8(stdout).unwrap()
    }

    /// Runs a command that fails, and returns its stderr.
    #[track_caller]
    fn refuse(&self, arguments: &[&str]) -> String {
        let Output { status, stderr, .. } = self.command(arguments).output().unwrap();
        assert!(!status.success(), "{arguments:?}");
        String::from_utf8(stderr).unwrap()
    }
}

#[track_caller]
fn manifest(file: &Path) -> Value {
    let manifest: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    assert_eq!(manifest["name"], "com.peerserver.host");
    assert_eq!(manifest["type"], "stdio");
    let program = Path::new(manifest["path"].as_str().unwrap());
    assert!(program.is_absolute() && program.is_file(), "{program:?}");
    manifest
}

/// Each browser and where it looks in a home on this system.
#[cfg(all(unix, not(target_os = "macos")))]
const PLACES: [(&str, &str); 5] = [
    ("chromium", ".config/chromium/NativeMessagingHosts"),
    ("chrome", ".config/google-chrome/NativeMessagingHosts"),
    ("edge", ".config/microsoft-edge/NativeMessagingHosts"),
    (
        "brave",
        ".config/BraveSoftware/Brave-Browser/NativeMessagingHosts",
    ),
    ("firefox", ".mozilla/native-messaging-hosts"),
];
#[cfg(target_os = "macos")]
const PLACES: [(&str, &str); 5] = [
    (
        "chromium",
        "Library/Application Support/Chromium/NativeMessagingHosts",
    ),
    (
        "chrome",
        "Library/Application Support/Google/Chrome/NativeMessagingHosts",
    ),
    (
        "edge",
        "Library/Application Support/Microsoft Edge/NativeMessagingHosts",
    ),
    (
        "brave",
        "Library/Application Support/BraveSoftware/Brave-Browser/NativeMessagingHosts",
    ),
    (
        "firefox",
        "Library/Application Support/Mozilla/NativeMessagingHosts",
    ),
];

#[test]
fn each_browser_can_be_named_and_its_manifest_comes_and_goes() {
    for (browser, folder) in PLACES {
        let home = Home::new();
        let file = home.path(folder).join(FILE);
        let said = home.run(&["install", "--browser", browser]);
        assert!(
            said.contains(file.to_str().unwrap()) && said.contains("registered"),
            "{said}"
        );
        assert_eq!(
            files(home.0.path()),
            [format!("{folder}/{FILE}")],
            "{browser}"
        );
        let manifest = manifest(&file);
        if browser == "firefox" {
            assert_eq!(
                manifest["allowed_extensions"],
                json!(["peerserver@peerserver.example"])
            );
            assert_eq!(manifest.get("allowed_origins"), None);
        } else {
            assert_eq!(manifest["allowed_origins"], json!([chromium_origin()]));
            assert_eq!(manifest.get("allowed_extensions"), None);
        }
        let modified = fs::metadata(&file).unwrap().modified().unwrap();
        assert!(
            home.run(&["install", "--browser", browser])
                .contains("unchanged")
        );
        assert_eq!(
            fs::metadata(&file).unwrap().modified().unwrap(),
            modified,
            "it was written again"
        );
        assert!(
            home.run(&["uninstall", "--browser", browser])
                .contains("removed")
        );
        assert_eq!(files(home.0.path()), [""; 0]);
        assert!(
            home.run(&["uninstall", "--browser", browser])
                .contains("not there")
        );
    }
}

#[test]
fn browsers_are_found_by_their_folders() {
    let home = Home::new();
    let refused = home.refuse(&["install"]);
    assert!(
        refused.contains("--browser") && refused.contains("firefox"),
        "{refused}"
    );
    let [_, (_, chrome), .., (_, firefox)] = PLACES;
    fs::create_dir_all(home.path(chrome).parent().unwrap()).unwrap();
    fs::create_dir_all(home.path(".mozilla")).unwrap();
    fs::create_dir_all(home.path("Library/Application Support/Firefox")).unwrap();
    assert_eq!(home.run(&["install"]).lines().count(), 2);
    let mut want = [format!("{chrome}/{FILE}"), format!("{firefox}/{FILE}")];
    want.sort();
    assert_eq!(files(home.0.path()), want);
    home.run(&["uninstall"]);
    assert_eq!(files(home.0.path()), [""; 0]);
}

#[test]
fn uninstall_leaves_what_is_not_ours() {
    let home = Home::new();
    let [(_, chromium), .., (_, firefox)] = PLACES;
    home.run(&["install", "--browser", "chromium", "--browser", "firefox"]);
    let other = home.path(chromium).join("com.other.host.json");
    fs::write(&other, "{}").unwrap();
    let same_name = home.path(firefox).join(FILE);
    fs::write(&same_name, r#"{"name":"com.other.host"}"#).unwrap();
    home.run(&["uninstall"]);
    let mut want = [
        format!("{chromium}/com.other.host.json"),
        format!("{firefox}/{FILE}"),
    ];
    want.sort();
    assert_eq!(files(home.0.path()), want);
}

#[test]
fn a_profile_folder_takes_the_place_of_the_home() {
    let home = Home::new();
    let profile = home.path("my profile");
    let profile = profile.to_str().unwrap();
    home.run(&["install", "--profile-dir", profile]);
    assert_eq!(
        files(home.0.path()),
        [format!("my profile/NativeMessagingHosts/{FILE}")]
    );
    manifest(&home.path("my profile/NativeMessagingHosts").join(FILE));
    home.run(&["install", "--profile-dir", profile, "--browser", "firefox"]);
    let [.., (_, firefox)] = PLACES;
    manifest(&home.path(&format!("my profile/{firefox}")).join(FILE));
    home.run(&[
        "uninstall",
        "--profile-dir",
        profile,
        "--browser",
        "brave",
        "--browser",
        "firefox",
    ]);
    assert_eq!(files(home.0.path()), [""; 0]);
}

#[test]
fn a_further_extension_is_let_in_and_served_until_uninstall() {
    let home = Home::new();
    let id = "abcdefghijklmnopabcdefghijklmnop";
    let origin = format!("chrome-extension://{id}/");
    let refused = home.refuse(&[
        "install",
        "--browser",
        "chromium",
        "--extension-id",
        "nonsense",
    ]);
    assert!(refused.contains("nonsense"), "{refused}");
    home.run(&["install", "--browser", "chromium", "--extension-id", id]);
    let [(_, chromium), ..] = PLACES;
    let origins = manifest(&home.path(chromium).join(FILE))["allowed_origins"].clone();
    assert!(
        origins.as_array().unwrap().contains(&json!(origin)),
        "{origins}"
    );

    let data = tempfile::tempdir().unwrap();
    let list = "extension-ids.json";
    fs::copy(home.path("data").join(list), data.path().join(list)).unwrap();
    let mut host = Host::start_in(data, &[&origin]);
    let hello = Request::Hello {
        version: VERSION,
        extension_version: "test".to_owned(),
    };
    assert!(matches!(host.ask(hello), Reply::Hello { .. }));

    home.run(&["uninstall"]);
    assert_eq!(files(home.0.path()), [""; 0]);
    let (status, _) = Host::start_with(&[&origin]).end();
    assert!(!status.success());
}
