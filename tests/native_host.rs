//! The native host as a browser sees it: the real binary, real pipes, real ports.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails this way, in its helpers too"
)]

#[path = "native_host/browser.rs"]
mod browser;
#[path = "native_host/install.rs"]
mod install;
#[path = "native_host/port.rs"]
mod port;
#[path = "native_host/session.rs"]
mod session;
