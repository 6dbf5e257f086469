//! A collection of JSON documents.
//!
//! It is a table with the columns `id` and `document`. A document's `id` is not in its JSON; whoever reads a
//! document finds it there. Documents lie in the order in which they were put in.
//!
//! It must not know how documents are sorted and limited (`find`), nor other collections.

use data_encoding::BASE32_DNSCURVE;
use rusqlite::{OptionalExtension, params};
use serde_json::{Map, Value};

use crate::change;
use crate::compile::compile;
use crate::connection::GuardedConnection;
use crate::error::{Error, Fault};
use crate::filter;
use crate::guard::Trust;
use crate::limits::{ID_BYTES, TABLES};
use crate::name::CollectionName;
use crate::random::Random;

/// Random bytes of an id that this crate makes: 80 bits, so that two never meet in practice (and if they do, the
/// second is refused).
const ID_RANDOM: usize = 10;

/// Documents that an update takes up at once.
const UPDATED_AT_ONCE: usize = 200;

/// A collection of JSON documents in a site's database.
#[derive(Clone)]
pub struct Collection<'db> {
    pub(crate) connection: &'db GuardedConnection,
    pub(crate) name: CollectionName,
}

impl<'db> Collection<'db> {
    pub(crate) fn new(connection: &'db GuardedConnection, name: CollectionName) -> Self {
        Self { connection, name }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &CollectionName {
        &self.name
    }

    /// Puts a document in, and gives its id: its own `id`, or a new one.
    ///
    /// # Errors
    /// If it is no object, too large, or the same as another where it must be unique.
    pub fn insert(&self, document: &Value, random: &mut dyn Random) -> Result<String, Error> {
        let (id, text) = self.split(document)?;
        let id = id.unwrap_or_else(|| new_id(random));
        self.create()?;
        let statement = format!(
            "INSERT INTO {} (id, document) VALUES (?, ?)",
            self.name.quoted()
        );
        self.site(|connection| {
            Ok(connection
                .prepare_cached(&statement)?
                .execute(params![id, text])?)
        })?;
        Ok(id)
    }

    /// Puts a document in under an id, in place of one that is there.
    ///
    /// # Errors
    /// As [`Collection::insert`].
    pub fn put(&self, id: &str, document: &Value) -> Result<(), Error> {
        let (_, text) = self.split(document)?;
        self.check_id(id)?;
        self.create()?;
        let statement = format!(
            "INSERT INTO {} (id, document) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET document = excluded.document",
            self.name.quoted()
        );
        self.site(|connection| {
            Ok(connection
                .prepare_cached(&statement)?
                .execute(params![id, text])?)
        })?;
        Ok(())
    }

    /// The document with an id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn get(&self, id: &str) -> Result<Option<Value>, Error> {
        Ok(self
            .get_text(id)?
            .and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// The document with an id, as JSON: for whoever passes it on as text.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn get_text(&self, id: &str) -> Result<Option<String>, Error> {
        if !self.exists()? {
            return Ok(None);
        }
        let statement = format!("SELECT document FROM {} WHERE id = ?", self.name.quoted());
        let text: Option<String> = self.site(|connection| {
            Ok(connection
                .prepare_cached(&statement)?
                .query_row([id], |row| row.get(0))
                .optional()?)
        })?;
        Ok(text.map(|text| with_id(&text, id)))
    }

    /// How many documents a filter describes.
    ///
    /// # Errors
    /// If the filter says something that filters do not know, or the database cannot be read.
    pub fn count(&self, filter: &Value) -> Result<u64, Error> {
        let condition = compile(&filter::read(filter)?);
        if !self.exists()? {
            return Ok(0);
        }
        let statement = format!(
            "SELECT count(*) FROM {} WHERE {}",
            self.name.quoted(),
            condition.sql
        );
        let parameters = rusqlite::params_from_iter(&condition.parameters);
        let count: i64 = self.site(|connection| {
            Ok(connection
                .prepare_cached(&statement)?
                .query_row(parameters, |row| row.get(0))?)
        })?;
        Ok(count.unsigned_abs())
    }

    /// Changes the documents that a filter describes, all or none, and says how many. A change is an object of new
    /// fields, or of the operators `$set`, `$unset`, `$inc`, `$push` and `$pull`.
    ///
    /// # Errors
    /// As [`Collection::count`] and [`Collection::insert`], or if the change does not fit a document.
    pub fn update(&self, filter: &Value, change: &Value) -> Result<u64, Error> {
        let condition = compile(&filter::read(filter)?);
        let change = change::read(change)?;
        if !self.exists()? {
            return Ok(0);
        }
        let table = self.name.quoted();
        let take = format!(
            "SELECT rowid, document FROM {table} WHERE {} AND rowid > ? ORDER BY rowid LIMIT {UPDATED_AT_ONCE}",
            condition.sql
        );
        let write = format!("UPDATE {table} SET document = ? WHERE rowid = ?");
        self.connection.atomically(|| {
            let mut changed = 0;
            let mut last = i64::MIN;
            loop {
                let mut parameters = condition.parameters.clone();
                parameters.push(crate::cell::Cell::Integer(last));
                let some: Vec<(i64, String)> = self.site(|connection| {
                    let mut statement = connection.prepare_cached(&take)?;
                    let rows = statement
                        .query_map(rusqlite::params_from_iter(&parameters), |row| {
                            Ok((row.get(0)?, row.get(1)?))
                        })?;
                    Ok(rows.collect::<Result<_, _>>()?)
                })?;
                let Some((newest, _)) = some.last() else {
                    return Ok(changed);
                };
                last = *newest;
                for (row, text) in some {
                    let mut document: Map<String, Value> = serde_json::from_str(&text)
                        .map_err(|error| self.not_stored(error.to_string()))?;
                    change.apply(&mut document)?;
                    let text = self.text(&Value::Object(document))?;
                    self.site(|connection| {
                        Ok(connection
                            .prepare_cached(&write)?
                            .execute(params![text, row])?)
                    })?;
                    changed += 1;
                }
            }
        })
    }

    /// Deletes the documents that a filter describes, and says how many.
    ///
    /// # Errors
    /// As [`Collection::count`].
    pub fn delete(&self, filter: &Value) -> Result<u64, Error> {
        let condition = compile(&filter::read(filter)?);
        if !self.exists()? {
            return Ok(0);
        }
        let statement = format!("DELETE FROM {} WHERE {}", self.name.quoted(), condition.sql);
        let parameters = rusqlite::params_from_iter(&condition.parameters);
        let deleted = self
            .site(|connection| Ok(connection.prepare_cached(&statement)?.execute(parameters)?))?;
        Ok(deleted as u64)
    }

    /// Deletes the collection with its documents and indexes. Without one it does nothing.
    ///
    /// # Errors
    /// If it is a table that was made with SQL.
    pub fn drop(&self) -> Result<(), Error> {
        if !self.exists()? {
            return Ok(());
        }
        self.site(|connection| {
            Ok(connection.execute_batch(&format!("DROP TABLE {}", self.name.quoted()))?)
        })
    }

    /// Whether the collection is there.
    ///
    /// # Errors
    /// If there is a table of that name that is no collection.
    pub fn exists(&self) -> Result<bool, Error> {
        let found: Option<bool> = self.connection.own(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT type = 'table' AND (SELECT group_concat(name) FROM pragma_table_info(?1)) = 'id,document'
                 FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')",
            )?;
            Ok(statement.query_row([self.name.as_str()], |row| row.get(0)).optional()?)
        })?;
        match found {
            None => Ok(false),
            Some(true) => Ok(true),
            Some(false) => Err(Error::NotACollection {
                name: self.name.to_string(),
            }),
        }
    }

    /// Makes the collection if it is not there.
    pub(crate) fn create(&self) -> Result<(), Error> {
        if self.exists()? {
            return Ok(());
        }
        self.check_tables()?;
        let statement = format!(
            "CREATE TABLE {} (id TEXT NOT NULL PRIMARY KEY, document TEXT NOT NULL CHECK (json_valid(document) AND json_type(document) = 'object')) STRICT",
            self.name.quoted()
        );
        self.site(|connection| Ok(connection.execute_batch(&statement)?))
    }

    /// Whether there is room for one more table or index.
    pub(crate) fn check_tables(&self) -> Result<(), Error> {
        let count: u64 = self.connection.own(|connection| {
            let count: i64 =
                connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })?;
        if count < TABLES as u64 {
            return Ok(());
        }
        Err(Error::TooLarge {
            what: "the number of collections, tables and indexes",
            size: count + 1,
            limit: TABLES as u64,
            remedy: "Delete those that are not needed; a kind of document is a field, not a collection",
        })
    }

    /// Runs statements on the site's behalf.
    pub(crate) fn site<T>(
        &self,
        work: impl FnOnce(&rusqlite::Connection) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        self.connection.with(Trust::Write, work)
    }

    /// The id of a document, if it says one, and the rest as JSON.
    fn split(&self, document: &Value) -> Result<(Option<String>, String), Error> {
        let Value::Object(members) = document else {
            return Err(self.not_stored("write an object".to_owned()));
        };
        let id = match members.get("id") {
            None | Some(Value::Null) => None,
            Some(Value::String(id)) => Some(id.clone()),
            Some(_) => return Err(self.not_stored("its `id` is not a text".to_owned())),
        };
        if let Some(id) = &id {
            self.check_id(id)?;
        }
        Ok((id, self.text(document)?))
    }

    /// A document's JSON without its id.
    fn text(&self, document: &Value) -> Result<String, Error> {
        let text = match document {
            Value::Object(members) if members.contains_key("id") => {
                let mut members = members.clone();
                members.remove("id");
                Value::Object(members).to_string()
            }
            other => other.to_string(),
        };
        let limit = self.connection.limits().document_bytes;
        if text.len() > limit {
            return Err(Error::TooLarge {
                what: "a document in bytes",
                size: text.len() as u64,
                limit: limit as u64,
                remedy: "Store large things as files, and their names in the document",
            });
        }
        Ok(text)
    }

    fn check_id(&self, id: &str) -> Result<(), Error> {
        if id.is_empty() || id.len() > ID_BYTES || id.contains('\0') {
            return Err(self.not_stored(format!("an `id` has 1 to {ID_BYTES} bytes")));
        }
        Ok(())
    }

    fn not_stored(&self, problem: String) -> Error {
        Error::Document {
            collection: self.name.to_string(),
            problem,
        }
    }
}

/// A stored document's JSON with its id, which comes last: of two members with one name the last counts.
pub(crate) fn with_id(document: &str, id: &str) -> String {
    let id = Value::from(id).to_string();
    let body = document
        .trim_end()
        .strip_suffix('}')
        .unwrap_or("{")
        .trim_end();
    let comma = if body.trim_start() == "{" { "" } else { "," };
    format!("{body}{comma}\"id\":{id}}}")
}

fn new_id(random: &mut dyn Random) -> String {
    let mut bytes = [0; ID_RANDOM];
    random.fill(&mut bytes);
    BASE32_DNSCURVE.encode(&bytes)
}
