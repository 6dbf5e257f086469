//! The parts of the page. Each shows one thing of the site that is open, or of all sites, and does what concerns that
//! alone.
//!
//! They must not know how a site comes to be opened, nor what changes sites.

mod code;
pub mod data;
mod imported;
mod link;
mod log;
mod open_site;
mod sidebar;
mod starters;
mod storage;
