//! The web server: a [`Request`] in, a [`Response`] out, over a [`Storage`].
//!
//! This crate decides the response. It must not know where it runs (service worker, native
//! process, test), how bytes are stored or how they travel: a body that is a stored file stays the
//! storage's own handle with a range of bytes, and the caller turns it into a stream in its own way.
//!
//! # Layout
//! - [`request`], [`response`], [`storage`], [`settings`]: the types of its interface.
//! - [`path`]: which paths a site's files may have.
//! - [`target`]: from a raw request target to a path that can be looked up; nothing escapes here.
//! - [`serve`]: the static server ([`respond`]).
//! - [`conditions`], [`range`], [`media_type`], [`page`]: its parts, each one rule of HTTP.
//! - [`folder`]: a folder of a storage, as a storage of its own.
//! - [`memory`]: files in memory, for tests and small tools.

pub mod conditions;
pub mod folder;
pub mod media_type;
pub mod memory;
pub mod page;
pub mod path;
pub mod range;
pub mod request;
pub mod response;
pub mod serve;
pub mod settings;
pub mod storage;
pub mod target;

pub use folder::Folder;
pub use memory::MemoryStorage;
pub use path::{FilePath, PathError};
pub use request::Request;
pub use response::{Body, Response};
pub use serve::respond;
pub use settings::Settings;
pub use storage::{FileMeta, Found, Storage};
