//! What changes sites. Each edit writes to the store or has the background act, and then has the page show what has
//! become of it.
//!
//! They must not know which button was pressed.

mod add_files;
mod export;
mod files;
mod import;
mod imported;
mod settings;
mod sites;
mod text;
