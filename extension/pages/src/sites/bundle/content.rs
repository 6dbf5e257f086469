//! The bytes of one file that is imported, as a Blob, and their hash.
//!
//! It must not know where the file goes.

use bundle::{Error, FileReader, Hash, Source};
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use super::blob_parts::Parts;
use crate::{error::PageError, ui::dom};

/// Files of up to so many bytes are taken whole: the browser hashes them, several times as fast as code does and beside
/// it, but it can hash only what is in memory.
pub const MAX_WHOLE: u64 = 4 * 1024 * 1024;

/// What has come so far.
pub enum Taken {
    /// All of it in memory, and what its hash is to be.
    Whole(Vec<u8>, Option<Hash>),
    /// Its reader hashes it, if it is known what that is to be.
    InParts(Parts, Option<Hash>),
}

impl Taken {
    /// Of a file whose reader was told to leave the hash.
    pub fn whole(expected: Option<Hash>) -> Self {
        Self::Whole(Vec::new(), expected)
    }

    /// Of a file whose reader finds out whether its hash is right.
    pub fn in_parts(expected: Option<Hash>) -> Self {
        Self::InParts(Parts::default(), expected)
    }

    /// Take more bytes.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), PageError> {
        match self {
            Self::Whole(all, _) => {
                all.extend_from_slice(bytes);
                Ok(())
            }
            Self::InParts(parts, _) => parts.push(bytes),
        }
    }

    /// That was all of it, as its reader says too.
    pub fn finish<S: Source>(self, reader: &FileReader<'_, S>) -> Result<Content, PageError> {
        match self {
            Self::Whole(all, expected) => {
                let bytes = Uint8Array::from(&*all);
                let subtle = dom::window()?.crypto()?.subtle();
                let digest = subtle.digest_with_str_and_buffer_source("SHA-256", &bytes)?;
                Ok(Content {
                    blob: Blob::new_with_u8_array_sequence(&Array::of1(&bytes))?,
                    hash: Sum::Promised {
                        digest,
                        expected,
                        wrong: reader.wrong_hash(),
                    },
                })
            }
            Self::InParts(parts, expected) => Ok(Content {
                blob: parts.finish("")?,
                hash: expected.map_or(Sum::Unknown, Sum::Known),
            }),
        }
    }
}

/// All bytes of a file.
pub struct Content {
    /// They.
    pub blob: Blob,
    hash: Sum,
}

enum Sum {
    Unknown,
    Known(Hash),
    Promised {
        digest: Promise,
        expected: Option<Hash>,
        wrong: Error,
    },
}

impl Content {
    /// What was made here.
    pub fn made(blob: Blob) -> Self {
        Self {
            blob,
            hash: Sum::Unknown,
        }
    }

    /// They, and their hash, if it was found out.
    ///
    /// # Errors
    /// If it is not what it is to be.
    pub async fn checked(self) -> Result<(Blob, Option<Hash>), PageError> {
        let found = match self.hash {
            Sum::Unknown => None,
            Sum::Known(hash) => Some(hash),
            Sum::Promised {
                digest,
                expected,
                wrong,
            } => {
                let digest = Uint8Array::new(&JsFuture::from(digest).await?).to_vec();
                let found = <[u8; 32]>::try_from(digest).map(Hash);
                let found = found
                    .ok()
                    .filter(|found| expected.is_none_or(|expected| expected == *found));
                Some(found.ok_or(wrong)?)
            }
        };
        Ok((self.blob, found))
    }
}
