//! The connection that everything here works over: what runs on it, for whom, in which transaction, and what its errors
//! mean.
//!
//! It must not know what is stored: neither tables nor what they are for.

use std::cell::Cell;
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode};

use crate::error::{Error, Fault, from_sqlite};
use crate::guard::{Guard, Trust};
use crate::limits::{self, Limits, STEPS_BETWEEN_LOOKS};

/// A connection to a site's database, limited and guarded.
pub(crate) struct GuardedConnection {
    connection: Connection,
    guard: Arc<Guard>,
    limits: Limits,
    in_transaction: Cell<bool>,
}

impl GuardedConnection {
    /// Limits a connection that the caller opened, and guards it.
    ///
    /// `time_is_up` is asked while a statement runs, every fraction of a millisecond.
    ///
    /// # Errors
    /// If the database cannot be read, or is none.
    pub fn new(
        mut connection: Connection,
        limits: Limits,
        mut time_is_up: impl FnMut() -> bool + Send + 'static,
    ) -> Result<Self, Error> {
        let guard = Guard::new(limits.steps);
        restrict(&connection, &limits).map_err(from_sqlite)?;
        let asked = Arc::clone(&guard);
        connection
            .authorizer(Some(move |context: rusqlite::hooks::AuthContext<'_>| {
                asked.authorize(&context)
            }))
            .map_err(from_sqlite)?;
        let looked = Arc::clone(&guard);
        connection
            .progress_handler(
                i32::from(STEPS_BETWEEN_LOOKS),
                Some(move || looked.look(&mut time_is_up)),
            )
            .map_err(from_sqlite)?;
        Ok(Self {
            connection,
            guard,
            limits,
            in_transaction: Cell::new(false),
        })
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// If there is one.
    pub fn begin(&self) -> Result<(), Error> {
        if self.in_transaction.get() {
            return Err(Error::Transaction(
                "a transaction was begun before the last one ended",
            ));
        }
        self.guard.reset();
        self.batch("BEGIN")?;
        self.in_transaction.set(true);
        Ok(())
    }

    /// Makes what the transaction did lasting.
    ///
    /// # Errors
    /// If it was undone, or if it cannot be written. Then it is to be rolled back.
    pub fn commit(&self) -> Result<(), Error> {
        // What a request did was allowed to take its steps; writing it down must not fail for them.
        self.guard.reset();
        self.batch("COMMIT")?;
        self.in_transaction.set(false);
        Ok(())
    }

    /// Undoes what the transaction did. Without one it does nothing.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn rollback(&self) -> Result<(), Error> {
        self.in_transaction.set(false);
        self.guard.reset();
        if !self.connection.is_autocommit() {
            self.batch("ROLLBACK")?;
        }
        Ok(())
    }

    /// Whether a transaction has begun and not ended.
    pub fn in_transaction(&self) -> bool {
        self.in_transaction.get()
    }

    /// What this database may take.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Runs this crate's own statements, which may touch every table.
    pub fn own<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, Error> {
        self.with(Trust::Own, work)
    }

    /// Runs this crate's own statements that give nothing.
    pub fn batch(&self, statements: &str) -> Result<(), Error> {
        self.own(|connection| Ok(connection.execute_batch(statements)?))
    }

    /// Runs statements on the site's behalf.
    pub fn with<T>(
        &self,
        trust: Trust,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        self.check_transaction()?;
        let before = self.guard.trust(trust);
        let done = work(&self.connection);
        self.guard.restore(before);
        done.map_err(|fault| match fault {
            Fault::Sqlite(error) => self.explain(error),
            Fault::Told(error) => error,
        })
    }

    /// Does all of `work`, or nothing of it.
    pub fn atomically<T>(&self, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        self.batch("SAVEPOINT work")?;
        let done = work();
        let ended = if self.connection.is_autocommit() {
            // SQLite has undone everything by itself.
            Ok(())
        } else if done.is_ok() {
            self.batch("RELEASE work")
        } else {
            self.batch("ROLLBACK TO work; RELEASE work")
        };
        let done = done?;
        ended.map(|()| done)
    }

    /// SQLite ends a transaction by itself after some errors. What follows must not run outside of it.
    fn check_transaction(&self) -> Result<(), Error> {
        if !self.in_transaction.get() && self.connection.is_autocommit() {
            self.guard.reset();
        }
        if self.in_transaction.get() && self.connection.is_autocommit() {
            return Err(Error::Undone);
        }
        Ok(())
    }

    fn explain(&self, error: rusqlite::Error) -> Error {
        let refused = self.guard.take_refusal();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Error::Full {
                limit: self.limits.database_bytes,
            },
            Some(ErrorCode::OperationInterrupted) => self.guard.spent(),
            Some(ErrorCode::TooBig) => Error::TooLarge {
                what: "a text, blob or row in bytes",
                size: limits::CELL_BYTES as u64 + 1,
                limit: limits::CELL_BYTES as u64,
                remedy: "Store large things as files",
            },
            Some(ErrorCode::OutOfMemory) => Error::Exhausted {
                spent: "the database needed more memory than there is".to_owned(),
            },
            _ => refused.unwrap_or_else(|| from_sqlite(error)),
        }
    }
}

/// Sets SQLite's own limits and switches.
fn restrict(connection: &Connection, limits: &Limits) -> rusqlite::Result<()> {
    use DbConfig as Switch;
    // What a schema says must not run functions that reach outside; nothing may write SQLite's own tables; a
    // text in double quotes is a name.
    connection.set_db_config(Switch::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(Switch::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(Switch::SQLITE_DBCONFIG_WRITABLE_SCHEMA, false)?;
    connection.set_db_config(Switch::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(Switch::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.set_db_config(Switch::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, limits::CELL_BYTES),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, limits::STATEMENT_BYTES),
        (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, limits::PARAMETERS),
        (
            Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH,
            limits::PATTERN_BYTES,
        ),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        // The parser calls itself for these, on a stack of 1 MiB in wasm.
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 10),
        (Limit::SQLITE_LIMIT_COLUMN, 200),
        (Limit::SQLITE_LIMIT_FUNCTION_ARG, 100),
        (Limit::SQLITE_LIMIT_VDBE_OP, 50_000),
    ] {
        connection.set_limit(limit, i32::try_from(value).unwrap_or(i32::MAX))?;
    }
    let page: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let pages = limits.database_bytes / page.unsigned_abs().max(1);
    connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    // Deleted data is overwritten, so that what a visitor had deleted is not in a backup.
    connection.execute_batch("PRAGMA secure_delete = ON")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}
