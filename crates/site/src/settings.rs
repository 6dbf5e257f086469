//! What an owner can set about how a site is served.

use serde::{Deserialize, Serialize};

/// A site's settings. Fields unknown or missing in stored JSON are ignored or take their default, so
/// that old and new records can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// The file that answers navigations to paths that do not exist, for single-page applications;
    /// usually `index.html`.
    pub single_page_fallback: Option<String>,
}
