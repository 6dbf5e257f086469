//! Requests of a site's owner to the box that runs the site's code, and entries of its log. Types only.

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// A request of the owner to the box of a site, which is started for it if need be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "box", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum BoxAsk {
    /// What is wrong with the live version's files: a list of [`Problem`].
    Problems,
    /// Run one statement of SQL: [`Rows`]. Nothing is changed unless `write` says so.
    Console { statement: String, write: bool },
    /// All collections: a list of [`Collection`].
    ExportData,
    /// Replace the documents of these collections; others stay as they are. The reply is the number of documents.
    ImportData { collections: Vec<Collection> },
    /// End the box: the next request starts another. The reply is `null`.
    Restart,
}

/// A collection's name and the JSON text of the list of its documents.
pub type Collection = (String, String);

/// The network document's reply to a [`BoxAsk`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BoxReply {
    /// A value of the type that the request's documentation names.
    Ok(serde_json::Value),
    /// Why it failed.
    Err(Failure),
}

/// Something that is wrong with a file of a site. The rest of the site works without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Its path in the site's tree.
    pub file: String,
    /// From 1, if it is known.
    #[serde(default)]
    pub line: Option<u32>,
    /// What is wrong and what to do.
    pub message: String,
}

/// The result of a statement.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Rows {
    /// The columns' names.
    pub columns: Vec<String>,
    /// The rows, each with a value for every column.
    pub rows: Vec<Vec<serde_json::Value>>,
    /// Rows that were inserted, changed or deleted.
    pub changed: u64,
    /// How long it took, in milliseconds.
    pub ms: f64,
}

/// An entry of a site's log, made by the site's code or by what runs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// Milliseconds since 1970, UTC.
    pub time: u64,
    /// How bad it is.
    pub level: LogLevel,
    /// The route's file; empty if it concerns none.
    pub route: String,
    /// The text.
    pub message: String,
    /// The id that the visitor was shown, if a request failed.
    #[serde(default)]
    pub incident: Option<String>,
    /// Where it happened, such as `routes/a.js:3:5`, if that is known.
    #[serde(default)]
    pub at: Option<String>,
    /// The call stack, one call a line; empty if unknown.
    #[serde(default)]
    pub stack: String,
}

/// How bad a log entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// For debugging.
    Debug,
    /// What happened.
    Info,
    /// What may go wrong.
    Warn,
    /// What went wrong.
    Error,
}
