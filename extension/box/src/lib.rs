//! The box in the browser: what runs a site's own code, apart from everything else.
//!
//! It is one dedicated Worker for one site, which can be ended at any moment. It must not know the network, the
//! WebExtensions API or another site.
//!
//! - [`database`]: opens the site's database, in files that outlive the Worker.

#[cfg(target_arch = "wasm32")]
pub mod database;
