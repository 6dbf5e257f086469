//! The entries of a small archive that is good but for what a test adds to it.

use super::import;
use super::raw_zip::{Entry, zip};

pub const INDEX: &[u8] = b"<h1>Hello</h1>";

pub fn index() -> Entry {
    Entry::stored("index.html", INDEX)
}

/// What is said of an archive of these entries and a good one.
pub fn refusal(entries: &[Entry]) -> String {
    let mut all = vec![index()];
    all.extend_from_slice(entries);
    import(&zip(&all)).unwrap_err().to_string()
}

pub fn other() -> Entry {
    Entry::deflated("other.css", &b"body { color: red }".repeat(20))
}
