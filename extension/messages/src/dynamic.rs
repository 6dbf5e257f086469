//! What is said about a site's own code: what its owner asks of the box that runs it, and what it logs.

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// A question to the box of a site. It is started for that if need be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "box", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum BoxAsk {
    /// What is wrong with the live version's files: a list of [`Problem`].
    Problems,
    /// Run one statement of SQL: [`Rows`]. Nothing is changed unless `write` says so.
    Console { statement: String, write: bool },
    /// All collections: a list of [`Collection`].
    ExportData,
    /// Make these collections consist of these documents; others stay as they are. Answered by how many documents
    /// that are.
    ImportData { collections: Vec<Collection> },
    /// End the box: the next request starts another. Answered by `null`.
    Restart,
}

/// A collection's name and the JSON text of the list of its documents.
pub type Collection = (String, String);

/// What the network document answers to a [`BoxAsk`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BoxReply {
    /// Of the kind that the question names.
    Ok(serde_json::Value),
    /// Why it could not be answered.
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

/// What a statement gave.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Rows {
    /// Their names.
    pub columns: Vec<String>,
    /// As many values a row as there are columns.
    pub rows: Vec<Vec<serde_json::Value>>,
    /// Rows that were inserted, changed or deleted.
    pub changed: u64,
    /// How long it took, in milliseconds.
    pub ms: f64,
}

/// What a site's code, or what runs it, has to say to the site's owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// Milliseconds since 1970, UTC.
    pub time: u64,
    /// How bad it is.
    pub level: LogLevel,
    /// The route's file; empty if it concerns none.
    pub route: String,
    /// For people.
    pub message: String,
    /// The id that the visitor was shown, if a request failed.
    #[serde(default)]
    pub incident: Option<String>,
    /// Where it happened, such as `routes/a.js:3:5`, if that is known.
    #[serde(default)]
    pub at: Option<String>,
    /// The calls that led there, one a line; empty if unknown.
    #[serde(default)]
    pub stack: String,
}

/// How bad a log entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// For whoever looks for something.
    Debug,
    /// What happened.
    Info,
    /// What may go wrong.
    Warn,
    /// What went wrong.
    Error,
}
