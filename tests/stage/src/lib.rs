//! PeerServer on stage: real hosts and visitors in real browsers, for the end-to-end tests, the
//! benchmarks and `cargo xtask run`.
//!
//! It uses the product as a person does, through its pages, wherever a person would. It must not know
//! the product's code: only what is in `dist/`.

mod dist;
mod host;
mod hostile;
mod input;
mod rendezvous;
mod site;
mod visitor;

pub use dist::Dist;
pub use host::{Host, HostOptions, ask};
pub use hostile::hostile;
pub use rendezvous::RendezvousProcess;
pub use site::{Content, Site, top};
pub use visitor::{View, Visitor};

use std::time::Duration;

/// How long anything may take before it is given up. Nothing waits so long when all is well.
pub const PATIENCE: Duration = Duration::from_secs(30);
