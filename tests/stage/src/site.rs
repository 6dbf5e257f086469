//! What a site is made of, and where it is once it is hosted.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

/// A folder of files to make a site of.
#[derive(Debug)]
pub struct Content {
    folder: tempfile::TempDir,
}

impl Content {
    /// These files: path and bytes.
    pub fn new<B: AsRef<[u8]>>(files: &[(&str, B)]) -> Result<Self> {
        let content = Self {
            folder: tempfile::tempdir()?,
        };
        for (path, bytes) in files {
            content.write(path, bytes)?;
        }
        Ok(content)
    }

    /// Write one more file, or another version of one.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> Result<()> {
        let file = self.folder.path().join(path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        Ok(fs::write(file, bytes)?)
    }

    /// The files and folders at the top, as a person would drop them.
    pub fn top(&self) -> Result<Vec<PathBuf>> {
        top(self.folder.path())
    }
}

/// The files and folders at the top of a folder.
pub fn top(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

/// A site that is hosted.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// Its label.
    pub label: String,
    /// The link that its owner gives away.
    pub link: String,
}
