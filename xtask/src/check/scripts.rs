//! The project's JavaScript: its types, by TypeScript and as strictly as that can, and a linter. Messages and what wasm
//! files export are known to it by `dist/types/`, so that a name changed on one side is found on the other.
//!
//! It must not know what the scripts do. Which of them run together, and with what, is said by the
//! `xtask/javascript/*.tsconfig.json`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::finding::Finding;
use crate::command::run;
use crate::npm;
use crate::paths;

/// The ending of the files that name scripts which run together.
const PROGRAM: &str = ".tsconfig.json";

/// Where the scripts are.
const FOLDERS: [&str; 3] = ["crates", "extension", "xtask"];

/// Checks all scripts. What is wrong is printed by the tools.
pub fn check(_: &Path) -> Result<Vec<Finding>> {
    let tools = paths::root().join("xtask/javascript");
    npm::install(&tools)?;
    let mut findings = Vec::new();
    for program in programs(&tools)? {
        let mut tsc = Command::new(npm::program(&tools, "tsc"));
        tsc.arg("--project").arg(&program);
        if run(&mut tsc).is_err() {
            findings.push(format!("TypeScript has complaints: {}", program.display()));
        }
    }
    let mut eslint = Command::new(npm::program(&tools, "eslint"));
    eslint
        .current_dir(paths::root())
        .arg("--config")
        .arg(tools.join("eslint.config.js"))
        .args(FOLDERS);
    if run(&mut eslint).is_err() {
        findings.push("ESLint has complaints".to_owned());
    }
    Ok(findings)
}

fn programs(tools: &Path) -> Result<Vec<PathBuf>> {
    let mut programs = Vec::new();
    for entry in fs::read_dir(tools).with_context(|| format!("reading {}", tools.display()))? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(PROGRAM) {
            programs.push(path);
        }
    }
    programs.sort();
    Ok(programs)
}
