//! Statements of SQL, and how much what they find may be.
//!
//! It must not know what the tables are for.

use rusqlite::{Statement, params_from_iter};

use crate::cell::{Cell, Rows};
use crate::connection::GuardedConnection;
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

/// Runs one statement with its parameters: all of it, or nothing.
pub(crate) fn run(
    connection: &GuardedConnection,
    statement: &str,
    parameters: &[Cell],
    access: Access,
) -> Result<Rows, Error> {
    check_sizes(statement, parameters)?;
    match access {
        Access::Read => run_as(connection, Trust::Read, statement, parameters),
        Access::Write => {
            connection.atomically(|| run_as(connection, Trust::Write, statement, parameters))
        }
    }
}

fn run_as(
    site: &GuardedConnection,
    trust: Trust,
    statement: &str,
    parameters: &[Cell],
) -> Result<Rows, Error> {
    // Not cached: the cache must not give a site a statement that was prepared for this crate.
    site.with(trust, |connection| {
        let before = connection.total_changes();
        let mut statement = connection.prepare(statement)?;
        let columns = statement.column_names().map(str::to_owned).collect();
        let rows = collect(&mut statement, parameters, site.limits())?;
        Ok(Rows {
            columns,
            rows,
            changes: connection.total_changes().saturating_sub(before),
        })
    })
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
