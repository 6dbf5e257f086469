//! Where things are: the tree, cargo's target directory and the product.

use std::env;
use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}

/// Cargo's target directory, absolute: this program is in it, whether it was set by the environment, by a file or not at
/// all. Cargo marks it with a `CACHEDIR.TAG`.
pub fn target() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").is_file();
    let found = program.ancestors().find(marked).map(Path::to_path_buf);
    found.unwrap_or_else(|| directory("CARGO_TARGET_DIR", "target"))
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
