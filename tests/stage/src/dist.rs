//! The built product.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// Where `cargo xtask build` has put the product.
#[derive(Debug, Clone)]
pub struct Dist {
    folder: PathBuf,
}

impl Dist {
    /// `$PEERSERVER_DIST`, or `dist/` of this work tree.
    pub fn find() -> Result<Self> {
        let folder = match std::env::var_os("PEERSERVER_DIST") {
            Some(folder) => PathBuf::from(folder),
            None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist"),
        };
        let dist = Self { folder };
        if !dist.extension().join("manifest.json").is_file() || !dist.peerserver().is_file() {
            bail!(
                "{} is not built: run `cargo xtask build` first",
                dist.folder.display()
            );
        }
        Ok(dist)
    }

    /// The unpacked extension.
    pub fn extension(&self) -> PathBuf {
        self.folder.join("extension")
    }

    /// The `peerserver` binary.
    pub fn peerserver(&self) -> PathBuf {
        self.folder
            .join(format!("peerserver{}", std::env::consts::EXE_SUFFIX))
    }
}
