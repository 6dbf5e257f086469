//! Logs: to stderr always, as stdout belongs to native messaging and to a command's own answer.

use std::str::FromStr as _;

use clap::ValueEnum;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

/// Says what is logged: a level, or `target=level` pairs (see [`Targets`]).
const LEVEL_VARIABLE: &str = "PEERSERVER_LOG";

/// Without the variable: what somebody who runs a rendezvous wants to see.
const DEFAULT_LEVEL: &str = "info";

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts logging. Done once; a second time changes nothing.
pub fn start(format: LogFormat) {
    let wanted = std::env::var(LEVEL_VARIABLE).unwrap_or_else(|_| DEFAULT_LEVEL.to_owned());
    let (targets, problem) = match Targets::from_str(&wanted) {
        Ok(targets) => (targets, None),
        Err(problem) => (
            Targets::new().with_default(tracing::Level::INFO),
            Some(problem),
        ),
    };
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Text => lines.with_ansi(false).boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    let started = tracing_subscriber::registry()
        .with(lines.with_filter(targets))
        .try_init()
        .is_ok();
    if let (true, Some(problem)) = (started, problem) {
        tracing::warn!(%problem, "{LEVEL_VARIABLE} is not understood; logging at info");
    }
}
