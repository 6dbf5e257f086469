//! Compiles the wasm packages and gives each its JavaScript glue.
//!
//! There is no wasm-opt step: after fat LTO it makes the files a tenth smaller, and what is sent, compressed, larger.

use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::build_profile::BuildProfile;
use crate::command::{print_line, run};
use crate::toolchain::{Purpose, TARGET, Toolchain};

/// The packages that become a wasm file of the extension each, named after them.
pub const EXTENSION: [&str; 5] = ["background", "network", "pages", BOX, JAR];

/// The one of them with the engines for sites' code.
const BOX: &str = "box";

/// The one of them that the shell has too: both load it when a site has cookies.
const JAR: &str = "jar";

/// The package that becomes the wasm file of the shell.
pub const GATEWAY: &str = "gateway";

/// Libraries that only make sense in a browser, beside [`packages`]: linted and tested as wasm.
pub const LIBRARIES: [&str; 4] = ["messages", "webextension-api", "store", "peer"];

/// The packages that become a wasm file.
pub fn packages() -> impl Iterator<Item = &'static str> {
    EXTENSION.into_iter().chain([GATEWAY])
}

/// Builds all [`packages`] and writes `<package>.js` and `<package>_bg.wasm`: the extension's into `extension`, the
/// shell's into `gateway`.
pub fn build(
    toolchain: &Toolchain,
    build_profile: BuildProfile,
    extension: &Path,
    gateway: &Path,
) -> Result<()> {
    let (profile, purpose) = match build_profile {
        BuildProfile::Release => ("wasm", Purpose::Ship),
        BuildProfile::Fast => ("wasm-dev", Purpose::Build),
    };
    print_line!("Building wasm ({profile})");
    // What is compiled together shares its libraries' features. So those for which size matters most, and the one
    // whose libraries want most, are compiled by themselves.
    let groups: [&[&str]; 3] = [&[GATEWAY, JAR], &[BOX], &["background", "network", "pages"]];
    for packages in groups {
        let mut cargo = toolchain.cargo("build", purpose);
        cargo.args(["--profile", profile, "--lib"]);
        for package in packages {
            cargo.args(["--package", package]);
        }
        run(&mut cargo)?;
    }

    let compiled = toolchain.target_dir(purpose).join(TARGET).join(profile);
    for package in packages() {
        let places: &[&Path] = match package {
            GATEWAY => &[gateway],
            JAR => &[gateway, extension],
            _ => &[extension],
        };
        let input = compiled.join(format!("{package}.wasm"));
        for out in places {
            bind(&input, package, build_profile, out)
                .with_context(|| format!("wasm-bindgen on {}", input.display()))?;
        }
    }
    Ok(())
}

/// Runs wasm-bindgen as a library, so that its version cannot differ from the one the code was compiled with.
fn bind(input: &Path, name: &str, build_profile: BuildProfile, out: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(input)
        .out_name(name)
        .web(true)?
        .typescript(true)
        .omit_default_module_path(false)
        .remove_name_section(build_profile == BuildProfile::Release)
        .remove_producers_section(build_profile == BuildProfile::Release)
        .generate(out)
}
