//! Finds the compiler for `wasm32-unknown-unknown`.
//!
//! Two ways, because not every machine can download a target:
//!
//! - **Prebuilt**: the ordinary toolchain has the target's standard library (`rustup target add`).
//! - **Built here**: Debian's `rustc-web` and `rust-web-src` have the sources of the standard library, which cargo
//!   builds with the rest (`-Zbuild-std`, hence `RUSTC_BOOTSTRAP`).
//!
//! What is shipped is made smaller by building the standard library in either way, if its sources are there (`rustup
//! component add rust-src`): its own small forms, and panics that abort without a message. Everything else keeps the
//! messages.
//!
//! Both abort on panic: the prebuilt library can do no other, and gloo's closures are not unwind-safe.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::{cargo, target_dir};
use crate::command::output_of;
use crate::paths;

/// The target of everything that runs in a browser.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's toolchain, never the one that is first on the `PATH`.
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_RUSTDOC: &str = "/usr/bin/rustdoc";
const DEBIAN_CLIPPY: &str = "/usr/bin/cargo-clippy";

/// What compiles C for the target: the variable that can name the program (the `cc` crate's), and its usual name.
const C_TOOLS: [(&str, &str); 2] = [
    ("CC_wasm32_unknown_unknown", "clang"),
    ("AR_wasm32_unknown_unknown", "llvm-ar"),
];

/// SQLite's and QuickJS's parts of a C library have inner functions of the same names and other shapes
/// (`crates/script`, "In wasm"): SQLite's get others.
const C_FLAGS: &str = "-D__floatscan=sqlite_floatscan -D__shgetc=sqlite_shgetc -D__shlim=sqlite_shlim \
    -D__toread=sqlite_toread -D__uflow=sqlite_uflow";

/// The compiler's flags for what is shipped: no texts of panics, nor the code that would put them together.
const SMALL: &str = "-Zunstable-options -Cpanic=immediate-abort";

/// A way to compile for [`TARGET`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Toolchain {
    /// The toolchain that runs us has the target's standard library.
    Prebuilt {
        /// Does it have the library's sources as well?
        sources: bool,
    },
    /// Debian's toolchain builds the standard library from source and links with this linker.
    BuildStd {
        /// LLVM's wasm linker.
        linker: PathBuf,
    },
}

/// What cargo is asked to make; each kind of standard library needs a target directory of its own, or cargo finds two
/// copies of `core` in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The product as it is shipped.
    Ship,
    /// The product while developing.
    Build,
    /// Test programs, whose standard library includes `test`.
    Test,
    /// Lints; nothing is linked.
    Lint,
}

impl Toolchain {
    /// Looks at this machine; `None` when neither way is complete. Takes some 100 ms and changes nothing.
    pub fn find() -> Option<Self> {
        if prebuilt() {
            return Some(Self::Prebuilt {
                sources: ordinary_sources(),
            });
        }
        let linker = linker()?;
        let complete = Path::new(DEBIAN_CARGO).is_file() && sources().is_some();
        complete.then_some(Self::BuildStd { linker })
    }

    /// The target directory for `purpose`.
    pub fn target_dir(&self, purpose: Purpose) -> PathBuf {
        let name = match (self, purpose) {
            (Self::Prebuilt { sources: true }, Purpose::Ship) => "wasm-ship",
            (Self::Prebuilt { .. }, _) => return target_dir(),
            (Self::BuildStd { .. }, Purpose::Ship) => "wasm-std-ship",
            (Self::BuildStd { .. }, Purpose::Build) => "wasm-std",
            (Self::BuildStd { .. }, Purpose::Test) => "wasm-std-test",
            (Self::BuildStd { .. }, Purpose::Lint) => "wasm-std-lint",
        };
        target_dir().join(name)
    }

