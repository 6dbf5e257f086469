//! Assembles the product in `dist/`: `extension/` (load it unpacked), `gateway/` (what the rendezvous serves) and the
//! `peerserver` binary with the gateway inside.
//!
//! Files that are not Rust are copied as they are; only the manifest is changed, by the `packaging` crate.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub use crate::build_profile::BuildProfile;
use crate::cargo::{cargo, target_dir};
use crate::command::{print_line, run};
use crate::declarations;
use crate::editor;
use crate::folders::{copy, empty, replace, replace_changed};
use crate::paths;
use crate::setup;
use crate::wasm;
use crate::worker_parts;

/// Which of `extension/`'s folders goes where in `dist/extension/`.
const FOLDERS: [(&str, &str); 6] = [
    ("background", ""),
    ("network", "network"),
    ("box", "box"),
    ("content", "content"),
    ("pages", "pages"),
    ("icons", "icons"),
];

/// What stays behind when a folder is copied: Rust and its surroundings, and the icons' sources.
const NOT_SHIPPED_FOLDERS: [&str; 2] = ["src", "tests"];
const NOT_SHIPPED_ENDINGS: [&str; 5] = ["rs", "toml", "md", "svg", "sh"];

/// The sites that owners can start with. They are data to the extension, and ship whole.
const STARTERS: &str = "starters";

/// What the shell shares with the documents at a site's origin. They are served at both, for neither may load from the
/// other's origin.
const SHARED: [&str; 2] = ["status.css", "status.js"];

/// What loads the rules of cookies: it lies beside the wasm files that `peer` is in.
pub const LAZY: &str = "extension/peer/lazy.js";

/// Builds everything, after the set-up it needs.
pub fn all(build_profile: BuildProfile) -> Result<()> {
    let toolchain = setup::toolchain()?;
    let dist = paths::dist();
    let fresh = dist.join(".next");
    empty(&fresh)?;

    let (extension, gateway) = (fresh.join("extension"), fresh.join("gateway"));
    wasm::build(&toolchain, build_profile, &extension.join("wasm"), &gateway)?;
    let wasm = [
        (extension.join("wasm"), "extension/wasm"),
        (gateway.clone(), "gateway"),
    ];
    declarations::write(&fresh.join("types"), &wasm)?;
    rooms(&extension)?;
    editor::build(build_profile, &extension.join("pages/editor.js"))?;
    copy(&paths::root().join("extension/gateway"), &gateway, ships)?;
    let lazy = paths::root().join(LAZY);
    for folder in [&gateway, &extension.join("wasm")] {
        fs::copy(&lazy, folder.join("lazy.js"))
            .with_context(|| format!("copying {}", lazy.display()))?;
    }
    worker_parts::write(&gateway.join("site"))?;
    for name in SHARED {
        let file = gateway.join("site").join(name);
        fs::copy(&file, gateway.join(name))
            .with_context(|| format!("copying {}", file.display()))?;
    }
    for part in ["extension", "gateway", "types"] {
        replace_changed(&fresh.join(part), &dist.join(part))?;
    }
    fs::remove_dir_all(&fresh).with_context(|| format!("removing {}", fresh.display()))?;
    native(build_profile, &dist)?;
    print_line!("Built {}", dist.display());
    Ok(())
}

/// Copies what is not Rust into the extension's folder and stamps its manifest.
fn rooms(out: &Path) -> Result<()> {
    let rooms = paths::root().join("extension");
    for (room, place) in FOLDERS {
        copy(&rooms.join(room), &out.join(place), ships)?;
    }
    copy(&rooms.join(STARTERS), &out.join(STARTERS), |_, name| {
        is_visible(name)
    })?;
    let manifest = read(&paths::root().join("manifest.json"))?;
    let key = read(&rooms.join("key.pub"))?;
    let stamped = packaging::stamp_manifest(&manifest, env!("CARGO_PKG_VERSION"), key.trim())
        .context("stamping manifest.json")?;
    write(&out.join("manifest.json"), stamped.as_bytes())
}

/// Builds the binary and puts it in its place.
fn native(build_profile: BuildProfile, dist: &Path) -> Result<()> {
    let built = binary(build_profile, Some(&dist.join("gateway")))?;
    let name = format!("peerserver{}", std::env::consts::EXE_SUFFIX);
    // A running copy cannot be written to, but it can be replaced.
    let next = dist.join(format!(".{name}"));
    fs::copy(&built, &next).with_context(|| format!("copying {}", built.display()))?;
    replace(&next, &dist.join(name))
}

/// Builds the binary; its build script embeds the gateway's files, if there are any. Gives the file.
pub fn binary(build_profile: BuildProfile, gateway: Option<&Path>) -> Result<PathBuf> {
    let mut command = cargo();
    command.args(["build", "--package", "peerserver", "--bin", "peerserver"]);
    if let Some(gateway) = gateway {
        command.env("PEERSERVER_GATEWAY_DIR", gateway);
    }
    let profile = match build_profile {
        BuildProfile::Release => {
            command.arg("--release");
            "release"
        }
        BuildProfile::Fast => "debug",
    };
    print_line!("Building the peerserver binary ({profile})");
    run(&mut command)?;
    let name = format!("peerserver{}", std::env::consts::EXE_SUFFIX);
    Ok(target_dir().join(profile).join(name))
}

/// What ships of a room.
fn ships(path: &Path, name: &str) -> bool {
    if path.is_dir() {
        return !NOT_SHIPPED_FOLDERS.contains(&name);
    }
    let ending = path.extension().and_then(|ending| ending.to_str());
    is_visible(name) && !ending.is_some_and(|ending| NOT_SHIPPED_ENDINGS.contains(&ending))
}

fn is_visible(name: &str) -> bool {
    !name.starts_with('.')
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))
}

fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(file, bytes).with_context(|| format!("writing {}", file.display()))
}
