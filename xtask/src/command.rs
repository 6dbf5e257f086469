//! Runs other programs, and prints for the person at the terminal. Must not know what they do.

use std::ffi::OsStr;
use std::io::{IsTerminal, Read, pipe};
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

/// Runs `command` beside another and prints its two streams, in their common order, when it has ended.
pub fn run_aside(command: &mut Command) -> Result<()> {
    let text = typed(command);
    let start = || format!("`{text}` could not be started");
    let (mut reader, writer) = pipe().with_context(start)?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone().with_context(start)?)
        .stderr(writer);
    if std::io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut child = command.spawn().with_context(start)?;
    // The command holds the pipe's writing end: the reader would never see its end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut printed = Vec::new();
    reader
        .read_to_end(&mut printed)
        .with_context(|| format!("reading what `{text}` prints"))?;
    let status = child.wait().with_context(start)?;
    write_stdout(&String::from_utf8_lossy(&printed));
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
