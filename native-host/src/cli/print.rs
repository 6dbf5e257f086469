//! What a command answers.

use std::io::Write as _;

/// A line to stdout, which is a command's answer. A reader that went away is no failure.
pub(super) fn print(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
