//! Starts real browsers and drives them: [`Chromium`] over the DevTools protocol (CDP), [`Firefox`] over WebDriver BiDi.
//!
//! For end-to-end tests, `cargo xtask run` and the benchmarks. It speaks to the browsers directly, so that no driver
//! program and no other language is needed, and so that nothing attaches to a service worker by itself: a debugger
//! keeps a worker alive, which would hide what these tests look for. It must not know PeerServer: it opens pages,
//! evaluates, clicks, and stops workers.
//!
//! What both browsers can do is in [`Page`]; what only one can, in its own type.

mod address;
mod browser;
pub mod chromium;
mod connection;
mod decode;
mod error;
pub mod firefox;
mod options;
mod page;
mod process;
mod profile;
mod wait;

pub use browser::Browser;
pub use chromium::Chromium;
pub use error::DriverError;
pub use firefox::Firefox;
pub use options::Options;
pub use page::Page;
pub use profile::{TempProfile, free_port};

/// The result of driving.
pub type Result<T, E = DriverError> = std::result::Result<T, E>;
