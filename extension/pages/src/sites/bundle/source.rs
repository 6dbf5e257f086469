//! The bytes of a Blob, piece by piece.

use std::cell::RefCell;

use bundle::Source;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// A Blob or File as an archive. Once it is read in order, the browser reads the next bytes while these are worked on.
#[derive(Debug)]
pub struct BlobSource {
    blob: Blob,
    ahead: RefCell<Ahead>,
}

/// What was read last, and what will probably be wanted next.
#[derive(Debug, Default)]
struct Ahead {
    /// Where the last bytes ended.
    end: u64,
    /// The bytes from there on, and how many were asked for.
    next: Option<(u64, Promise)>,
}

impl BlobSource {
    /// That of this Blob.
    pub fn new(blob: Blob) -> Self {
        Self {
            blob,
            ahead: RefCell::default(),
        }
    }

    /// The browser's promise of these bytes.
    fn promise(&self, offset: u64, length: u64) -> Result<Promise, String> {
        let mut ahead = self.ahead.borrow_mut();
        let in_order = ahead.end == offset;
        let begun = ahead.next.take();
        let begun = begun.filter(|(of, _)| in_order && *of == length);
        let promise = match begun {
            Some((_, promise)) => promise,
            None => part(&self.blob, offset, length)?,
        };
        ahead.end = offset + length;
        if in_order && ahead.end < self.size() {
            let length = length.min(self.size() - ahead.end);
            ahead.next = Some((length, part(&self.blob, ahead.end, length)?));
        }
        Ok(promise)
    }
}

impl Source for BlobSource {
    type Error = String;

    fn size(&self) -> u64 {
        // A whole number below 2^53 (File API).
        self.blob.size() as u64
    }

    async fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, String> {
        bytes(self.promise(offset, length as u64)?).await
    }
}

/// Bytes of a Blob, from `offset` on: `length` of them, or as many as there are. An error is the browser's
/// own word.
pub async fn read(blob: &Blob, offset: u64, length: u64) -> Result<Vec<u8>, String> {
    bytes(part(blob, offset, length)?).await
}

fn part(blob: &Blob, offset: u64, length: u64) -> Result<Promise, String> {
    let part = blob
        .slice_with_f64_and_f64(offset as f64, (offset + length) as f64)
        .map_err(|error| webextension_api::text_of(&error))?;
    Ok(part.array_buffer())
}

async fn bytes(promise: Promise) -> Result<Vec<u8>, String> {
    let bytes = JsFuture::from(promise)
        .await
        .map_err(|error| webextension_api::text_of(&error))?;
    Ok(Uint8Array::new(&bytes).to_vec())
}
