//! The rendezvous as peers and browsers meet it: over real sockets, each test with one of its own on a
//! free port.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails this way, in its helpers too"
)]

mod support;

#[path = "rendezvous/hostile.rs"]
mod hostile;
#[path = "rendezvous/limits.rs"]
mod limits;
#[path = "rendezvous/names.rs"]
mod names;
#[path = "rendezvous/pages.rs"]
mod pages;
#[path = "rendezvous/proof.rs"]
mod proof;
#[path = "rendezvous/relay.rs"]
mod relay;
#[path = "rendezvous/shares.rs"]
mod shares;
#[path = "rendezvous/shutdown.rs"]
mod shutdown;
#[path = "rendezvous/stale_worker.rs"]
mod stale_worker;
