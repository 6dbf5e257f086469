//! Bounds the memory of the box's wasm. The engine refuses what is beyond, whatever the code in it does.

use std::io::{self, Write as _};
use std::{env, fmt};

/// Bytes: the largest request or two, and SQLite. What does not fit ends this box, and no other
/// (`extension/network/src/boxes/limits.rs`).
const MAX_MEMORY: u64 = 512 * 1024 * 1024;

fn main() -> io::Result<()> {
    emit(format_args!("rerun-if-changed=build.rs"))?;
    if env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        emit(format_args!(
            "rustc-link-arg-cdylib=--max-memory={MAX_MEMORY}"
        ))?;
    }
    Ok(())
}

fn emit(cargo: fmt::Arguments<'_>) -> io::Result<()> {
    writeln!(io::stdout(), "cargo::{cargo}")
}
