//! `peerserver bundle` as a person uses it: the real binary, real files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails this way, in its helpers too"
)]

#[path = "bundle/foreign.rs"]
mod foreign;
#[path = "bundle/strangers.rs"]
mod strangers;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A desk with a data folder of its own, where nobody's keys are.
struct Desk {
    folder: TempDir,
}

/// What a command said, and whether all was well.
#[derive(Debug)]
struct Said {
    is_well: bool,
    out: String,
    err: String,
}

impl Said {
    /// All was well; what was said.
    #[track_caller]
    fn well(self) -> String {
        assert!(self.is_well && self.err.is_empty(), "{self:?}");
        self.out
    }

    /// It was not, and this is why.
    #[track_caller]
    fn ill(self, why: &str) {
        assert!(!self.is_well && self.err.contains(why), "{why}: {self:?}");
    }
}

impl Desk {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// With a site's tree in `shop`.
    fn with_shop() -> Self {
        let desk = Self::new();
        for (path, content) in [
            ("shop/public/index.html", "<h1>Shop</h1>"),
            ("shop/public/img/ü 1.png", "\u{89}PNG"),
            ("shop/routes/buy.js", "export default () => 'ok'"),
            ("shop/data/rows.json", "[1]"),
            ("shop/site.json", "{}"),
        ] {
            desk.put(path, content);
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_peerserver"));
        command
            .arg("bundle")
            .args(arguments.split_whitespace())
            .current_dir(self.folder.path())
            .env("PEERSERVER_DATA_DIR", self.path("own"))
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &str) -> Said {
        let output = self.command(arguments).output().unwrap();
        Said {
            is_well: output.status.success(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What lies on the desk, PeerServer's own folder aside.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.retain(|name| name != "own");
        names.sort();
        names
    }

    /// Every file below a folder, with its bytes.
    fn tree(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let top = self.path(folder);
        let mut tree = BTreeMap::new();
        let mut waiting = vec![top.clone()];
        while let Some(folder) = waiting.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    waiting.push(path);
                } else {
                    let inside = path.strip_prefix(&top).unwrap().to_owned();
                    tree.insert(inside, fs::read(&path).unwrap());
                }
            }
        }
        tree
    }
}

/// The line of an answer that begins with this word.
#[track_caller]
fn line<'a>(out: &'a str, word: &str) -> &'a str {
    out.lines()
        .find(|line| line.starts_with(word))
        .unwrap_or_else(|| panic!("no {word} in\n{out}"))
}

#[test]
fn what_is_packed_is_unpacked_byte_for_byte() {
    let desk = Desk::with_shop();
    let packed = desk.run("pack shop -o shop.peersite --data").well();
    assert!(line(&packed, "label").contains("shop-"), "{packed}");
    let verified = desk.run("verify shop.peersite").well();
    assert!(verified.contains("every byte is right"), "{verified}");
    assert_eq!(line(&verified, "label"), line(&packed, "label"));
    let inspected = desk.run("inspect shop.peersite").well();
    assert!(inspected.contains("signature    valid"), "{inspected}");
    assert!(
        inspected.contains("13  text/html; charset=utf-8     public/index.html"),
        "{inspected}"
    );
    desk.run("unpack shop.peersite -o again").well();
    let mut again = desk.tree("again");
    assert!(again.remove(Path::new("bundle.json")).is_some());
    assert_eq!(again, desk.tree("shop"));
}

#[test]
fn an_unpacked_bundle_packs_to_the_same_bytes() {
    let desk = Desk::with_shop();
    desk.run("pack shop -o a.peersite --data").well();
    desk.run("unpack a.peersite -o elsewhere").well();
    desk.run("pack elsewhere -o b.peersite --data").well();
    assert!(
        fs::read(desk.path("a.peersite")).unwrap() == fs::read(desk.path("b.peersite")).unwrap()
    );
}

