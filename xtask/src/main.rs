//! Set up, build, run, test and measure PeerServer: `cargo xtask <command>`.
//!
//! Plain Rust in place of scripts, so that the only tool a machine needs at the start is cargo. This file reads the
//! command line and nothing else; every command is a module of its own name.

mod bench;
mod build;
mod build_profile;
mod cargo;
mod check;
mod command;
mod declarations;
mod dev;
mod editor;
mod folders;
mod npm;
mod paths;
mod run;
mod sample;
mod serve;
mod setup;
mod test;
mod test_output;
mod toolchain;
mod wasm;
mod wasm_test;
mod worker_parts;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::build::BuildProfile;
use crate::command::print_line;

const HELP: &str = "\
cargo xtask <command>

  setup             install what is missing: the wasm target, the browsers, zip, unzip and D-Bus
  build [--fast]    build the extension, the gateway and the peerserver binary into dist/
  run [--once] [--port N] [--fast]
                    host a sample site in one browser and visit it from another, until Ctrl-C
                    (--once: end after the visitor's page was checked)
  dev [--port N]    the same, and after each change of a source: build it, reload the extension and the page
  test [--fast] [FILTER]
                    run every test, or those whose name contains FILTER
  bench [NAME…] [--json FILE] [--fast]
                    measure the whole path in real browsers, and bundles on disk, each figure beside its
                    baseline
  check             formatting, clippy on native and wasm code, and what dist/ must be like

--fast builds quickly, larger and slower; for development.

Environment: CARGO_TARGET_DIR (where cargo builds), PEERSERVER_DIST (in place of ./dist)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_line!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the command that `arguments` (without the program's name) ask for.
fn dispatch(arguments: &[String]) -> Result<()> {
    let mut words = arguments.iter().map(String::as_str);
    let command = words.next().unwrap_or("help");
    let rest: Vec<&str> = words.collect();
    match command {
        "setup" => {
            no_more(&rest)?;
            setup::toolchain()?;
            setup::archivers()?;
            setup::notifications()?;
            setup::browsers()
        }
        "build" => {
            let (build_profile, rest) = build_profile(&rest);
            no_more(rest)?;
            build::all(build_profile)
        }
        "run" => run::main_job(run::Wish::read(&rest)?),
        "dev" => run::main_job(run::Wish::read_dev(&rest)?),
        "test" => {
            let (build_profile, rest) = build_profile(&rest);
            let (filter, rest) = rest.split_at(rest.len().min(1));
            no_more(rest)?;
            test::all(build_profile, filter.first().copied())
        }
        "bench" => bench::run(&rest),
        "check" => {
            no_more(&rest)?;
            check::all()
        }
        // Cargo calls these two: see `test`.
        "timed-test" => match rest.as_slice() {
            [program, arguments @ ..] => test::timed(Path::new(program), arguments),
            [] => bail!("timed-test needs a program"),
        },
        "wasm-test" => match rest.as_slice() {
            [wasm, arguments @ ..] => wasm_test::run(Path::new(wasm), arguments),
            [] => bail!("wasm-test needs a file"),
        },
        "help" | "--help" | "-h" => {
            print_line!("{HELP}");
            Ok(())
        }
        other => bail!("there is no command `{other}`\n\n{HELP}"),
    }
}

fn build_profile<'a, 'b>(rest: &'a [&'b str]) -> (BuildProfile, &'a [&'b str]) {
    match rest {
        ["--fast", rest @ ..] => (BuildProfile::Fast, rest),
        rest => (BuildProfile::Release, rest),
    }
}

fn no_more(rest: &[&str]) -> Result<()> {
    match rest {
        [] => Ok(()),
        other => bail!("unexpected `{}`", other.join(" ")),
    }
}
