//! What can go wrong in a database, said to the one who wrote the site.

use rusqlite::ErrorCode;

/// What an error ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// The request. The next one finds the database as the last commit left it.
    Request,
    /// The site's dynamic part, until its owner has looked at the database.
    Site,
}

/// Why the database did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A collection, a field or an account has a name that it cannot have.
    #[error("`{name}` cannot be the name of {what}: {problem}")]
    Name {
        /// The name, shortened.
        name: String,
        /// Of what.
        what: &'static str,
        /// Why not, and what it may be.
        problem: &'static str,
    },
    /// A filter says something that filters do not know.
    #[error("the filter is wrong at `{at}`: {problem}")]
    Filter {
        /// The field or operator.
        at: String,
        /// What is wrong, and what to write.
        problem: String,
    },
    /// An update says something that updates do not know.
    #[error("the change is wrong at `{at}`: {problem}")]
    Change {
        /// The field or operator.
        at: String,
        /// What is wrong, and what to write.
        problem: String,
    },
    /// What was to be stored is not a document.
    #[error("the document for `{collection}` cannot be stored: {problem}")]
    Document {
        /// Where it was to go.
        collection: String,
        /// Why not, and what to do.
        problem: String,
    },
    /// A value that must be unique is there already.
    #[error("`{collection}` has a document with the same {field} already")]
    Duplicate {
        /// The collection or table.
        collection: String,
        /// The field, or fields.
        field: String,
    },
    /// Something is over a limit.
    #[error("{what} is {size}, more than the {limit} that are allowed. {remedy}")]
    TooLarge {
        /// What was measured, with its unit.
        what: &'static str,
        /// The measure, or one more than the limit if it was not measured to the end.
        size: u64,
        /// The most that is allowed.
        limit: u64,
        /// What to do.
        remedy: &'static str,
    },
    /// The database may not grow any more. What the transaction wrote is undone.
    #[error(
        "the database is full: it may have {limit} bytes. Delete what is not needed, or let the owner raise the limit"
    )]
    Full {
        /// Bytes that it may have.
        limit: u64,
    },
    /// A transaction took too many steps or too long. If it was writing, all of it is undone.
    #[error("{spent}. Use an index for the fields that are asked for, or ask for less at a time")]
    Exhausted {
        /// What was used up.
        spent: String,
    },
    /// A statement that a site may not run.
    #[error("{what} is not allowed. {remedy}")]
    Forbidden {
        /// What the statement wanted.
        what: String,
        /// What to do instead.
        remedy: &'static str,
    },
    /// A statement that SQLite does not understand or cannot carry out.
    #[error("the statement is wrong: {problem}")]
    Statement {
        /// What SQLite says, with the place if it is known.
        problem: String,
    },
    /// A table of that name is not a collection.
    #[error(
        "`{name}` is a table that was made with SQL, not a collection. Use it with SQL, or take another name"
    )]
    NotACollection {
        /// The name.
        name: String,
    },
    /// What the transaction did was undone after an earlier error; it cannot go on.
    #[error(
        "the transaction was undone after an earlier error. Answer the request with an error, or let it be tried again"
    )]
    Undone,
    /// A transaction was begun inside another, or ended without one.
    #[error("{0}")]
    Transaction(&'static str),
    /// A row of data that is to be imported is wrong.
    #[error("{file}: {problem}")]
    Import {
        /// Which data.
        file: String,
        /// What is wrong, with the line.
        problem: String,
    },
    /// An account cannot be made or changed like that.
    #[error("{0}")]
    Account(String),
    /// Too many wrong passwords.
    #[error("too many attempts to log in. Try again in {seconds} seconds")]
    Attempts {
        /// Seconds until the next may be made.
        seconds: u64,
    },
    /// The database's file is not a sound database.
    #[error("the database is damaged: {0}. Restore it from an export")]
    Damaged(String),
    /// What keeps the database failed.
    #[error("the database could not be read or written: {0}")]
    Storage(String),
}

impl Error {
    /// What this ends.
    #[must_use]
    pub fn ends(&self) -> Ends {
        match self {
            Self::Damaged(_) | Self::Storage(_) => Ends::Site,
            _ => Ends::Request,
        }
    }
}

/// Why work inside a connection stopped: SQLite said so, or this crate.
pub(crate) enum Fault {
    Sqlite(rusqlite::Error),
    Told(Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Told(error)
    }
}

/// A text that is safe to show in an error: its beginning.
pub(crate) fn shortened(text: &str) -> String {
    const CHARACTERS: usize = 60;
    let mut short: String = text.chars().take(CHARACTERS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// What SQLite's own code and message mean. Limits and refusals are told apart by the caller, who knows them.
pub(crate) fn from_sqlite(error: rusqlite::Error) -> Error {
    match error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            let message = message.unwrap_or_else(|| failure.to_string());
            match failure.code {
                ErrorCode::ConstraintViolation => constraint(&message),
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Error::Damaged(message),
                ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::ReadOnly
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::FileLockingProtocolFailed => Error::Storage(message),
                ErrorCode::ApiMisuse => Error::Statement {
                    problem: "there is nothing to run in it".to_owned(),
                },
                _ => Error::Statement { problem: message },
            }
        }
        rusqlite::Error::SqlInputError {
            msg, sql, offset, ..
        } => {
            let at = usize::try_from(offset)
                .ok()
                .and_then(|offset| sql.get(..offset));
            let place = at.map(|before| {
                let line = before.matches('\n').count() + 1;
                let column = before
                    .rsplit('\n')
                    .next()
                    .unwrap_or_default()
                    .chars()
                    .count()
                    + 1;
                format!(" (line {line}, column {column})")
            });
            Error::Statement {
                problem: format!("{msg}{}", place.unwrap_or_default()),
            }
        }
        rusqlite::Error::MultipleStatement => Error::Statement {
            problem: "there are several. Run them one by one".to_owned(),
        },
        rusqlite::Error::InvalidParameterCount(given, wanted) => Error::Statement {
            problem: format!("it wants {wanted} parameters, and {given} were given"),
        },
        other => Error::Statement {
            problem: other.to_string(),
        },
    }
}

/// `UNIQUE constraint failed: guests.id`, `UNIQUE constraint failed: index 'guests.email.unique'`, and others.
fn constraint(message: &str) -> Error {
    let Some(unique) = message.strip_prefix("UNIQUE constraint failed: ") else {
        return Error::Statement {
            problem: message.to_owned(),
        };
    };
    let name = unique
        .strip_prefix("index '")
        .and_then(|name| name.strip_suffix('\''))
        .unwrap_or(unique);
    let name = name.strip_suffix(".unique").unwrap_or(name);
    let (collection, field) = name.split_once('.').unwrap_or((name, "value"));
    Error::Duplicate {
        collection: collection.to_owned(),
        field: field.to_owned(),
    }
}
