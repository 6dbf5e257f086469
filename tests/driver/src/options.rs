//! How a browser is to be started.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// What to start a browser with. Make one with [`Options::new`] and change fields.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// The folder of the profile. It is kept, so that the browser can be started with it again; see
    /// [`crate::TempProfile`].
    pub profile: PathBuf,
    /// An unpacked extension to load.
    pub extension: Option<PathBuf>,
    /// Native messaging hosts of this profile: name and manifest. (Chromium only: Firefox looks in `$HOME`.)
    pub native_hosts: Vec<(String, Value)>,
    /// More command-line arguments.
    pub extra_args: Vec<String>,
    /// More environment variables.
    pub env: Vec<(String, String)>,
    /// The browser's language, for instance `de`.
    pub lang: Option<String>,
    /// Whether to run without a window. The default.
    pub headless: bool,
    /// Firefox preferences beside our own: name and value.
    pub prefs: Vec<(String, Value)>,
}

impl Options {
    /// A headless browser with this profile and nothing else.
    pub fn new(profile: impl AsRef<Path>) -> Self {
        Self {
            profile: profile.as_ref().to_path_buf(),
            extension: None,
            native_hosts: Vec::new(),
            extra_args: Vec::new(),
            env: Vec::new(),
            lang: None,
            headless: true,
            prefs: Vec::new(),
        }
    }

    /// The same with an unpacked extension.
    #[must_use]
    pub fn with_extension(mut self, folder: impl AsRef<Path>) -> Self {
        self.extension = Some(folder.as_ref().to_path_buf());
        self
    }
}
