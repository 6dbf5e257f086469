//! Files on their way into the store, in batches: while one is written, the next is read.
//!
//! It must not know where the files come from.

use std::future::poll_fn;

use futures_channel::mpsc::{Receiver, Sender, channel};
use futures_util::StreamExt;
use site::FilePath;
use store::{Import, NewFile, Version};

use super::content::Content;
use crate::error::PageError;

/// Most files kept apart at once.
const BATCH_FILES: usize = 100;
/// Most bytes of files kept apart at once, unless one alone is larger. Three batches are held: one is gathered, one
/// waits, one is written.
const BATCH_BYTES: u64 = 8_000_000;

/// A file whose bytes are there, and may still be hashed.
pub struct Arrived {
    /// Where it belongs.
    pub path: FilePath,
    /// What kind of file it is, possibly empty.
    pub media_type: String,
    /// Its bytes.
    pub content: Content,
}

#[derive(Default)]
struct Batch {
    version: Option<Version>,
    files: Vec<Arrived>,
    bytes: u64,
}

impl Batch {
    fn is_full(&self, version: Version, size: u64) -> bool {
        self.version.is_some_and(|own| own != version)
            || self.files.len() >= BATCH_FILES
            || (!self.files.is_empty() && self.bytes.saturating_add(size) > BATCH_BYTES)
    }
}

/// Where files are put in.
pub struct Batches {
    batch: Batch,
    out: Sender<Batch>,
}

/// Where they come out.
pub struct Gathered(Receiver<Batch>);

/// Both ends.
pub fn batches() -> (Batches, Gathered) {
    let (out, gathered) = channel(0);
    let batch = Batch::default();
    (Batches { batch, out }, Gathered(gathered))
}

impl Batches {
    /// Take a file of so many bytes; waits while there is no room.
    pub async fn add(
        &mut self,
        version: Version,
        size: u64,
        file: Arrived,
    ) -> Result<(), PageError> {
        if self.batch.is_full(version, size) {
            self.hand_on().await?;
        }
        self.batch.version = Some(version);
        self.batch.bytes = self.batch.bytes.saturating_add(size);
        self.batch.files.push(file);
        Ok(())
    }

    /// That was the last one.
    pub async fn finish(mut self) -> Result<(), PageError> {
        self.hand_on().await
    }

    async fn hand_on(&mut self) -> Result<(), PageError> {
        let batch = std::mem::take(&mut self.batch);
        // If nobody writes any more, whoever did says why.
        poll_fn(|context| self.out.poll_ready(context))
            .await
            .and_then(|()| self.out.start_send(batch))
            .map_err(|_| PageError::Stopped)
    }
}

impl Gathered {
    /// Write all of them, until there are no more.
    pub async fn write(mut self, import: &Import) -> Result<(), PageError> {
        while let Some(Batch { version, files, .. }) = self.0.next().await {
            let mut checked = Vec::with_capacity(files.len());
            for file in files {
                let (blob, sha256) = file.content.checked().await?;
                checked.push(NewFile {
                    path: file.path,
                    blob,
                    media_type: file.media_type,
                    sha256: sha256.map(|hash| hash.0),
                });
            }
            if let Some(version) = version {
                import.put_files(version, &checked).await?;
            }
        }
        Ok(())
    }
}
