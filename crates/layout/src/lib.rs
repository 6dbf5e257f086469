//! What a site's files mean: where each kind lies, what `site.json` says, and which route answers a request.
//!
//! The same layout holds in the store, in a bundle and in a linked folder. This crate is small and without
//! an engine, so that whoever takes a request (the extension's background, the native companion) can tell
//! at once whether code has to run for it. It must not know how files are stored, how scripts run or how
//! requests travel.
//!
//! # Layout
//! - [`place`]: which kind of file a path names.
//! - [`site_json`]: the settings file, with errors for its author. [`limits`]: what of it bounds scripts;
//!   [`capped`]: for sites that came from elsewhere.
//! - [`method`], [`pattern`]: what a route says that it answers; [`pattern_error`]: why one cannot be.
//! - [`table`]: all routes of a site, and the one that answers a request.

pub mod capped;
pub mod limits;
pub mod method;
pub mod pattern;
pub mod pattern_error;
pub mod place;
pub mod site_json;
pub mod table;

pub use limits::Limits;
pub use method::Methods;
pub use pattern::{PathPattern, Pattern};
pub use pattern_error::PatternError;
pub use place::Place;
pub use site_json::{SiteJson, SiteJsonError};
pub use table::{Lookup, Match, Route, RouteTable, TableError};
