//! Sites in IndexedDB: their files, keys and settings, a draft and a live version of each.
//!
//! Runs wherever IndexedDB is: service worker, extension page, event page. It must not know the network,
//! the WebExtension API or how a request is answered: the engine ([`site`]) reads files through
//! [`LiveFiles`].
//!
//! # Layout
//! - [`Store`]: the open database; its methods are in [`sites`], [`files`], [`edit`], [`publish`], [`import`],
//!   [`settings`], [`storage_usage`] and [`listing`]; [`site_files`] has those for a site's own code, [`log`] those of its log.
//! - [`live`]: a version of a site as the engine's storage.
//! - `schema`, `record`: the object stores, their keys and records. `tx`: transactions.
//!   `keys`: WebCrypto. `content`: reads and hashes a file's bytes. `lock`: one import at a time.
//!
//! # Invariants
//! - **Each change is one read-write transaction** over all object stores that it concerns;
//!   whatever ends it early (error, dropped future, death of the worker, full disk) leaves all as it was.
//! - **Only IndexedDB is awaited inside a transaction.** Awaiting anything else commits it half-way. Keys,
//!   hashes and bytes are computed before.
//! - **A blob and its first reference are written together, and a blob is deleted in the transaction that
//!   finds it unreferenced.** So garbage collection cannot delete what a concurrent writer is about to reference.

mod content;
pub mod edit;
mod error;
pub mod files;
pub mod import;
mod keys;
pub mod limits;
pub mod listing;
pub mod live;
mod lock;
pub mod log;
mod new_file;
pub mod publish;
mod record;
mod schema;
pub mod settings;
pub mod site_files;
pub mod sites;
pub mod storage_usage;
mod store;
mod tx;

pub use edit::Edited;
pub use error::{Error, ErrorScope};
pub use files::RemovedFile;
pub use import::{Import, Imported, Target};
pub use listing::{FirstFiles, ListedFile};
pub use live::LiveFiles;
pub use log::{LogEntry, LogLevel};
pub use new_file::NewFile;
pub use record::{OWN_FILES, Previous, Site, SiteId, Version};
pub use site_files::Code;
pub use storage_usage::Usage;
pub use store::Store;
