//! Runs every test: native, in wasm in a real browser, and end to end between real browsers.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::build::{self, BuildProfile};
use crate::cargo::cargo;
use crate::command::{self, print_line};
use crate::paths;
use crate::setup;
use crate::test_output::{self, Outcome};
use crate::toolchain::{Purpose, TARGET, Toolchain};
use crate::wasm;

/// Packages whose tests start browsers.
const WITH_BROWSERS: [&str; 2] = ["peerserver", "driver"];

/// Tests with browsers wait for half of their time, on two cores.
const BROWSER_TESTS_AT_A_TIME: &str = "--test-threads=2";

/// How many tests are named that took longest.
const SLOWEST: usize = 10;

/// Runs all tests, or those whose name contains `filter`, after the set-up and build they need.
pub fn all(build_profile: BuildProfile, filter: Option<&str>) -> Result<()> {
    let toolchain = setup::toolchain()?;
    setup::archivers()?;
    setup::notifications()?;
    setup::browsers()?;
    build::all(build_profile)?;

    let mut parts = Vec::new();
    let mut part = |name: &'static str, command: Result<Command>| {
        print_line!("\n== {name}");
        let start = Instant::now();
        let outcome = match command {
            Ok(mut command) => test_output::run(&mut command),
            Err(error) => Outcome::of_error(error),
        };
        if let Some(error) = &outcome.error {
            print_line!("{error:#}");
        }
        parts.push((name, start.elapsed().as_secs(), outcome));
    };
    part("native tests", Ok(native(filter)));
    part("wasm tests in Chromium", in_browser(&toolchain, filter));
    part("end-to-end tests", end_to_end(filter));

    print_line!("\n== summary");
    for version in setup::browser_versions() {
        print_line!("with {version}");
    }
    for (name, seconds, outcome) in &parts {
        let verdict = match outcome.error {
            None => "passed",
            Some(_) => "FAILED",
        };
        print_line!("{verdict} {name} ({seconds} s)");
        for test in &outcome.failed {
            print_line!("    {test}\n        alone: cargo xtask test --fast '{test}'");
        }
        for line in &outcome.output {
            print_line!("        {line}");
        }
        let mut timed: Vec<_> = outcome.timed.iter().collect();
        timed.sort_by(|one, other| other.seconds.total_cmp(&one.seconds));
        for test in timed.into_iter().take(SLOWEST) {
            print_line!("    {:>6.1} s {}", test.seconds, test.name);
        }
    }
    if parts.iter().any(|(_, _, outcome)| outcome.error.is_some()) {
        bail!("tests failed");
    }
    Ok(())
}

fn native(filter: Option<&str>) -> Command {
    let mut command = cargo();
    command.args(["test", "--no-fail-fast", "--workspace"]);
    for package in WITH_BROWSERS {
        command.args(["--exclude", package]);
    }
    command.args(filter);
    command
}

fn end_to_end(filter: Option<&str>) -> Result<Command> {
    let mut command = cargo();
    let ourselves = env::current_exe().context("finding our own program")?;
    let runner = format!(
        "target.'cfg(all())'.runner = ['{}', 'timed-test']",
        ourselves.display()
    );
    command.args(["test", "--no-fail-fast", "--config", &runner]);
    for package in WITH_BROWSERS {
        command.args(["--package", package]);
    }
    let dist = paths::dist();
    command
        .env("PEERSERVER_GATEWAY_DIR", dist.join("gateway"))
        .env("PEERSERVER_DIST", dist)
        .args(filter)
        .args(["--", BROWSER_TESTS_AT_A_TIME]);
    Ok(command)
}

/// Runs a test program and has it tell each test's time, which libtest keeps for nightly compilers.
pub fn timed(program: &Path, arguments: &[&str]) -> Result<()> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .args(["-Zunstable-options", "--report-time"])
        .env("RUSTC_BOOTSTRAP", "1");
    command::run(&mut command)
}

/// `cargo test` for wasm, with ourselves as the runner.
fn in_browser(toolchain: &Toolchain, filter: Option<&str>) -> Result<Command> {
    let ourselves = env::current_exe().context("finding our own program")?;
    let runner = format!(
        "CARGO_TARGET_{}_RUNNER",
        TARGET.replace('-', "_").to_uppercase()
    );
    let mut command = toolchain.cargo("test", Purpose::Test);
    command.env(runner, format!("{} wasm-test", ourselves.display()));
    command.args(["--no-fail-fast", "--lib", "--tests"]);
    for package in tested_in_browser()? {
        command.args(["--package", &package]);
    }
    command.args(filter);
    Ok(command)
}

/// The wasm packages that have tests for a browser: those that depend on `wasm-bindgen-test`.
fn tested_in_browser() -> Result<Vec<String>> {
    let mut found = Vec::new();
    for package in wasm::packages().chain(wasm::LIBRARIES) {
        let file = paths::root()
            .join("extension")
            .join(package)
            .join("Cargo.toml");
        let manifest =
            fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        if manifest.contains("\nwasm-bindgen-test") {
            found.push(package.to_owned());
        }
    }
    Ok(found)
}
