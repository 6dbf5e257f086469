//! A site's database: opening it, its transactions, and the ways to what is in it.

use rusqlite::Connection;
use serde_json::{Map, Value};

use crate::accounts::{self, Accounts};
use crate::attempts::Pending;
use crate::cell::{Cell, Rows};
use crate::collection::Collection;
use crate::connection::GuardedConnection;
use crate::error::Error;
use crate::limits::Limits;
use crate::name::CollectionName;
use crate::sessions::{self, Sessions};
use crate::sql::{self, Access};

/// The database of one site, over one connection that nobody else uses.
pub struct Database {
    connection: GuardedConnection,
    /// What must be noted again if the transaction is rolled back.
    attempts: Pending,
}

impl Database {
    /// Takes a connection that the caller opened, limits it and makes what every site has.
    ///
    /// `time_is_up` is asked while a statement runs, every fraction of a millisecond.
    ///
    /// # Errors
    /// If the database cannot be read or written, or is none.
    pub fn open(
        connection: Connection,
        limits: Limits,
        time_is_up: impl FnMut() -> bool + Send + 'static,
    ) -> Result<Self, Error> {
        let connection = GuardedConnection::new(connection, limits, time_is_up)?;
        connection.batch(sessions::SCHEMA)?;
        for schema in accounts::SCHEMA {
            connection.batch(schema)?;
        }
        Ok(Self {
            connection,
            attempts: Pending::default(),
        })
    }

    /// Begins the transaction of a request.
    ///
    /// # Errors
    /// If there is one.
    pub fn begin(&self) -> Result<(), Error> {
        self.connection.begin()
    }

    /// Makes what the transaction did lasting.
    ///
    /// # Errors
    /// If there is none, if it was undone, or if it cannot be written. Nothing of it stays then.
    pub fn commit(&self) -> Result<(), Error> {
        if !self.in_transaction() {
            return Err(Error::Transaction("there is no transaction to commit"));
        }
        match self.connection.commit() {
            Ok(()) => {
                self.attempts.clear();
                Ok(())
            }
            Err(error) => {
                // It failed already; what a roll-back says does not matter.
                let _ = self.rollback();
                Err(error)
            }
        }
    }

    /// Undoes what the transaction did. Without one it does nothing.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn rollback(&self) -> Result<(), Error> {
        self.connection.rollback()?;
        self.attempts.note_again(&self.connection)
    }

    /// Whether a transaction has begun and not ended.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        self.connection.in_transaction()
    }

    /// A collection by its name. It need not be there: a question finds nothing then, and the first document makes
    /// it.
    ///
    /// # Errors
    /// If no collection can have that name.
    pub fn collection(&self, name: &str) -> Result<Collection<'_>, Error> {
        Ok(Collection::new(
            &self.connection,
            name.parse::<CollectionName>()?,
        ))
    }

    /// The collections with their numbers of documents, by name.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn collections(&self) -> Result<Vec<(CollectionName, u64)>, Error> {
        let names: Vec<String> = self.connection.own(|connection| {
            let mut statement = connection.prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY name",
            )?;
            let names = statement.query_map([], |row| row.get(0))?;
            Ok(names.collect::<Result<_, _>>()?)
        })?;
        let mut collections = Vec::new();
        for name in names {
            let Ok(collection) = self.collection(&name) else {
                continue;
            };
            if matches!(collection.exists(), Ok(true)) {
                let count = collection.count(&Value::Object(Map::new()))?;
                collections.push((collection.name().clone(), count));
            }
        }
        Ok(collections)
    }

    /// The site's sessions.
    #[must_use]
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions::new(&self.connection)
    }

    /// The site's accounts.
    #[must_use]
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts::new(&self.connection, &self.attempts)
    }

    /// Runs one statement with its parameters, for `?` in their order.
    ///
    /// A collection `guests` is a table of that name with the columns `id` and `document` (JSON):
    /// `select document ->> 'name' from guests where id = ?`.
    ///
    /// # Errors
    /// If it is not one statement, if a site may not run it, if it gives or takes more than is allowed, or if
    /// SQLite cannot carry it out. A statement that fails changes nothing.
    pub fn sql(&self, statement: &str, parameters: &[Cell], access: Access) -> Result<Rows, Error> {
        sql::run(&self.connection, statement, parameters, access)
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

    /// What this database may take.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.connection.limits()
    }

    /// Bytes that the database takes now.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn bytes(&self) -> Result<u64, Error> {
        self.connection.own(|connection| {
            let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            let page: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
            Ok(pages.saturating_mul(page).unsigned_abs())
        })
    }

    /// Looks through the whole database for damage; empty if it is sound.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn check(&self) -> Result<Vec<String>, Error> {
        const FOUND: usize = 20;
        self.connection.own(|connection| {
            let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
            let found = statement.query_map([], |row| row.get::<_, String>(0))?;
            let found: Vec<String> = found.take(FOUND).collect::<Result<_, _>>()?;
            Ok(found.into_iter().filter(|line| line != "ok").collect())
        })
    }
}
