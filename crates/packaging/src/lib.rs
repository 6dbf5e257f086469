//! What the build stamps: manifest, key and extension id.
//!
//! Used at build time only, by xtask and by build scripts. It knows the two forms a browser prescribes (a manifest's
//! JSON and the derivation of an extension's id) and nothing of where files lie.

mod error;
mod id;
mod manifest;

pub use error::PackagingError;
pub use id::extension_id;
pub use manifest::{gecko_id, stamp_manifest};
