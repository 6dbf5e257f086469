//! Sites of the PeerServer of 2013, made into today's.
//!
//! An archive keeps its own files (`archive-2013/…` in the site's tree): routes as JSON, templates, rows. This crate
//! makes of them files of today's layout that do the same: one route module with all routes of 2013, the modules
//! that run them (`js/`), templates in today's language, and rows as seeds. So nothing else in PeerServer needs to
//! know that year. The archive's own files stay as they are.
//!
//! It must not know how code is run, nor how files are stored.
//!
//! # Layout
//! - [`modernise`]: all of it.
//! - [`Route`]: one route, its path and how it is matched.
//! - [`template`]: templates of Handlebars 1.0 in today's words.
//! - `js/runtime.js`: what routes find when they run.

mod modern;
mod route;
pub mod template;

pub use modern::{Modern, Problem, modernise};
pub use route::{Route, RouteError};
