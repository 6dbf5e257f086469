//! Makes one script of the sites page's editor and the npm packages that it uses.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::npm;
use crate::places;
use crate::shell::{run, say};
use crate::speed::Speed;

/// Where its sources are, with the lock file of its packages.
const FOLDER: &str = "extension/editor";

/// Bundles the editor into the file `out`.
pub fn build(speed: Speed, out: &Path) -> Result<()> {
    let folder = places::root().join(FOLDER);
    npm::install(&folder)?;
    say!("Bundling the editor");
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
    if matches!(speed, Speed::Release) {
        esbuild.arg("--minify");
    }
    run(&mut esbuild)
}
