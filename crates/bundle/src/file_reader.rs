//! Reads one file of an archive, and finds out whether its bytes are right.

use sha2::{Digest, Sha256};

use crate::error::{EntryError, Error};
use crate::manifest::Hash;
use crate::source::{Source, Window};
use crate::zip::content::Content;
use crate::zip::entry::Entry;

/// One file's bytes, on their way.
#[derive(Debug)]
pub struct FileReader<'a, S> {
    window: &'a mut Window<S>,
    content: Content,
    name: String,
    size: u64,
    hash: Option<(Sha256, Hash)>,
}

impl<'a, S: Source> FileReader<'a, S> {
    pub(crate) async fn open(
        window: &'a mut Window<S>,
        entry: &Entry,
        sha256: Option<Hash>,
    ) -> Result<Self, Error> {
        Ok(Self {
            content: Content::open(window, entry).await?,
            window,
            name: entry.name.clone(),
            size: entry.size,
            hash: sha256.map(|expected| (Sha256::new(), expected)),
        })
    }

    /// The next bytes, at most [`crate::limits::MAX_CHUNK`]; `None` at the end, when size, checksum and hash
    /// turned out right. What came before that is not to be believed.
    ///
    /// # Errors
    /// [`Error::Source`], or [`Error::Entry`] with [`EntryError::Deflate`], [`EntryError::Size`], [`EntryError::Crc`] or
    /// [`EntryError::Hash`].
    pub async fn next(&mut self) -> Result<Option<&[u8]>, Error> {
        let chunk = self.content.next(self.window).await?;
        match (chunk, &mut self.hash) {
            (Some(chunk), Some((sha256, _))) => sha256.update(chunk),
            (None, Some((sha256, expected))) => {
                let found: [u8; 32] = sha256.finalize_reset().into();
                if found != expected.0 {
                    return Err(EntryError::Hash.of(&self.name));
                }
                // Once is enough, if it is asked again.
                self.hash = None;
            }
            (_, None) => {}
        }
        Ok(chunk)
    }

    /// Leaves it to the caller to find out whether the hash of all bytes is right, as one can who has a faster way. What
    /// it is to be, if that is known; whoever finds another says [`FileReader::wrong_hash`].
    pub fn leave_hash(&mut self) -> Option<Hash> {
        self.hash.take().map(|(_, expected)| expected)
    }

    /// The error of a file whose bytes are others.
    pub fn wrong_hash(&self) -> Error {
        EntryError::Hash.of(&self.name)
    }

    /// All bytes, of a small file.
    pub(crate) async fn whole(mut self, max: u64) -> Result<Vec<u8>, Error> {
        if self.size > max {
            let found = self.size;
            return Err(EntryError::TooLong { found, max }.of(self.name));
        }
        let mut all = Vec::new();
        while let Some(chunk) = self.next().await? {
            all.extend_from_slice(chunk);
        }
        Ok(all)
    }
}
