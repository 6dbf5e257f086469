//! Installs what a machine lacks, or says exactly what to type. Quick when nothing is missing.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::cargo::cargo;
use crate::command::{output_of, print_line, run};
use crate::paths;
use crate::toolchain::{self, TARGET, Toolchain};

/// Debian's toolchain with the standard library's sources.
const DEBIAN_TOOLCHAIN: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// Compilers for wasm, of Rust and of C, installed if need be.
pub fn toolchain() -> Result<Toolchain> {
    if !toolchain::has_c_tools() {
        if !is_debian() {
            bail!(
                "there is no clang with llvm-ar, which compile SQLite and QuickJS: install LLVM with your system's \
                 package manager"
            );
        }
        install(&["clang", "llvm"])?;
    }
    if let Some(found @ (Toolchain::Prebuilt { sources: true } | Toolchain::BuildStd { .. })) =
        Toolchain::find()
    {
        return Ok(found);
    }
    // Where a download fails, the next way follows.
    if paths::on_path("rustup").is_some() {
        if !toolchain::prebuilt() {
            print_line!("Adding the target {TARGET} to the toolchain");
            let _ = run(Command::new("rustup").args(["target", "add", TARGET]));
        }
        if toolchain::prebuilt() && !toolchain::ordinary_sources() {
            print_line!(
                "Adding the standard library's sources, which make what is shipped smaller"
            );
            let _ = run(Command::new("rustup").args(["component", "add", "rust-src"]));
        }
    }
    if let Some(found) = Toolchain::find() {
        return Ok(found);
    }
    if !is_debian() {
        bail!(
            "no standard library for {TARGET}: install Rust with rustup (https://rustup.rs) and run \
             `rustup target add {TARGET}`"
        );
    }
    if toolchain::sources().is_none() {
        install(&DEBIAN_TOOLCHAIN)?;
    }
    let Some(major) = toolchain::llvm_major() else {
        bail!("/usr/bin/rustc does not answer `-vV`: run `apt-get install --reinstall rustc-web`");
    };
    if Toolchain::find().is_none() {
        install(&[&format!("lld-{major}")])?;
    }
    match Toolchain::find() {
        Some(found) => Ok(found),
        None => bail!(
            "still no compiler for {TARGET}: `rustup target add {TARGET}` has to succeed, or Debian's {} and lld-{major} \
             have to be installed",
            DEBIAN_TOOLCHAIN.join(", ")
        ),
    }
}

/// rustfmt and clippy for native code and for wasm, installed if need be.
pub fn linters(toolchain: &Toolchain) -> Result<()> {
    for (tool, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if output_of(cargo().args([tool, "--version"])).is_none() {
            bail!("`cargo {tool}` does not run: `rustup component add {component}`");
        }
    }
    if toolchain.has_clippy() {
        Ok(())
    } else {
        install(&["rust-web-clippy"])
    }
}

/// A browser: its Debian package, the variable that can name its program, and the program's names, best first.
struct Browser {
    package: &'static str,
    variable: &'static str,
    names: &'static [&'static str],
}

/// Those that tests and `run` start; `driver` looks for them by the same names.
const BROWSERS: [Browser; 2] = [
    Browser {
        package: "chromium",
        variable: "CHROMIUM",
        names: &[
            "chromium",
            "chromium-browser",
            "google-chrome-for-testing",
            "brave-browser",
            "microsoft-edge",
        ],
    },
    Browser {
        package: "firefox-esr",
        variable: "FIREFOX",
        names: &["firefox-esr", "firefox"],
    },
];

impl Browser {
    /// The program that the environment names, which is used whatever is installed.
    fn named(&self) -> Option<PathBuf> {
        std::env::var_os(self.variable)
            .filter(|named| !named.is_empty())
            .map(PathBuf::from)
    }

    /// The program that tests start, if there is one.
    fn program(&self) -> Option<PathBuf> {
        let installed = || self.names.iter().find_map(|name| paths::on_path(name));
        self.named().or_else(installed)
    }

    /// What its program answers to `--version`.
    fn version(&self) -> Option<String> {
        output_of(Command::new(self.program()?).arg("--version"))
    }
}

/// Both browsers, installed if need be, and named with their versions.
pub fn browsers() -> Result<()> {
    let mut missing = Vec::new();
    for browser in &BROWSERS {
        match browser.named() {
            Some(named) if !named.is_file() => {
                let variable = browser.variable;
                bail!("{variable} names {}, which is not there", named.display());
            }
            _ if browser.program().is_some() => {}
            _ if !is_debian() => bail!(
                "none of {} is on the PATH. Install one with your system's package manager, or name the program in {}",
                browser.names.join(", "),
                browser.variable
            ),
            _ => missing.push(browser.package),
        }
    }
    if !missing.is_empty() {
        // A machine's package lists may be months old, and so would be the browsers.
        if is_root() && run(&mut apt(&["update"])).is_err() {
            print_line!("The package lists could not be refreshed; installing what they name");
        }
        install(&missing)?;
    }
    for version in browser_versions() {
        print_line!("Testing with {version}");
    }
    Ok(())
}

/// The browsers that tests start, each as its program names itself.
pub fn browser_versions() -> Vec<String> {
    BROWSERS.iter().filter_map(Browser::version).collect()
}

/// Info-ZIP's programs, by whom what we pack is tested: installed if need be.
pub fn archivers() -> Result<()> {
    for name in ["zip", "unzip"] {
        if paths::on_path(name).is_none() {
            if !is_debian() {
                bail!(
                    "there is no `{name}`: install Info-ZIP's with your system's package manager"
                );
            }
            install(&[name])?;
        }
    }
    Ok(())
}

/// The D-Bus daemon, over which tests are shown system notifications: installed if need be.
pub fn notifications() -> Result<()> {
    if !cfg!(target_os = "linux") || paths::on_path("dbus-daemon").is_some() {
        return Ok(());
    }
    if !is_debian() {
        bail!("there is no `dbus-daemon`: install D-Bus with your system's package manager");
    }
    install(&["dbus-daemon"])
}

/// Node.js with npm, which check the scripts, and against which the engine is measured: installed if need be.
pub fn node() -> Result<()> {
    if ["node", "npm"]
        .iter()
        .any(|name| paths::on_path(name).is_none())
    {
        if !is_debian() {
            bail!(
                "there is no `node` with `npm`: install Node.js with your system's package manager"
            );
        }
        install(&["nodejs", "npm"])?;
    }
    Ok(())
}

/// Installs Debian packages: as root at once, else by naming the command.
fn install(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if !is_root() {
        bail!("missing: {list}. Run `sudo apt-get install {list}` and try again");
    }
    print_line!("Installing {list}");
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend_from_slice(packages);
    // The package lists of a fresh machine may be absent or old.
    if run(&mut apt(&arguments)).is_err() {
        run(&mut apt(&["update"]))?;
        run(&mut apt(&arguments))?;
    }
    Ok(())
}

/// `apt-get`, asking nothing.
fn apt(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(arguments);
    command
}

fn is_debian() -> bool {
    Path::new("/etc/debian_version").is_file() && paths::on_path("apt-get").is_some()
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // Our own process directory belongs to the effective user.
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