#[test]
fn the_first_pack_makes_a_key_and_the_next_keeps_it() {
    let desk = Desk::with_shop();
    let first = desk.run("pack shop -o a.peersite").well();
    assert!(
        line(&first, "signature").contains("by a new key"),
        "{first}"
    );
    let second = desk.run("pack shop -o b.peersite").well();
    assert!(
        line(&second, "signature").contains("by the key"),
        "{second}"
    );
    assert_eq!(line(&first, "label"), line(&second, "label"));
    let key = desk.path("own/keys/shop.pem");
    let other = desk.run(&format!(
        "pack shop -o c.peersite --name other --key {}",
        key.display()
    ));
    let (first, other) = (first, other.well());
    let fingerprint = |out: &str| line(out, "label").rsplit('-').next().unwrap().to_owned();
    assert_eq!(fingerprint(&first), fingerprint(&other));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            fs::metadata(key).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    desk.run("pack shop -o d.peersite --key nowhere.pem")
        .ill("could not read nowhere.pem");
    desk.put("bad.pem", "no key");
    desk.run("pack shop -o d.peersite --key bad.pem")
        .ill("bad.pem is no site's key");
    assert!(!desk.path("d.peersite").exists());
}

#[test]
fn an_unsigned_bundle_is_said_to_be_one_and_verifies_as_nobodys() {
    let desk = Desk::with_shop();
    let packed = desk.run("pack shop -o shop.peersite --unsigned").well();
    assert!(line(&packed, "signature").contains("none"), "{packed}");
    let inspected = desk.run("inspect shop.peersite").well();
    assert!(
        line(&inspected, "signature").contains("none"),
        "{inspected}"
    );
    desk.run("verify shop.peersite")
        .ill("nobody vouches for it");
    desk.run("pack shop -o b.peersite --unsigned --key a.pem")
        .ill("cannot be used with");
}

#[test]
fn data_and_draft_are_taken_along_only_when_asked_for() {
    let desk = Desk::with_shop();
    desk.put("shop/draft/public/index.html", "new");
    let packed = desk.run("pack shop -o live.peersite").well();
    assert!(
        line(&packed, "left out").contains("2 of draft and data"),
        "{packed}"
    );
    let contents = |file: &str| {
        let out = desk.run(&format!("inspect {file}")).well();
        line(&out, "contents")
            .trim_start_matches("contents")
            .trim()
            .to_owned()
    };
    assert_eq!(contents("live.peersite"), "live version");
    desk.run("pack shop -o all.peersite --draft --data").well();
    assert_eq!(contents("all.peersite"), "live version, draft, data");
}

#[test]
fn a_plain_web_site_and_what_tools_left_in_it() {
    let desk = Desk::new();
    desk.put("My Site/index.html", "x");
    desk.put("My Site/.git/config", "secret");
    desk.put("My Site/css/a.css", "y");
    fs::rename(desk.path("My Site"), desk.path("My-Site")).unwrap();
    let packed = desk.run("pack My-Site -o site.peersite").well();
    assert!(packed.contains("a plain web site"), "{packed}");
    assert!(line(&packed, "left out").contains(".git"), "{packed}");
    assert!(line(&packed, "name").contains("my-site"), "{packed}");
    desk.run("unpack site.peersite -o out").well();
    let paths: Vec<PathBuf> = desk.tree("out").into_keys().collect();
    assert_eq!(
        paths,
        ["bundle.json", "public/css/a.css", "public/index.html"].map(PathBuf::from)
    );
}

#[test]
fn a_corrupted_bundle_is_refused_and_nothing_is_left() {
    let desk = Desk::with_shop();
    desk.run("pack shop -o shop.peersite").well();
    let whole = fs::read(desk.path("shop.peersite")).unwrap();
    let at = whole
        .windows(4)
        .position(|window| window == "\u{89}PNG".as_bytes()[..4].as_ref())
        .unwrap();
    let mut changed = whole.clone();
    changed[at] ^= 1;
    desk.put("changed.peersite", &changed);
    desk.put("cut.peersite", &whole[..whole.len() - 1]);
    desk.put("no.peersite", "<!doctype html>");
    let before = desk.names();
    for (file, why) in [
        ("changed.peersite", "\"public/img/ü 1.png\": its checksum"),
        (
            "cut.peersite",
            "cut.peersite: this is no zip file, or its end is missing",
        ),
        ("no.peersite", "no.peersite: this is no zip file"),
        ("missing.peersite", "could not read missing.peersite"),
    ] {
        desk.run(&format!("verify {file}")).ill(why);
        desk.run(&format!("unpack {file} -o out")).ill(why);
        assert_eq!(desk.names(), before);
    }
    // What stood there before stays.
    desk.put("out/mine", "mine");
    desk.run("unpack changed.peersite -o out --replace")
        .ill("its checksum");
    assert_eq!(desk.tree("out").len(), 1);
    assert_eq!(desk.names().len(), before.len() + 1);
}

