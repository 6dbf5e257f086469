//! Where things are: the tree and the product.

use std::env;
use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}

/// Where the product goes, absolute: `PEERSERVER_DIST` when set, else `dist` in the tree.
pub fn dist() -> PathBuf {
    let named = env::var_os("PEERSERVER_DIST").filter(|value| !value.is_empty());
    root().join(named.unwrap_or_else(|| "dist".into()))
}

/// The first file called `name` on the `PATH`.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
