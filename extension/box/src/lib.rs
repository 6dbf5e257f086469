//! The box in the browser: what runs a site's own code, apart from everything else.
//!
//! It is one dedicated Worker for one site, which can be ended at any moment. It must not know the network, the
//! WebExtensions API or another site.
//!
//! - `message`: posts its messages to its owner, the network document.
//! - `site_runtime`: the site in the box: its program, its database, its requests.
//! - `owner_requests`: handles the requests of the site's owner.
//! - [`database`]: opens the site's database, in files that outlive the Worker.
//! - `platform`: clocks, random bytes, and heartbeats for the owner.

#[cfg(target_arch = "wasm32")]
pub mod database;
#[cfg(target_arch = "wasm32")]
mod libc;
#[cfg(target_arch = "wasm32")]
mod message;
#[cfg(target_arch = "wasm32")]
mod owner_requests;
#[cfg(target_arch = "wasm32")]
mod platform;
#[cfg(target_arch = "wasm32")]
mod site_runtime;

#[cfg(target_arch = "wasm32")]
pub use site_runtime::handle_message;
