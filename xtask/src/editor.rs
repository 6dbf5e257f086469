//! Makes one script of the sites page's editor and the npm packages that it uses.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::build_profile::BuildProfile;
use crate::command::{print_line, run};
use crate::npm;
use crate::paths;

/// Where its sources are, with the lock file of its packages.
const FOLDER: &str = "extension/editor";

/// Bundles the editor into the file `out`.
pub fn build(build_profile: BuildProfile, out: &Path) -> Result<()> {
    let folder = paths::root().join(FOLDER);
    npm::install(&folder)?;
    print_line!("Bundling the editor");
    let mut esbuild = Command::new(npm::program(&folder, "esbuild"));
    esbuild
        .current_dir(&folder)
        .args([
            "editor.js",
            "--bundle",
            "--format=esm",
            "--log-level=warning",
        ])
        .args(["--target=chrome148,firefox140", "--legal-comments=eof"])
        .arg(format!("--outfile={}", out.display()));
    if matches!(build_profile, BuildProfile::Release) {
        esbuild.arg("--minify");
    }
    run(&mut esbuild)
}
