//! What can go wrong while driving a browser. Each error ends the test that sees it, so each says what was expected,
//! what was there and what the page printed.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why a browser did not do what it was told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriverError {
    /// The browser is not installed.
    #[error(
        "{browser} was not found on the PATH; install it, or name the program in the environment variable {variable}"
    )]
    Missing {
        /// The browser's name.
        browser: &'static str,
        /// The variable that can name its program.
        variable: &'static str,
    },
    /// The browser ended or stayed silent while starting.
    #[error("{program} did not start: {reason}; it said:\n{said}")]
    Start {
        /// What was started.
        program: PathBuf,
        /// How it failed.
        reason: String,
        /// The end of what it printed.
        said: String,
    },
    /// A file or process could not be used.
    #[error("{what}")]
    Io {
        /// What was being done.
        what: String,
        /// The system's error.
        source: io::Error,
    },
    /// The connection to the browser is gone: it crashed, was closed or killed.
    #[error("the connection to the browser is gone (during {during})")]
    Disconnected {
        /// The command that was not answered.
        during: String,
    },
    /// The browser refused a command, or the page went away during it.
    #[error("{method} failed: {message}")]
    Command {
        /// The protocol's method.
        method: String,
        /// The browser's words.
        message: String,
    },
    /// A command was not answered in time.
    #[error("{method} was not answered within {limit:?}")]
    Unanswered {
        /// The protocol's method.
        method: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The browser answered something that the protocol does not allow.
    #[error("{method} answered without `{field}`")]
    Answer {
        /// The protocol's method.
        method: String,
        /// The field that was missing.
        field: &'static str,
    },
    /// A navigation did not arrive.
    #[error("{url} did not open: {reason}")]
    Navigation {
        /// Where to.
        url: String,
        /// The browser's reason.
        reason: String,
    },
    /// A script threw.
    #[error("the script threw: {message}\n  script: {script}")]
    Script {
        /// The exception.
        message: String,
        /// The script, shortened.
        script: String,
    },
    /// A script's value was not of the type that was asked for.
    #[error("the script's value {value} is not of the expected type\n  script: {script}")]
    Value {
        /// The value as JSON, shortened.
        value: String,
        /// The script, shortened.
        script: String,
        /// How it differs.
        source: serde_json::Error,
    },
    /// A condition did not become true.
    #[error("waited {limit:?} for: {what}\n  last: {last}\n  at: {place}\n  console:\n{console}")]
    Timeout {
        /// What was waited for.
        what: String,
        /// How long was waited.
        limit: Duration,
        /// The last value or error.
        last: String,
        /// The page's address.
        place: String,
        /// The end of what the page printed.
        console: String,
    },
    /// No such page, worker or frame.
    #[error("no {kind} whose address contains `{part}`; there are: {present}")]
    NoTarget {
        /// What was looked for.
        kind: String,
        /// A part of its address.
        part: String,
        /// What is there.
        present: String,
    },
    /// The extension cannot be used.
    #[error("the extension in {path} cannot be used: {reason}")]
    Extension {
        /// Its folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl DriverError {
    /// Wraps an error of the system with what was being done.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// Whether the page may simply have been navigating: a later try may succeed.
    pub(crate) fn passes(&self) -> bool {
        matches!(
            self,
            Self::Command { .. }
                | Self::NoTarget { .. }
                | Self::Script { .. }
                | Self::Unanswered { .. }
        )
    }
}

/// The first characters of a text, for messages.
pub(crate) fn shortened(text: &str) -> String {
    /// Enough to recognise a script or a value.
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}
