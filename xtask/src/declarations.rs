//! The declarations in TypeScript that the project's scripts are checked against: of the messages and of what the wasm
//! files export. They lie in `dist/types/` and are no part of the product.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The ending of wasm-bindgen's declarations.
const SHUTDOWN_TIMEOUT: &str = ".d.ts";

/// Writes those of the messages into `types`, and moves those of the wasm files in `wasm` into each folder's own.
pub fn write(types: &Path, wasm: &[(PathBuf, &str)]) -> Result<()> {
    for (from, folder) in wasm {
        let to = types.join(folder);
        fs::create_dir_all(&to).with_context(|| format!("making {}", to.display()))?;
        for entry in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
            let entry = entry?;
            if entry
                .file_name()
                .to_string_lossy()
                .ends_with(SHUTDOWN_TIMEOUT)
            {
                let to = to.join(entry.file_name());
                fs::rename(entry.path(), &to)
                    .with_context(|| format!("moving {}", entry.path().display()))?;
            }
        }
    }
    let file = types.join("messages.d.ts");
    fs::write(&file, messages::typescript::declarations())
        .with_context(|| format!("writing {}", file.display()))
}
