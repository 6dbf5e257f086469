//! The ordinary cargo, and where it builds.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use crate::command::output_of;
use crate::paths;

/// The cargo that runs us, in the root of the workspace.
pub fn cargo() -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(paths::root());
    command
}

/// Cargo's target directory, absolute. Only cargo knows it: it may be set by the environment or by any of cargo's
/// configuration files. Cargo is run once, for some 100 ms.
pub fn target_dir() -> PathBuf {
    static TARGET_DIR: LazyLock<PathBuf> =
        LazyLock::new(|| metadata().unwrap_or_else(|| paths::root().join("target")));
    TARGET_DIR.clone()
}

/// The target directory that `cargo metadata` prints, `None` when it cannot be run.
fn metadata() -> Option<PathBuf> {
    let printed = output_of(cargo().args(["metadata", "--format-version=1", "--no-deps"]))?;
    let metadata = serde_json::from_str::<serde_json::Value>(&printed).ok()?;
    Some(metadata["target_directory"].as_str()?.into())
}
