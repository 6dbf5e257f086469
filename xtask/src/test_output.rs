//! Passes on what a test command prints, and collects the tests that failed with their output.
//!
//! It must not know which command that is: every runner that prints libtest's lines will do.

use std::io::{BufRead, BufReader, pipe};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::command::{print_line, typed};

/// How a test command ended.
pub struct Outcome {
    /// Names of the tests that failed, in the order in which they ended.
    pub failed: Vec<String>,
    /// What the failed tests printed, at most [`OUTPUT_LINES`] lines of each, under a heading with the test's name.
    pub output: Vec<String>,
    /// Tests whose time was told.
    pub timed: Vec<Timed>,
    /// Why the command as a whole failed, if it did.
    pub error: Option<anyhow::Error>,
}

/// How many lines of a failed test's output are kept.
const OUTPUT_LINES: usize = 40;

/// How long a test took.
#[derive(Debug, PartialEq)]
pub struct Timed {
    /// Its name.
    pub name: String,
    /// Its time.
    pub seconds: f64,
}

impl Outcome {
    /// The outcome of a command that could not be made.
    pub fn of_error(error: anyhow::Error) -> Self {
        Self {
            failed: Vec::new(),
            output: Vec::new(),
            timed: Vec::new(),
            error: Some(error),
        }
    }
}

/// Runs `command`, prints its two streams in their common order, and reads them.
pub fn run(command: &mut Command) -> Outcome {
    let mut outcome = Outcome {
        failed: Vec::new(),
        output: Vec::new(),
        timed: Vec::new(),
        error: None,
    };
    outcome.error = pass_on(command, &mut outcome).err();
    outcome
}

fn pass_on(command: &mut Command, outcome: &mut Outcome) -> Result<()> {
    let text = typed(command);
    let (reader, writer) = pipe().context("making a pipe")?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone().context("making a pipe")?)
        .stderr(writer);
    let mut child = command
        .spawn()
        .with_context(|| format!("`{text}` could not be started"))?;
    // The command holds the pipe's writing end: the reader would never see its end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut section = OutputSection::default();
    for line in BufReader::new(reader).split(b'\n') {
        let line = line.with_context(|| format!("reading what `{text}` prints"))?;
        let line = String::from_utf8_lossy(&line);
        outcome.failed.extend(failed_test(&line).map(str::to_owned));
        outcome.timed.extend(timed_test(&line));
        if section.contains(&line) {
            outcome.output.push(line.clone().into_owned());
        }
        print_line!("{line}");
    }
    let status = child
        .wait()
        .with_context(|| format!("waiting for `{text}`"))?;
    if !status.success() {
        bail!("`{text}` failed: {status}");
    }
    Ok(())
}

/// Follows the part of libtest's output that has what the failed tests printed: from `---- NAME stdout ----` to the
/// list of names that begins with `failures:`.
#[derive(Default)]
struct OutputSection {
    left: usize,
}

impl OutputSection {
    /// Is this line, the next one, of the part?
    fn contains(&mut self, line: &str) -> bool {
        if line.starts_with("---- ") && line.ends_with(" ----") {
            self.left = OUTPUT_LINES + 1;
        } else if line == "failures:" {
            self.left = 0;
        }
        let contained = self.left > 0;
        self.left = self.left.saturating_sub(1);
        contained && !line.is_empty()
    }
}

/// The name in libtest's `test NAME ... FAILED`.
fn failed_test(line: &str) -> Option<&str> {
    let (name, outcome) = ended_test(line)?;
    outcome.starts_with("FAILED").then_some(name)
}

/// The time in libtest's `test NAME ... ok <1.234s>`.
fn timed_test(line: &str) -> Option<Timed> {
    let (name, outcome) = ended_test(line)?;
    let (_, time) = outcome.split_once(" <")?;
    Some(Timed {
        name: name.to_owned(),
        seconds: time.strip_suffix("s>")?.parse().ok()?,
    })
}

fn ended_test(line: &str) -> Option<(&str, &str)> {
    let (name, outcome) = line.trim().strip_prefix("test ")?.split_once(" ... ")?;
    Some((name.trim_end_matches(" - should panic"), outcome))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_test_is_found_by_its_line() {
        assert_eq!(failed_test("test a::b ... FAILED"), Some("a::b"));
        assert_eq!(failed_test("test a::b ... FAILED <1.5s>"), Some("a::b"));
        assert_eq!(failed_test("test a::b ... ok"), None);
        assert_eq!(failed_test("test result: FAILED. 1 passed; 1 failed"), None);
    }

    #[test]
    fn a_test_that_was_timed_has_its_time() {
        let timed = Timed {
            name: "a::b".to_owned(),
            seconds: 12.345,
        };
        assert_eq!(timed_test("test a::b ... ok <12.345s>"), Some(timed));
        assert_eq!(timed_test("test a::b ... ok"), None);
    }

    #[test]
    fn both_streams_are_read_and_a_failing_command_is_an_error() {
        let script = "echo 'test one ... FAILED'; echo 'test two ... FAILED' >&2; exit 3";
        let outcome = run(Command::new("sh").args(["-c", script]));
        assert_eq!(outcome.failed, ["one", "two"]);
        assert!(outcome.output.is_empty());
        assert!(outcome.error.is_some());
    }

    #[test]
    fn the_output_of_failed_tests_is_kept_to_its_first_lines() {
        let long = "line\n".repeat(OUTPUT_LINES);
        let printed = format!(
            "test one ... FAILED\n\nfailures:\n\n---- one stdout ----\n\npanicked at one.rs\n{long}\n---- two stdout ----\nshort\n\nfailures:\n    one\n"
        );
        let outcome = run(Command::new("printf").arg(&printed));
        assert_eq!(outcome.output.len(), 1 + OUTPUT_LINES - 1 + 2);
        assert_eq!(outcome.output[1], "panicked at one.rs");
        assert_eq!(
            outcome.output[OUTPUT_LINES..],
            ["---- two stdout ----", "short"]
        );
    }
}