    /// `cargo <subcommand> --target wasm32-unknown-unknown` with everything this way needs.
    pub fn cargo(&self, subcommand: &str, purpose: Purpose) -> Command {
        let mut command = match self {
            Self::Prebuilt { .. } => cargo(),
            Self::BuildStd { linker } => {
                // `cargo clippy` would take the first cargo-clippy on the PATH.
                let program = if subcommand == "clippy" {
                    DEBIAN_CLIPPY
                } else {
                    DEBIAN_CARGO
                };
                let mut command = Command::new(program);
                command
                    .env("CARGO", DEBIAN_CARGO)
                    // Debian's cargo calls the first rustc on the PATH, which may be another toolchain's.
                    .env("RUSTC", DEBIAN_RUSTC)
                    .env("RUSTDOC", DEBIAN_RUSTDOC)
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                    // `cargo run` put the other toolchain's libraries here.
                    .env_remove("LD_LIBRARY_PATH")
                    .env_remove("RUSTUP_TOOLCHAIN");
                command
            }
        };
        command.arg(subcommand).current_dir(paths::root());
        // SQLite and QuickJS are written in C.
        for (variable, name) in C_TOOLS {
            if env::var_os(variable).is_none()
                && let Some(program) = versioned(name)
            {
                command.env(variable, program);
            }
        }
        command.env("CFLAGS_wasm32_unknown_unknown", C_FLAGS);
        if self.builds_std(purpose) {
            command
                .env("RUSTC_BOOTSTRAP", "1")
                .arg("-Zbuild-std=std,panic_abort");
            if purpose == Purpose::Ship {
                command
                    .arg("-Zbuild-std-features=optimize_for_size")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", SMALL);
            }
        }
        command
            .args(["--target", TARGET])
            .arg("--target-dir")
            .arg(self.target_dir(purpose));
        command
    }
}

impl Toolchain {
    fn builds_std(&self, purpose: Purpose) -> bool {
        match self {
            Self::Prebuilt { sources } => *sources && purpose == Purpose::Ship,
            Self::BuildStd { .. } => true,
        }
    }

    /// Whether `cargo("clippy", …)` can run.
    pub fn has_clippy(&self) -> bool {
        match self {
            Self::Prebuilt { .. } => output_of(cargo().args(["clippy", "--version"])).is_some(),
            Self::BuildStd { .. } => Path::new(DEBIAN_CLIPPY).is_file(),
        }
    }
}

/// Whether the ordinary toolchain has the target's standard library.
pub fn prebuilt() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let library =
        output_of(Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]));
    library.is_some_and(|folder| holds_std(Path::new(&folder)))
}

/// Whether the ordinary toolchain has the sources of the standard library.
pub fn ordinary_sources() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    sources_of(rustc).is_some()
}

/// Where Debian's compiler has the sources of the standard library.
pub fn sources() -> Option<PathBuf> {
    sources_of(DEBIAN_RUSTC)
}

fn sources_of(rustc: impl AsRef<OsStr>) -> Option<PathBuf> {
    let sysroot = output_of(Command::new(rustc).args(["--print", "sysroot"]))?;
    let manifest = Path::new(&sysroot).join("lib/rustlib/src/rust/library/std/Cargo.toml");
    manifest.is_file().then_some(manifest)
}

/// Whether there is a C compiler for the target, and an archiver that knows wasm.
pub fn has_c_tools() -> bool {
    C_TOOLS
        .iter()
        .all(|(variable, name)| env::var_os(variable).is_some() || versioned(name).is_some())
}

/// LLVM's major version in Debian's compiler; its linker has to be of the same.
pub fn llvm_major() -> Option<String> {
    let version = output_of(Command::new(DEBIAN_RUSTC).arg("-vV"))?;
    let llvm = version
        .lines()
        .find_map(|line| line.strip_prefix("LLVM version: "))?;
    llvm.split('.').next().map(str::to_owned)
}

fn linker() -> Option<PathBuf> {
    let major = llvm_major()?;
    paths::on_path(&format!("wasm-ld-{major}")).or_else(|| paths::on_path("wasm-ld"))
}

/// A program of LLVM by its name, or by its name with a version, the newest first.
fn versioned(name: &str) -> Option<PathBuf> {
    const NEWEST: u32 = 30;
    const OLDEST: u32 = 14;
    let with_version = || {
        (OLDEST..=NEWEST)
            .rev()
            .find_map(|version| paths::on_path(&format!("{name}-{version}")))
    };
    paths::on_path(name).or_else(with_version)
}

fn holds_std(folder: &Path) -> bool {
    let Ok(entries) = folder.read_dir() else {
        return false;
    };
    entries
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}
