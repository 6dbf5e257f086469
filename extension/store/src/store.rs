//! The open database.

use std::cell::RefCell;
use std::rc::Rc;

use idb::{Database, TransactionMode};

use crate::tx::Tx;
use crate::{Error, schema};

/// The sites of this browser. Clones share one connection.
#[derive(Debug, Clone)]
pub struct Store {
    name: Rc<str>,
    connection: Rc<RefCell<Connection>>,
}

/// Closed with its last user: a connection left open would hold up the next version's upgrade.
#[derive(Debug)]
struct Connection(Database);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Store {
    /// Opens the extension's database, creating it on first use.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the browser gives no storage.
    pub async fn open() -> Result<Self, Error> {
        Self::open_named(schema::DATABASE).await
    }

    /// Opens a database of another name, for tests.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_named(name: &str) -> Result<Self, Error> {
        let database = schema::open(name).await?;
        Ok(Self {
            name: name.into(),
            connection: Rc::new(RefCell::new(Connection(database))),
        })
    }

    /// Closes the connection once its transactions have ended. The next call opens it again.
    pub fn close(&self) {
        self.connection.borrow().0.close();
    }

    /// The name of the database.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Reads within one transaction: one state of all these object stores.
    pub(crate) async fn read<T>(
        &self,
        stores: &[&str],
        work: impl AsyncFnOnce(&Tx) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let tx = self.begin(stores, TransactionMode::ReadOnly).await?;
        let result = work(&tx).await;
        result.map_err(|error| tx.fail(error))
    }

    /// Writes within one transaction: all that `work` does, or nothing.
    pub(crate) async fn write<T>(
        &self,
        stores: &[&str],
        work: impl AsyncFnOnce(&Tx) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let tx = self.begin(stores, TransactionMode::ReadWrite).await?;
        match work(&tx).await {
            Ok(value) => tx.finish().await.map(|()| value),
            Err(error) => Err(tx.fail(error)),
        }
    }

    /// Opens a transaction, and the database again if the browser has closed it meanwhile.
    async fn begin(&self, stores: &[&str], mode: TransactionMode) -> Result<Tx, Error> {
        let first = Tx::open(&self.connection.borrow().0, stores, mode);
        match first {
            Err(Error::Closed) => {
                let database = schema::open(&self.name).await?;
                let tx = Tx::open(&database, stores, mode);
                self.connection.replace(Connection(database));
                tx
            }
            other => other,
        }
    }
}
