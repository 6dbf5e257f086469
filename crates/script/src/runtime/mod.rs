//! A site's code, and the runtimes that it runs in: each with the prelude and the natives, for one request.
//!
//! It must not know when a request runs, nor what becomes of what its code asks.

pub(crate) mod engine;
mod modules;
pub mod program;
pub(crate) mod realm;
