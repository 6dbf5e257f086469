//! Asking a collection for documents.
//!
//! It must not know how documents are changed.

use std::fmt::Write as _;

use rusqlite::params_from_iter;
use serde_json::Value;

use crate::cell::Cell;
use crate::collection::{Collection, with_id};
use crate::compile::compile;
use crate::error::Error;
use crate::filter::{self, Condition};
use crate::limits::INDEX_FIELDS;
use crate::name::FieldPath;
use crate::sql::Budget;

/// Which way documents are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The smallest first. What is missing or null comes before numbers, true and false among them as 1 and 0, and
    /// those before texts by their bytes.
    Up,
    /// The other way round.
    Down,
}

/// A question for documents. Nothing is done before its last call.
#[derive(Clone)]
pub struct Find<'db> {
    collection: Collection<'db>,
    condition: Condition,
    order: Vec<(FieldPath, Direction)>,
    limit: Option<u64>,
    skip: u64,
}

impl<'db> Collection<'db> {
    /// Asks for the documents that a filter describes; `{}` describes all.
    ///
    /// # Errors
    /// If the filter says something that filters do not know.
    pub fn find(&self, filter: &Value) -> Result<Find<'db>, Error> {
        Ok(Find::new(self.clone(), filter::read(filter)?))
    }
}

impl<'db> Find<'db> {
    fn new(collection: Collection<'db>, condition: Condition) -> Self {
        Self {
            collection,
            condition,
            order: Vec::new(),
            limit: None,
            skip: 0,
        }
    }

    /// Sorts by a field, after the fields that were named before. Among equals, the order of putting in counts.
    ///
    /// # Errors
    /// If no field can have that name, or there are too many.
    pub fn sort(mut self, field: &str, direction: Direction) -> Result<Self, Error> {
        if self.order.len() >= INDEX_FIELDS {
            return Err(Error::Filter {
                at: "sort".to_owned(),
                problem: format!("name at most {INDEX_FIELDS} fields"),
            });
        }
        self.order.push((field.parse()?, direction));
        Ok(self)
    }

    /// Gives at most so many.
    #[must_use]
    pub fn limit(mut self, count: u64) -> Self {
        self.limit = Some(count);
        self
    }

    /// Passes over the first so many.
    #[must_use]
    pub fn skip(mut self, count: u64) -> Self {
        self.skip = count;
        self
    }

    /// The documents.
    ///
    /// # Errors
    /// If they are more or larger than one question may give, or the database cannot be read.
    pub fn documents(&self) -> Result<Vec<Value>, Error> {
        let mut documents = Vec::new();
        self.each(|text| {
            // The table's own check lets nothing else in.
            documents.extend(serde_json::from_str::<Value>(&text));
        })?;
        Ok(documents)
    }

    /// The documents as one JSON list: for whoever passes them on as text.
    ///
    /// # Errors
    /// As [`Find::documents`].
    pub fn text(&self) -> Result<String, Error> {
        let mut list = String::from("[");
        self.each(|text| {
            if list.len() > 1 {
                list.push(',');
            }
            list.push_str(&text);
        })?;
        list.push(']');
        Ok(list)
    }

    /// The first document.
    ///
    /// # Errors
    /// As [`Find::documents`].
    pub fn first(&self) -> Result<Option<Value>, Error> {
        Ok(self
            .clone()
            .limit(self.limit.unwrap_or(1).min(1))
            .documents()?
            .pop())
    }

    fn each(&self, mut take: impl FnMut(String)) -> Result<(), Error> {
        if !self.collection.exists()? {
            return Ok(());
        }
        let (statement, parameters) = self.statement();
        let mut budget = Budget::new(self.collection.connection.limits());
        self.collection.site(|connection| {
            let mut statement = connection.prepare_cached(&statement)?;
            let mut rows = statement.query(params_from_iter(&parameters))?;
            while let Some(row) = rows.next()? {
                let (id, document) = (row.get_ref(0)?, row.get_ref(1)?);
                let text = with_id(
                    document.as_str().map_err(rusqlite::Error::from)?,
                    id.as_str().map_err(rusqlite::Error::from)?,
                );
                budget.take_row()?;
                budget.take_bytes(text.len())?;
                take(text);
            }
            Ok(())
        })
    }

    fn statement(&self) -> (String, Vec<Cell>) {
        let compiled = compile(&self.condition);
        let mut parameters = compiled.parameters;
        let mut sql = format!(
            "SELECT id, document FROM {} WHERE {} ORDER BY ",
            self.collection.name.quoted(),
            compiled.sql
        );
        for (field, direction) in &self.order {
            let word = match direction {
                Direction::Up => "ASC",
                Direction::Down => "DESC",
            };
            // Writing to a text cannot fail.
            let _ = write!(sql, "{} {word}, ", field.value_sql());
        }
        sql.push_str("rowid LIMIT ? OFFSET ?");
        let bound = |count: u64| Cell::Integer(i64::try_from(count).unwrap_or(i64::MAX));
        parameters.push(self.limit.map_or(Cell::Integer(-1), bound));
        parameters.push(bound(self.skip));
        (sql, parameters)
    }
}
