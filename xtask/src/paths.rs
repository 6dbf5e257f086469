//! Where things are: the tree, cargo's target directory and the product.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::command::output_of;
use crate::toolchain;

/// The root of the workspace.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}

/// Cargo's target directory, absolute. Only cargo knows it: it may be set by the environment or by any of cargo's
/// configuration files, and a directory that cargo did not make itself has no mark. Cargo is run once, for some 100 ms.
pub fn target() -> PathBuf {
    static TARGET: LazyLock<PathBuf> =
        LazyLock::new(|| metadata().unwrap_or_else(|| directory("CARGO_TARGET_DIR", "target")));
    TARGET.clone()
}

/// The target directory that `cargo metadata` prints, `None` when it cannot be run.
fn metadata() -> Option<PathBuf> {
    let mut command = toolchain::cargo();
    let printed = output_of(command.args(["metadata", "--format-version=1", "--no-deps"]))?;
    let metadata = serde_json::from_str::<serde_json::Value>(&printed).ok()?;
    Some(metadata["target_directory"].as_str()?.into())
}

/// Where the product goes, absolute: `PEERSERVER_DIST` when set, else `dist` in the tree.
pub fn dist() -> PathBuf {
    directory("PEERSERVER_DIST", "dist")
}

/// The first file called `name` on the `PATH`.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn directory(variable: &str, default: &str) -> PathBuf {
    let named = env::var_os(variable)
        .filter(|value| !value.is_empty())
        .map_or_else(|| PathBuf::from(default), PathBuf::from);
    root().join(named)
}
