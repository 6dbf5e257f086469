//! Runs other programs, and prints for the person at the terminal. Must not know what they do.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Prints a line for the person at the terminal. The one place of xtask that prints.
macro_rules! print_line {
    ($($argument:tt)*) => { $crate::command::write_stdout(&format!($($argument)*)) };
}
pub(crate) use print_line;

/// Prints `text` and a line end.
#[expect(clippy::print_stdout, reason = "a command-line tool's output")]
pub fn write_stdout(text: &str) {
    println!("{text}");
}

/// A command as a person would type it, for messages.
pub fn typed(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs `command` with our own standard streams (no input) and fails unless it succeeds.
pub fn run(command: &mut Command) -> Result<()> {
    let text = typed(command);
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("`{text}` could not be started"))?;
    if !status.success() {
        bail!("`{text}` failed: {status}");
    }
    Ok(())
}

/// What `command` printed, without white space at its ends, or `None` when it could not be run or failed.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
