//! Sites in IndexedDB: their files, keys and settings, a draft and a live version of each.
//!
//! Runs wherever IndexedDB is: service worker, extension page, event page. It must not know the network,
//! the WebExtension API or how a request is answered: it gives the engine ([`site`]) a [`LiveFiles`] to
//! read from.
//!
//! # Layout
//! - [`Store`]: the open database; its methods stand in [`sites`], [`files`], [`edit`], [`publish`], [`import`],
//!   [`settings`], [`space`] and [`listing`]; [`site_files`] is what a site's own code has of it, [`log`] what it says.
//! - [`live`]: a version of a site as the engine's storage.
//! - `schema`, `record`: what lies in the database. `tx`: transactions that keep their word.
//!   `keys`: WebCrypto. `content`: a file's bytes on the way in. `lock`: one import at a time.
//!
//! # Invariants
//! - **One transaction, one truth.** Each change is one read-write transaction over all that it concerns;
//!   whatever ends it early (error, dropped future, death of the worker, full disk) leaves all as it was.
//! - **Only IndexedDB is awaited inside a transaction.** Awaiting anything else commits it half-way. Keys,
//!   hashes and bytes are made before.
//! - **A blob and its first reference are written together, and a blob is deleted in the transaction that
//!   finds it unreferenced.** So the collector cannot take what a concurrent writer is about to use.

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
pub mod space;
mod store;
mod tx;

pub use edit::Edited;
pub use error::{Ends, Error};
pub use files::RemovedFile;
pub use import::{Import, Imported, Target};
pub use listing::{FirstFiles, ListedFile};
pub use live::LiveFiles;
pub use log::{LogEntry, LogLevel};
pub use new_file::NewFile;
pub use record::{OWN_FILES, Previous, Site, SiteId, Version};
pub use site_files::Code;
pub use space::Usage;
pub use store::Store;
