//! The native host: rendezvous and gateway for browsers, started by a browser over native messaging or
//! by a person on the command line.
//!
//! - [`host`] answers the extension on stdin and stdout, and keeps a rendezvous up for it.
//! - [`bundle`] packs, unpacks and checks bundles.
//! - [`cli`] is what a person types.
//! - [`install`] tells browsers where this program is.
//! - [`rendezvous`] introduces peers and serves the gateway's files.

pub mod bundle;
pub mod cli;
mod error;
pub mod extension;
pub mod folders;
pub mod host;
pub mod install;
pub mod log;
pub mod rendezvous;
mod signals;
mod write;

pub use error::Error;
