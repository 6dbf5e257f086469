//! Many bytes on their way to the disk: the browser keeps large Blobs there, not in memory.

use js_sys::{Array, Uint8Array};
use web_sys::{Blob, BlobPropertyBag};

use crate::error::PageError;

/// Bytes held in memory before they become a Blob of their own.
const PART: usize = 4 * 1024 * 1024;

/// A Blob that grows at its end.
#[derive(Default)]
pub struct Parts {
    blobs: Array,
    bytes: Vec<u8>,
}

impl Parts {
    /// Take more bytes.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), PageError> {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() >= PART {
            self.end_part()?;
        }
        Ok(())
    }

    /// All of them, as a Blob of this media type.
    pub fn finish(mut self, media_type: &str) -> Result<Blob, PageError> {
        self.end_part()?;
        let options = BlobPropertyBag::new();
        options.set_type(media_type);
        Ok(Blob::new_with_blob_sequence_and_options(
            &self.blobs,
            &options,
        )?)
    }

    fn end_part(&mut self) -> Result<(), PageError> {
        if !self.bytes.is_empty() {
            let bytes = Array::of1(&Uint8Array::from(&*self.bytes));
            self.blobs
                .push(&Blob::new_with_u8_array_sequence(&bytes)?.into());
            self.bytes.clear();
        }
        Ok(())
    }
}
