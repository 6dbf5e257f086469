//! Data in and out, as JSON.
//!
//! A collection is one file: a JSON list with a document a line, each with its id. So it can be read, compared and
//! kept beside the site's other files.

use std::fmt;

use rusqlite::params;
use serde::de::{DeserializeSeed, SeqAccess, Visitor};
use serde_json::Value;

use crate::collection::{Collection, with_id};
use crate::error::Error;
use crate::random::Random;

/// What happens to documents that are there when others are imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Import {
    /// Nothing is imported if the collection is there: the file is only what a site begins with.
    Seed,
    /// Documents with the same id are replaced, others stay.
    Merge,
    /// All are deleted before.
    Replace,
}

/// A part of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The text. All parts one after the other are the file.
    pub text: String,
    /// Where the next part begins; none after the last.
    pub next: Option<Position>,
}

/// Where a part of an export begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    row: i64,
    is_first: bool,
}

impl Position {
    /// Before the first document.
    pub const START: Self = Self {
        row: i64::MIN,
        is_first: true,
    };
}

impl Collection<'_> {
    /// A part of the collection's file, of about so many bytes.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn export(&self, from: Position, about_bytes: usize) -> Result<Part, Error> {
        let mut text = String::from(if from.is_first { "[" } else { "" });
        let mut next = None;
        let mut is_first = from.is_first;
        if self.exists()? {
            let statement = format!(
                "SELECT rowid, id, document FROM {} WHERE rowid > ? ORDER BY rowid",
                self.name().quoted()
            );
            self.site(|connection| {
                let mut statement = connection.prepare_cached(&statement)?;
                let mut rows = statement.query(params![from.row])?;
                while let Some(row) = rows.next()? {
                    let (at, id, document): (i64, String, String) =
                        (row.get(0)?, row.get(1)?, row.get(2)?);
                    text.push_str(if is_first { "\n" } else { ",\n" });
                    text.push_str(&with_id(&document, &id));
                    is_first = false;
                    if text.len() >= about_bytes {
                        next = Some(Position { row: at, is_first });
                        break;
                    }
                }
                Ok(())
            })?;
        }
        if next.is_none() {
            text.push_str("\n]\n");
        }
        Ok(Part { text, next })
    }

    /// Imports a file, all of it or nothing, and says how many documents it had. `file` is its name, for errors.
    ///
    /// # Errors
    /// If it is no JSON list of documents, or as [`Collection::insert`].
    pub fn import(
        &self,
        file: &str,
        json: &str,
        how: Import,
        random: &mut dyn Random,
    ) -> Result<u64, Error> {
        if how == Import::Seed && self.exists()? {
            return Ok(0);
        }
        self.connection.atomically(|| {
            self.create()?;
            if how == Import::Replace {
                self.delete(&Value::Object(serde_json::Map::new()))?;
            }
            let mut reader = serde_json::Deserializer::from_str(json);
            let mut failed = None;
            let list = List {
                failed: &mut failed,
                take: |document: Value| self.take(&document, how, random),
            };
            let read = list
                .deserialize(&mut reader)
                .and_then(|count| reader.end().map(|()| count));
            read.map_err(|error| {
                failed.unwrap_or(Error::Import {
                    file: file.to_owned(),
                    problem: not_json(&error),
                })
            })
        })
    }

    fn take(&self, document: &Value, how: Import, random: &mut dyn Random) -> Result<(), Error> {
        match document.get("id").and_then(Value::as_str) {
            Some(id) if how == Import::Merge => self.put(id, document),
            _ => self.insert(document, random).map(drop),
        }
    }
}

fn not_json(error: &serde_json::Error) -> String {
    // Its text ends with line and column.
    format!("{error}. The file is a JSON list of documents: `[{{\"name\": \"Ann\"}}, …]`")
}

/// Reads a list item by item, so that a large file is in memory once and not twice.
struct List<'a, F> {
    failed: &'a mut Option<Error>,
    take: F,
}

impl<'de, F: FnMut(Value) -> Result<(), Error>> DeserializeSeed<'de> for List<'_, F> {
    type Value = u64;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(Value) -> Result<(), Error>> Visitor<'de> for List<'_, F> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of documents")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<u64, A::Error> {
        let mut count = 0;
        while let Some(item) = items.next_element()? {
            if let Err(error) = (self.take)(item) {
                *self.failed = Some(error);
                return Err(serde::de::Error::custom("a document was refused"));
            }
            count += 1;
        }
        Ok(count)
    }
}
