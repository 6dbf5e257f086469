//! Finding files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// All files under a folder, sorted.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The files under the product's web parts that end in `ending`, with their names relative to `dist`.
pub fn with_ending(dist: &Path, ending: &str) -> Result<Vec<(String, PathBuf)>> {
    let mut found = files(&dist.join("extension"))?;
    found.extend(files(&dist.join("gateway"))?);
    found.retain(|file| file.extension().is_some_and(|have| have == ending));
    Ok(found
        .into_iter()
        .map(|file| (name(dist, &file), file))
        .collect())
}

/// A file's name relative to `dist`.
pub fn name(dist: &Path, file: &Path) -> String {
    file.strip_prefix(dist)
        .unwrap_or(file)
        .display()
        .to_string()
}
