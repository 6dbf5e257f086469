//! Unpacks an archive to a folder.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use bundle::{Bundle, FilePath, Report};

use super::file::FileSource;
use super::output::{Output, create_new};
use super::{Interrupt, file, key};
use crate::Error;

/// What to unpack, and where to.
#[derive(Debug, Clone)]
pub struct UnpackOptions {
    /// The archive.
    pub file: PathBuf,
    /// The folder.
    pub folder: PathBuf,
    /// May a folder with content be replaced?
    pub replace: bool,
    /// The file for the site's key, and the one with the passphrase that it is sealed with.
    pub key: Option<(PathBuf, PathBuf)>,
}

/// Unpacks all of it, or leaves nothing behind. A bundle's own files come along, so that the folder can be
/// packed again.
///
/// # Errors
/// [`Error::File`], [`Error::Bundle`], [`Error::Exists`], [`Error::Key`], [`Error::Interrupted`].
pub async fn unpack(options: &UnpackOptions, interrupt: &Interrupt) -> Result<Report, Error> {
    let mut output = Output::new(&options.folder, options.replace)?;
    let mut bundle = file::open(&options.file).await?;
    let wrong = file::of(&options.file);
    bundle.report().fits_any_disk().map_err(&wrong)?;
    let folder = output.make_folder()?;
    for index in 0..bundle.files().len() {
        write_file(&mut bundle, index, options, &folder, interrupt).await?;
    }
    let sealed = bundle.sealed_key().await.map_err(&wrong)?;
    let own = [
        (
            bundle::part::MANIFEST,
            bundle.manifest().await.map_err(&wrong)?,
        ),
        (
            bundle::part::SEALED_KEY,
            sealed.as_ref().map(bundle::SealedKey::to_json),
        ),
    ];
    for (name, content) in own {
        if let Some(content) = content {
            let target = folder.join(name);
            // New, as every other file.
            create_new(&target)
                .and_then(|mut open| open.write_all(&content))
                .map_err(Error::file("write", &target))?;
        }
    }
    let report = bundle.report().clone();
    let Some((key_file, passphrase_file)) = &options.key else {
        return output.finish().map(|()| report);
    };
    let (Some(sealed), Some(public)) = (sealed, report.key) else {
        return Err(Error::Key {
            path: options.file.clone(),
            problem: "there is no key in it: export it again with the site's key".to_owned(),
        });
    };
    let passphrase = key::passphrase(passphrase_file)?;
    let secret = sealed.open(&public, &passphrase).map_err(&wrong)?;
    if key::public(&secret) != public {
        return Err(Error::Key {
            path: options.file.clone(),
            problem: "the key in it is another site's".to_owned(),
        });
    }
    key::write(&secret, key_file)?;
    output.finish().inspect_err(|_| {
        let _ = fs::remove_file(key_file);
    })?;
    Ok(report)
}

async fn write_file(
    bundle: &mut Bundle<FileSource>,
    index: usize,
    options: &UnpackOptions,
    folder: &Path,
    interrupt: &Interrupt,
) -> Result<(), Error> {
    let wrong = file::of(&options.file);
    let Some(path) = bundle.files().get(index).map(|file| file.path.clone()) else {
        return Ok(());
    };
    let target = local(folder, &path)?;
    let failed = |error| Error::file("write", &target)(error);
    if let Some(above) = target.parent() {
        fs::create_dir_all(above).map_err(failed)?;
    }
    // New, for two names that this file system takes for one must not be written over each other.
    let mut open = create_new(&target).map_err(failed)?;
    let mut reader = bundle.read(index).await.map_err(&wrong)?;
    while let Some(chunk) = reader.next().await.map_err(&wrong)? {
        interrupt.check()?;
        open.write_all(chunk).map_err(failed)?;
    }
    interrupt.check()
}

/// Where a file comes in a folder of this system.
fn local(folder: &Path, path: &FilePath) -> Result<PathBuf, Error> {
    let mut target = folder.to_owned();
    for part in path.as_str().split('/') {
        if cfg!(windows) && !windows_takes(part) {
            return Err(Error::Unpackable {
                path: PathBuf::from(path.as_str()),
                problem: format!("Windows takes no file or folder of the name {part:?}"),
            });
        }
        target.push(part);
    }
    Ok(target)
}

/// Would Windows keep a file under this name, and under no other ("Naming Files, Paths, and Namespaces")?
fn windows_takes(part: &str) -> bool {
    const DEVICES: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];
    let stem = part.split('.').next().unwrap_or_default().trim_end();
    let is_port = stem.get(..3).is_some_and(|start| {
        ["COM", "LPT"]
            .iter()
            .any(|port| port.eq_ignore_ascii_case(start))
    }) && stem.chars().count() == 4;
    let is_device = is_port
        || DEVICES
            .iter()
            .any(|device| device.eq_ignore_ascii_case(stem));
    !is_device && !part.ends_with(['.', ' ']) && !part.contains(['<', '>', ':', '"', '|', '?', '*'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_windows_would_change_are_known() {
        for name in [
            "a:b", "CON", "nul.txt", "com1.js", "LPT9", "a.", "a ", "what?", "COM¹",
        ] {
            assert!(!windows_takes(name), "{name}");
        }
        for name in [
            "a",
            "a.b",
            "console.js",
            "com.js",
            "common",
            "com10",
            ".hidden",
            "日本",
        ] {
            assert!(windows_takes(name), "{name}");
        }
    }
}
