//! Opens a site's database in files that outlive the Worker.
//!
//! The files lie in the origin's private file system (OPFS), behind synchronous handles, which only a dedicated
//! Worker can have. What SQLite has synced is in the browser's own process or on disk: the Worker may be ended at any
//! moment, and the next one finds every transaction that was committed and nothing of another (`tests/killed.rs`).
//! The handles also keep a second Worker out: a site's database is open once.

use std::time::Duration;

use database::rusqlite::{self, Connection, OpenFlags};
use gloo_timers::future::sleep;
use sqlite_wasm_rs::WasmOsCallback;
use sqlite_wasm_vfs::sahpool::{OpfsSAHError, OpfsSAHPoolCfgBuilder, install};

/// Files that are open at once: the database and its log, and some to spare for temporary ones.
const MAX_OPEN_FILES: usize = 6;

/// Bytes of memory that SQLite may take. What wants more fails, and the box goes on: without this, a statement that
/// sorts more than fits would end the whole Worker.
const HEAP_BYTES: u32 = 128 * 1024 * 1024;

/// The database among the files of its folder.
const DATABASE_FILE: &str = "site.sqlite";

/// The name of the SQLite VFS that keeps files in OPFS. A box has one site, so it has one VFS.
const VFS_NAME: &str = "box";

/// How often opening is tried: the browser releases the handles of a terminated Worker with a delay.
const MAX_TRIES: u32 = 50;

/// The time between two tries. Together they wait for five seconds.
const RETRY_DELAY: Duration = Duration::from_millis(100);

/// Why the database cannot be opened. Each ends the site's dynamic part.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The browser has no private files for Workers here, as in Firefox's private windows.
    #[error(
        "this browser keeps no database here: {0}. Use an ordinary window, and a browser that is up to date"
    )]
    Unsupported(OpfsSAHError),
    /// Another Worker has it open.
    #[error(
        "the site's database is open elsewhere: {0}. Close the other window that hosts this site"
    )]
    Busy(OpfsSAHError),
    /// SQLite cannot open it.
    #[error("the site's database cannot be opened: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// Opens the database in a folder, and makes it if it is not there. `folder` is a path in the origin's private files,
/// of one site alone. To be called once in a Worker.
///
/// # Errors
/// If this is no dedicated Worker, if another has the folder, or if the database cannot be opened.
pub async fn open(folder: &str) -> Result<Connection, OpenError> {
    let config = OpfsSAHPoolCfgBuilder::new()
        .vfs_name(VFS_NAME)
        .directory(folder)
        .initial_capacity(MAX_OPEN_FILES)
        .build();
    let mut tries = 0;
    loop {
        match install::<WasmOsCallback>(&config, false).await {
            Ok(_) => break,
            Err(error @ OpfsSAHError::NotSupported) => return Err(OpenError::Unsupported(error)),
            Err(error) if tries >= MAX_TRIES => return Err(OpenError::Busy(error)),
            Err(_) => {
                tries += 1;
                sleep(RETRY_DELAY).await;
            }
        }
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let connection = Connection::open_with_flags_and_vfs(DATABASE_FILE, flags, VFS_NAME)?;
    // A commit is one write at the log's end and one flush. Alone with its file, SQLite keeps the log's index in its
    // own memory; shared memory is not needed.
    connection.execute_batch(&format!(
        "PRAGMA hard_heap_limit = {HEAP_BYTES};
         PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA temp_store = MEMORY;"
    ))?;
    Ok(connection)
}
