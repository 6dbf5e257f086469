//! Writes our manifest to one place where a browser looks for native hosts, and removes it.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use super::{manifest, registry};
use crate::Error;
use crate::write::{self, Change};

/// Where a browser looks for native hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// For a manifest in a folder of its own.
    File(PathBuf),
    /// For a registry key that names a manifest elsewhere.
    Registry {
        /// The key, with its hive.
        key: String,
        /// The manifest.
        manifest: PathBuf,
    },
}

impl Place {
    /// Writes a manifest there.
    ///
    /// # Errors
    /// [`Error`] if it cannot be written.
    pub fn register(&self, content: &[u8]) -> Result<Change, Error> {
        match self {
            Self::File(manifest) => write::atomically(manifest, content),
            Self::Registry { key, manifest } => {
                let written = write::atomically(manifest, content)?;
                let named = registry::set(key, manifest)?;
                Ok(if named == Change::Unchanged {
                    written
                } else {
                    named
                })
            }
        }
    }

    /// Removes our manifest. The file stays on Windows, where several browsers share it.
    ///
    /// # Errors
    /// [`Error`] if it cannot be removed.
    pub fn unregister(&self) -> Result<Change, Error> {
        match self {
            Self::File(file) => match fs::read(file) {
                Ok(content) if !manifest::is_ours(&content) => Ok(Change::Unchanged),
                _ => write::remove(file),
            },
            Self::Registry { key, .. } => registry::remove(key),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Registry { key, manifest } => write!(f, "{key} = {}", manifest.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_program_s_manifest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.json");
        fs::write(&file, r#"{"name":"com.other"}"#).unwrap();
        let place = Place::File(file.clone());
        assert_eq!(place.unregister().unwrap(), Change::Unchanged);
        assert!(file.exists());
    }
}