#[test]
fn nothing_is_overwritten_without_being_told() {
    let desk = Desk::with_shop();
    desk.run("pack shop -o shop.peersite").well();
    desk.run("pack shop -o shop.peersite")
        .ill("shop.peersite is there already");
    desk.run("pack shop -o shop.peersite --replace").well();
    desk.put("out/mine", "mine");
    desk.run("unpack shop.peersite -o out")
        .ill("out is there already");
    assert_eq!(desk.tree("out").len(), 1);
    desk.run("unpack shop.peersite -o out --replace").well();
    assert!(!desk.path("out/mine").exists() && desk.path("out/public/index.html").exists());
    fs::create_dir(desk.path("empty")).unwrap();
    desk.run("unpack shop.peersite -o empty").well();
    assert_eq!(desk.names(), ["empty", "out", "shop", "shop.peersite"]);
}

#[test]
fn the_sites_key_moves_house_under_a_passphrase() {
    let desk = Desk::with_shop();
    desk.put("passphrase", "open sesame\n");
    desk.put("wrong", "open barley\n");
    desk.put("short", "1234\n");
    desk.run("pack shop -o a.peersite --with-key --passphrase-file short")
        .ill("too short");
    desk.run("pack shop -o a.peersite --with-key")
        .ill("--passphrase-file");
    let packed = desk
        .run("pack shop -o a.peersite --with-key --passphrase-file passphrase")
        .well();
    let inspected = desk.run("inspect a.peersite").well();
    assert!(
        line(&inspected, "contents").contains("the site's key, sealed"),
        "{inspected}"
    );
    let key = fs::read_to_string(desk.path("own/keys/shop.pem")).unwrap();
    fs::remove_dir_all(desk.path("own")).unwrap();
    desk.run("unpack a.peersite -o out --key-to k.pem --passphrase-file wrong")
        .ill("passphrase does not open");
    assert!(!desk.path("out").exists() && !desk.path("k.pem").exists());
    desk.run("unpack a.peersite -o out --key-to k.pem --passphrase-file passphrase")
        .well();
    assert_eq!(fs::read_to_string(desk.path("k.pem")).unwrap(), key);
    let again = desk.run("pack out -o b.peersite --key k.pem").well();
    assert_eq!(line(&again, "label"), line(&packed, "label"));
    // Without the key it would be another site: that has to be wanted, and is said.
    desk.run("pack out -o c.peersite").ill("is of another site");
    let other = desk.run("pack out -o c.peersite --name shop").well();
    assert_ne!(line(&other, "label"), line(&packed, "label"));
    assert!(line(&other, "note").contains("another site's"), "{other}");
    desk.run("unpack b.peersite -o out2 --key-to k2.pem --passphrase-file passphrase")
        .ill("there is no key in it");
}

#[cfg(unix)]
#[test]
fn a_link_in_a_folder_is_refused_by_name() {
    let desk = Desk::with_shop();
    std::os::unix::fs::symlink("/etc/passwd", desk.path("shop/public/passwd")).unwrap();
    desk.run("pack shop -o shop.peersite")
        .ill("shop/public/passwd: it is a link");
    assert_eq!(desk.names(), ["shop"]);
}

#[cfg(unix)]
#[test]
fn interrupted_it_leaves_nothing() {
    let desk = Desk::with_shop();
    // Takes minutes, if it is let.
    let long = fs::File::create(desk.path("shop/public/long.bin")).unwrap();
    long.set_len(64 << 30).unwrap();
    let mut packing = desk
        .command("pack shop -o shop.peersite")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while desk.names().len() < 2 {
        assert!(packing.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
    let id = packing.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let output = packing.wait_with_output().unwrap();
    assert!(!output.status.success());
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("nothing was changed"),
        "{output:?}"
    );
    assert_eq!(desk.names(), ["shop"]);
}
