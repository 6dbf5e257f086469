//! The object stores, and how the database is created and upgraded.

use idb::event::VersionChangeEvent;
use idb::{
    Database, DatabaseEvent, Event, Factory, KeyPath, ObjectStoreParams, Request, Transaction,
};

use crate::Error;

/// The database of the extension.
pub const DATABASE: &str = "peerserver";

/// The version of the schema. Raise it with every change of the object stores and extend [`upgrade`].
const VERSION: u32 = 2;

/// Site id → site record.
pub const SITES: &str = "sites";
/// Site id → `{privateKey, publicKey}` as CryptoKeys. Apart from the sites, so that answering a request
/// does not clone keys.
pub const KEYS: &str = "keys";
/// `[site, version, path]` → file record.
pub const FILES: &str = "files";
/// Blob id → Blob.
pub const BLOBS: &str = "blobs";
/// Name → JSON text.
pub const SETTINGS: &str = "settings";
/// `[site, time, place, name]` → log entry. Since version 2.
pub const LOG: &str = "log";

/// The index of files by the blob that they refer to. Since version 2.
pub const BY_BLOB: &str = "blob";

/// Opens the database, creating or upgrading it as needed. The connection closes by itself when a newer
/// version of the extension wants to upgrade.
pub async fn open(name: &str) -> Result<Database, Error> {
    let unavailable = |error: idb::Error| match Error::from(error) {
        Error::Browser { name, message } => Error::Unavailable(format!("{name}: {message}")),
        Error::Closed => Error::Unavailable("storage is switched off".to_owned()),
        other => other,
    };
    let mut request = Factory::new()
        .and_then(|factory| factory.open(name, Some(VERSION)))
        .map_err(unavailable)?;
    request.on_upgrade_needed(|event| {
        let request = event.target().ok();
        let Some(transaction) = request.and_then(|request| request.transaction()) else {
            return;
        };
        if upgrade(&event, &transaction).is_err() {
            // A database that lacks stores must not be created: opening fails instead.
            let _ = transaction.abort();
        }
    });
    let mut database = request.await.map_err(unavailable)?;
    database.on_version_change(|event| {
        if let Some(database) = event
            .target()
            .and_then(|target| Database::try_from(target).ok())
        {
            database.close();
        }
    });
    Ok(database)
}

/// Creates the object stores and indices that are missing, whatever the version was; others stay as they are.
fn upgrade(event: &VersionChangeEvent, transaction: &Transaction) -> Result<(), idb::Error> {
    let database = event.database()?;
    let present = database.store_names();
    for name in [SITES, KEYS, FILES, BLOBS, SETTINGS, LOG] {
        if !present.iter().any(|p| p == name) {
            database.create_object_store(name, ObjectStoreParams::new())?;
        }
    }
    let files = transaction.object_store(FILES)?;
    if !files.index_names().iter().any(|name| name == BY_BLOB) {
        files.create_index(BY_BLOB, KeyPath::new_single("blob"), None)?;
    }
    Ok(())
}
