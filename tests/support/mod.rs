//! What behaviour tests of the rendezvous need: one that runs on a free port, keys, peers, and an HTTP
//! client that sends exactly what it is told.

mod http;
mod key;
mod peer;
mod server;

pub use http::{Answer, request};
pub use key::Key;
pub use peer::{Closed, Peer, sdp};
pub use server::Server;

use std::time::Duration;

/// How long anything may take before a test fails. Nothing waits so long when all is well.
pub const PATIENCE: Duration = Duration::from_secs(30);
