//! Opens an archive, says what is in it, and gives its files out verified.
//!
//! ```
//! # use bundle::{Bundle, Error};
//! # async fn example(archive: Vec<u8>) -> Result<(), Error> {
//! let mut bundle = Bundle::open(archive, async |key, statement, signature| {
//!     identity::verify(key, statement, signature.as_bytes())
//! })
//! .await?;
//! println!("{:?}", bundle.report());
//! for index in 0..bundle.files().len() {
//!     let mut reader = bundle.read(index).await?;
//!     while let Some(chunk) = reader.next().await? {
//!         // Keep it apart: only the end, without an error, says that all of it was right.
//!     }
//! }
//! # Ok(()) }
//! ```

use identity::{PublicKey, Signature};

use crate::error::Error;
use crate::file_reader::FileReader;
use crate::kind::Found;
use crate::limits::{MAX_MANIFEST, MAX_SEALED_KEY};
use crate::manifest::{self, Hash, Manifest};
use crate::names;
use crate::part::MANIFEST;
use crate::report::{File, Kind, Report};
use crate::sealed::SealedKey;
use crate::sorting::{Sorted, Sorting};
use crate::source::{Source, Window};
use crate::zip::directory;
use crate::zip::entry::Entry;

/// An archive whose directory, list and signature are right. Its files' bytes are checked as they are read.
#[derive(Debug)]
pub struct Bundle<S> {
    window: Window<S>,
    entries: Vec<Entry>,
    sorted: Sorted,
}

impl<S: Source> Bundle<S> {
    /// Opens a bundle, a zip of a web site, or an archive of 2013. `verify` says whether the holder of a key
    /// signed a statement (strict Ed25519); it is asked once, for a signed bundle.
    ///
    /// # Errors
    /// Everything that [`Error`] has for archives, [`Error::Signature`] among it; the message names the entry.
    pub async fn open(
        source: S,
        verify: impl AsyncFnOnce(&PublicKey, &[u8], &Signature) -> bool,
    ) -> Result<Self, Error> {
        let mut window = Window::new(source);
        let entries = directory::read(&mut window).await?;
        let is_file = |entry: &&Entry| !entry.is_folder;
        let file_names: Vec<&str> = entries
            .iter()
            .filter(is_file)
            .map(|entry| entry.name.as_str())
            .collect();
        names::fit_one_site(file_names.iter().copied())?;
        let found = Found::in_names(&file_names);
        if found.kind == Kind::Bundle {
            names::fit_any_disk(file_names.iter().copied())?;
        }
        let mut sorting = Sorting::new(found, &entries);
        if found.kind == Kind::Bundle {
            let manifest = manifest(&mut window, &sorting).await?;
            check_signature(&manifest, verify).await?;
            sorting.take_listed(&manifest)?;
        } else {
            sorting.take_all()?;
        }
        let sorted = sorting.finish()?;
        Ok(Self {
            window,
            entries,
            sorted,
        })
    }

    /// What was found.
    pub fn report(&self) -> &Report {
        &self.sorted.report
    }

    /// The files that an import brings, by path. The sealed key is not among them.
    pub fn files(&self) -> &[File] {
        &self.sorted.files
    }

    /// Begins to read the file at this place in [`Bundle::files`].
    ///
    /// # Errors
    /// As [`Bundle::open`].
    pub async fn read(&mut self, index: usize) -> Result<FileReader<'_, S>, Error> {
        let file = self
            .sorted
            .files
            .get(index)
            .ok_or(Error::Order("there is no such file"))?;
        let (entry, sha256) = (file.entry, file.sha256);
        self.reader(entry, sha256).await
    }

    /// `bundle.json` as it stands there; `None` if this is no bundle.
    ///
    /// # Errors
    /// As [`Bundle::open`].
    pub async fn manifest(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let Some(entry) = self.sorted.manifest else {
            return Ok(None);
        };
        let reader = self.reader(entry, None).await?;
        reader.whole(MAX_MANIFEST).await.map(Some)
    }

    /// The site's key as it is sealed; `None` if it is not in the bundle.
    ///
    /// # Errors
    /// [`EntryError::SealedKey`](crate::EntryError::SealedKey) if it is not understood, and as [`Bundle::open`].
    pub async fn sealed_key(&mut self) -> Result<Option<SealedKey>, Error> {
        let Some((entry, sha256)) = self.sorted.sealed_key else {
            return Ok(None);
        };
        let reader = self.reader(entry, Some(sha256)).await?;
        let json = reader.whole(MAX_SEALED_KEY).await?;
        SealedKey::from_json(&json).map(Some)
    }

    async fn reader(
        &mut self,
        entry: usize,
        sha256: Option<Hash>,
    ) -> Result<FileReader<'_, S>, Error> {
        let entry = self
            .entries
            .get(entry)
            .ok_or(Error::Order("there is no such file"))?;
        FileReader::open(&mut self.window, entry, sha256).await
    }
}

/// Reads the list of a bundle.
async fn manifest<S: Source>(
    window: &mut Window<S>,
    sorting: &Sorting<'_>,
) -> Result<Manifest, Error> {
    let missing = || Error::Manifest("it is not there".to_owned());
    let entry = sorting.named(MANIFEST).ok_or_else(missing)?;
    let reader = FileReader::open(window, entry, None).await?;
    Manifest::read(&reader.whole(MAX_MANIFEST).await?)
}

/// Has the holder of the key that the list names signed it? So it is if it names none.
async fn check_signature(
    manifest: &Manifest,
    verify: impl AsyncFnOnce(&PublicKey, &[u8], &Signature) -> bool,
) -> Result<(), Error> {
    let head = manifest.head();
    let statement = manifest::statement(&head, &manifest.files);
    let (Some(key), Some(statement), Some(signature)) = (head.key, statement, &manifest.signature)
    else {
        return Ok(());
    };
    if verify(&key, &statement, signature).await {
        Ok(())
    } else {
        Err(Error::Signature)
    }
}
