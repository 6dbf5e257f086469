//! The bytes of a Blob, piece by piece.

use bundle::Source;
use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// A Blob or File as an archive.
#[derive(Debug)]
pub struct BlobSource(pub Blob);

impl Source for BlobSource {
    type Error = String;

    fn size(&self) -> u64 {
        // A whole number below 2^53 (File API).
        self.0.size() as u64
    }

    async fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, String> {
        read(&self.0, offset, length as u64).await
    }
}

/// Bytes of a Blob, from `offset` on: `length` of them, or as many as there are. An error is the browser's
/// own word.
pub async fn read(blob: &Blob, offset: u64, length: u64) -> Result<Vec<u8>, String> {
    let part = blob
        .slice_with_f64_and_f64(offset as f64, (offset + length) as f64)
        .map_err(|error| webext::text_of(&error))?;
    let bytes = JsFuture::from(part.array_buffer())
        .await
        .map_err(|error| webext::text_of(&error))?;
    Ok(Uint8Array::new(&bytes).to_vec())
}
