//! What the sandbox wants done, and what it is told.

use std::time::Duration;

use crate::request::RequestId;

/// Something that the caller has to do. Effects of one request come in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// The next piece of this request's body is wanted: answer with [`Input::Body`] or [`Input::BodyEnd`].
    Body(RequestId),
    /// The head of an answer. Names of headers are in lower case; one may occur several times.
    Head {
        /// Whose.
        request: RequestId,
        /// 200 to 599.
        status: u16,
        /// In order.
        headers: Vec<(String, String)>,
    },
    /// A piece of an answer's body. When there is room for another, say [`Input::Room`].
    Chunk {
        /// Whose.
        request: RequestId,
        /// Not empty.
        bytes: Vec<u8>,
    },
    /// The answer is complete. The sandbox has forgotten the request.
    End(RequestId),
    /// The answer broke off after its head: the visitor must not take it for complete. The sandbox has
    /// forgotten the request.
    Reset(RequestId),
    /// Something with the site's own files: answer with [`Input::File`] and the same ticket.
    File {
        /// Whose.
        request: RequestId,
        /// To be given back.
        ticket: u32,
        /// What.
        op: FileOp,
    },
    /// An entry for the site's log.
    Log(LogEntry),
}

/// What a handler does with the site's files. Paths are ones of the layout and have been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileOp {
    /// Bytes and media type: [`FileReply::Read`].
    Read(String),
    /// Make or replace: [`FileReply::Done`].
    Write(String, Vec<u8>),
    /// Was it there? [`FileReply::Deleted`].
    Delete(String),
    /// Files whose paths begin so: [`FileReply::List`].
    List(String),
}

/// What became of a [`FileOp`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileReply {
    /// A file's bytes and media type; `None` if there is no such file.
    Read(Option<(Vec<u8>, String)>),
    /// It is written.
    Done,
    /// Whether there was one.
    Deleted(bool),
    /// Paths and sizes in bytes.
    List(Vec<(String, u64)>),
}

/// Why a file could not be had: a sentence for the site's author.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FileError(pub String);

/// Something that happened to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A piece of its body, as asked for.
    Body(Vec<u8>),
    /// Its body is complete.
    BodyEnd,
    /// There is room for another piece of the answer.
    Room,
    /// The answer to an [`Effect::File`].
    File(u32, Result<FileReply, FileError>),
    /// The visitor left, or reset the request. Its code is told and may tidy up; nothing more is sent.
    Left,
}

/// An entry for the site's log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEntry {
    /// How bad.
    pub level: Level,
    /// Whose request it was.
    pub request: RequestId,
    /// The route's module.
    pub route: String,
    /// For people.
    pub message: String,
    /// The id that the visitor was shown, if the request failed.
    pub incident: Option<String>,
    /// Where it happened, if that is known.
    pub at: Option<Position>,
    /// The calls that led there, one a line; empty if unknown.
    pub stack: String,
    /// When, by the platform's clock.
    pub time: Duration,
}

/// How bad a log entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For whoever looks for something.
    Debug,
    /// What happened.
    Info,
    /// What may go wrong.
    Warn,
    /// What went wrong.
    Error,
}

/// A place in a site's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Path in the layout.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
