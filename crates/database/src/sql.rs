//! Statements of SQL.

use rusqlite::{Statement, params_from_iter};

use crate::cell::{Cell, Rows};
use crate::database::Database;
use crate::error::{Error, Fault};
use crate::guard::Trust;
use crate::limits::{Limits, PARAMETERS, STATEMENT_BYTES};

/// Whether a statement may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It may only read.
    Read,
    /// It may read and write.
    Write,
}

/// Semicolons of one statement: those in a trigger's body. The library calls itself for each.
const SEMICOLONS: usize = 100;

impl Database {
    /// Runs one statement with its parameters, for `?` in their order.
    ///
    /// A collection `guests` is a table of that name with the columns `id` and `document` (JSON):
    /// `select document ->> 'name' from guests where id = ?`.
    ///
    /// # Errors
    /// If it is not one statement, if a site may not run it, if it gives or takes more than is allowed, or if
    /// SQLite cannot carry it out. A statement that fails changes nothing.
    pub fn sql(&self, statement: &str, parameters: &[Cell], access: Access) -> Result<Rows, Error> {
        check_sizes(statement, parameters)?;
        match access {
            Access::Read => self.run(Trust::Read, statement, parameters),
            Access::Write => self.atomically(|| self.run(Trust::Write, statement, parameters)),
        }
    }

    /// Runs one statement of the owner's console, in a transaction of its own.
    ///
    /// # Errors
    /// As [`Database::sql`], or if a request's transaction is open.
    pub fn console(&self, statement: &str, access: Access) -> Result<Rows, Error> {
        self.begin()?;
        match self.sql(statement, &[], access) {
            Ok(rows) => self.commit().map(|()| rows),
            Err(error) => self.rollback().and(Err(error)),
        }
    }

    fn run(&self, trust: Trust, statement: &str, parameters: &[Cell]) -> Result<Rows, Error> {
        // Not cached: the cache must not give a site a statement that was prepared for this crate.
        self.with(trust, |connection| {
            let before = connection.total_changes();
            let mut statement = connection.prepare(statement)?;
            let columns = statement.column_names().map(str::to_owned).collect();
            let rows = collect(&mut statement, parameters, self.limits())?;
            Ok(Rows {
                columns,
                rows,
                changes: connection.total_changes().saturating_sub(before),
            })
        })
    }
}

fn collect(
    statement: &mut Statement<'_>,
    parameters: &[Cell],
    limits: &Limits,
) -> Result<Vec<Vec<Cell>>, Fault> {
    let width = statement.column_count();
    let mut rows = Vec::new();
    let mut budget = Budget::new(limits);
    let mut found = statement.query(params_from_iter(parameters))?;
    while let Some(row) = found.next()? {
        let mut cells = Vec::with_capacity(width);
        for column in 0..width {
            let cell = Cell::from_sqlite(row.get_ref(column)?);
            budget.take_bytes(cell.size())?;
            cells.push(cell);
        }
        budget.take_row()?;
        rows.push(cells);
    }
    Ok(rows)
}

/// What one question may still give.
pub(crate) struct Budget {
    rows: usize,
    bytes: usize,
    limits: Limits,
}

impl Budget {
    pub fn new(limits: &Limits) -> Self {
        Self {
            rows: 0,
            bytes: 0,
            limits: *limits,
        }
    }

    /// One more row.
    pub fn take_row(&mut self) -> Result<(), Error> {
        self.rows += 1;
        over("the number of rows", self.rows, self.limits.result_rows)
    }

    /// So many more bytes.
    pub fn take_bytes(&mut self, bytes: usize) -> Result<(), Error> {
        self.bytes = self.bytes.saturating_add(bytes);
        over("the result in bytes", self.bytes, self.limits.result_bytes)
    }
}

fn over(what: &'static str, size: usize, limit: usize) -> Result<(), Error> {
    if size <= limit {
        return Ok(());
    }
    let remedy = "Ask for less at a time, with a limit and an offset";
    Err(Error::TooLarge {
        what,
        size: size as u64,
        limit: limit as u64,
        remedy,
    })
}

fn check_sizes(statement: &str, parameters: &[Cell]) -> Result<(), Error> {
    let remedy = "Give data as parameters, and split the work";
    let too_large = |what, size: usize, limit: usize| {
        Err(Error::TooLarge {
            what,
            size: size as u64,
            limit: limit as u64,
            remedy,
        })
    };
    if statement.len() > STATEMENT_BYTES {
        return too_large("the statement in bytes", statement.len(), STATEMENT_BYTES);
    }
    if parameters.len() > PARAMETERS {
        return too_large("the number of parameters", parameters.len(), PARAMETERS);
    }
    let semicolons = statement.bytes().filter(|byte| *byte == b';').count();
    if semicolons > SEMICOLONS {
        return too_large("the number of semicolons", semicolons, SEMICOLONS);
    }
    Ok(())
}
