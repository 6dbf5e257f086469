//! What code and product must be like, beyond working: form, size, permissions, nothing remote, nothing inline.

mod circles;
mod documents;
mod files;
mod finding;
mod html;
mod module_graph;
mod modules;
mod permissions;
mod scripts;
mod size;
mod web;

use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, bail};

use finding::Finding;

use crate::build::{self, BuildProfile};
use crate::cargo::cargo;
use crate::command::{print_line, run_aside};
use crate::paths;
use crate::setup;
use crate::toolchain::{Purpose, Toolchain};
use crate::wasm;

/// Runs all checks, after the set-up and build they need.
pub fn all() -> Result<()> {
    let toolchain = setup::toolchain()?;
    setup::linters(&toolchain)?;
    // Linking what ships keeps one core busy for minutes, so the linters run beside it.
    let (built, linted) = thread::scope(|scope| {
        let linted = scope.spawn(|| lint(&toolchain));
        let built = build::all(BuildProfile::Release);
        (built, linted.join())
    });
    built?;
    let Ok(mut findings) = linted else {
        bail!("the linters' thread panicked");
    };
    let dist = paths::dist();
    for (name, check) in CHECKS {
        print_line!("== {name}");
        let found = check(&dist).with_context(|| format!("checking {name}"))?;
        findings.extend(
            found
                .into_iter()
                .map(|finding| format!("{name}: {finding}")),
        );
    }
    if findings.is_empty() {
        print_line!("all checks passed");
        return Ok(());
    }
    for finding in &findings {
        print_line!("  {finding}");
    }
    bail!("{} findings", findings.len())
}

/// Runs what needs no build, and gives what it finds.
fn lint(toolchain: &Toolchain) -> Vec<String> {
    let linters = [
        ("formatting", cargo_fmt()),
        ("clippy, native", clippy_native()),
        ("clippy, wasm", clippy_wasm(toolchain)),
        ("documentation", cargo_doc()),
    ];
    let mut findings = Vec::new();
    for (name, mut command) in linters {
        let outcome = run_aside(&mut command);
        print_line!("== {name}: ended");
        if let Err(error) = outcome {
            findings.push(format!("{name}: {error:#}"));
        }
    }
    findings
}

type Check = fn(&Path) -> Result<Vec<Finding>>;

const CHECKS: [(&str, Check); 7] = [
    ("documents", documents::check),
    ("circles of files", circles::check),
    ("scripts", scripts::check),
    ("wasm imports", modules::check),
    ("sizes", size::check),
    ("permissions", permissions::check),
    ("web files", web::check),
];

fn cargo_fmt() -> Command {
    let mut command = cargo();
    command.args(["fmt", "--all", "--check"]);
    command
}

/// Everything but what only compiles to something in a browser.
fn clippy_native() -> Command {
    let mut command = cargo();
    command.args(["clippy", "--workspace", "--all-targets"]);
    for package in wasm::packages().chain(wasm::LIBRARIES) {
        command.args(["--exclude", package]);
    }
    command.args(["--", "--deny", "warnings"]);
    command
}

/// Broken links and the like.
fn cargo_doc() -> Command {
    let mut command = cargo();
    command
        .args(["doc", "--workspace", "--no-deps"])
        .env("RUSTDOCFLAGS", "--deny warnings");
    command
}

fn clippy_wasm(toolchain: &Toolchain) -> Command {
    let mut command = toolchain.cargo("clippy", Purpose::Lint);
    for package in wasm::packages().chain(wasm::LIBRARIES) {
        command.args(["--package", package]);
    }
    command.args(["--all-targets", "--", "--deny", "warnings"]);
    command
}
