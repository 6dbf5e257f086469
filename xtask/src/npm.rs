//! Packages of npm in the versions of a lock file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{print_line, run};
use crate::setup;

/// Copied when the packages were installed: what is installed is what it names.
const LOCK: &str = "package-lock.json";

/// Installs what the `package-lock.json` in `folder` names, and Node.js before it, unless they are there. No package's
/// install script is run.
pub fn install(folder: &Path) -> Result<()> {
    setup::node()?;
    let lock = fs::read(folder.join(LOCK))
        .with_context(|| format!("reading {}", folder.join(LOCK).display()))?;
    let installed = folder.join("node_modules").join(LOCK);
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    print_line!("Installing the npm packages of {}", folder.display());
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .current_dir(folder);
    run(&mut npm)?;
    fs::write(&installed, lock).with_context(|| format!("writing {}", installed.display()))
}

/// A program of the installed packages.
pub fn program(folder: &Path, name: &str) -> PathBuf {
    folder.join("node_modules/.bin").join(name)
}
