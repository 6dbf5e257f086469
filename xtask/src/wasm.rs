//! Compiles the wasm packages and gives each its JavaScript glue.
//!
//! There is no wasm-opt step: after fat LTO it makes the files a tenth smaller, and what is sent, compressed, larger.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::build_profile::BuildProfile;
use crate::command::{print_line, run};
use crate::folders::{copy, empty};
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
            let bound = match build_profile {
                BuildProfile::Release => bind(&input, package, build_profile, out),
                BuildProfile::Fast => bind_changed(&input, package, &compiled.join("bound"), out),
            };
            bound.with_context(|| format!("wasm-bindgen on {}", input.display()))?;
        }
    }
    Ok(())
}

/// While developing: runs wasm-bindgen only on a module that has changed since, and else copies what was `kept` of it.
fn bind_changed(input: &Path, name: &str, kept: &Path, out: &Path) -> Result<()> {
    let (module, output) = (
        kept.join(format!("{name}.wasm")),
        kept.join(format!("{name}.out")),
    );
    if !is_kept(input, &module)? {
        fs::create_dir_all(kept)?;
        // First, so that what is interrupted here is done again.
        fs::write(&module, "")?;
        empty(&output)?;
        bind(input, name, BuildProfile::Fast, &output)?;
        fs::write(&module, fs::read(input)?)?;
    }
    copy(&output, out, |_, _| true)
}

/// Was this module bound before, and by this very program?
fn is_kept(input: &Path, module: &Path) -> Result<bool> {
    // The program's file may have been replaced since it was started.
    let program = env::current_exe().and_then(fs::metadata);
    let (Ok(kept), Ok(program)) = (fs::metadata(module), program) else {
        return Ok(false);
    };
    // Not by the module's time: cargo gives it the time of its compilation, which is older after a change back.
    Ok(kept.modified()? >= program.modified()? && fs::read(module)? == fs::read(input)?)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_has_changed_is_bound_again() {
        let folder = tempfile::tempdir().unwrap();
        let (input, module) = (
            folder.path().join("a.wasm"),
            folder.path().join("kept.wasm"),
        );
        fs::write(&input, "one").unwrap();
        assert!(!is_kept(&input, &module).unwrap());
        fs::write(&module, "one").unwrap();
        assert!(is_kept(&input, &module).unwrap());
        fs::write(&input, "two").unwrap();
        assert!(!is_kept(&input, &module).unwrap());
        // Of an older program.
        fs::write(&module, "two").unwrap();
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        let file = fs::File::options().append(true).open(&module).unwrap();
        file.set_modified(long_ago).unwrap();
        assert!(!is_kept(&input, &module).unwrap());
    }
}
