//! Reads and hashes a file's bytes, before any transaction is opened.

use js_sys::{Array, ArrayBuffer};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use crate::{Error, NewFile, keys};

/// Up to this size in bytes, a file is read into memory, named by the hash of what was read and stored
/// from there: equal files share one blob and keep their ETag when added again. Larger files would cost
/// too much memory; they are copied by the browser and named at random.
const MAX_HASHED: f64 = 4.0 * 1024.0 * 1024.0;

/// Bytes that are ready to be stored, with their id.
pub struct Content {
    /// Equal ids mean equal bytes.
    pub id: String,
    pub size: u64,
    pub blob: Blob,
}

impl Content {
    /// The content of a new file.
    pub async fn of(file: &NewFile) -> Result<Self, Error> {
        let blob = &file.blob;
        match &file.sha256 {
            Some(hash) => Ok(Self {
                id: hash_id(&keys::hex(hash)),
                size: blob.size() as u64,
                blob: blob.clone(),
            }),
            None => Self::read(blob, file.path.as_str()).await,
        }
    }

    /// Reads a Blob or File. `path` is for the error only.
    pub async fn read(blob: &Blob, path: &str) -> Result<Self, Error> {
        // The size and its parts are whole numbers below 2^53 (File API).
        let size = blob.size();
        if size > MAX_HASHED {
            let whole = blob.slice().map_err(|e| Error::from_js(&e))?;
            return Ok(Self {
                id: format!("r{}", keys::random_id()?),
                size: size as u64,
                blob: whole,
            });
        }
        let unreadable = |error: wasm_bindgen::JsValue| match Error::from_js(&error) {
            Error::Browser { name, .. } => Error::Unreadable {
                path: path.to_owned(),
                reason: name,
            },
            other => other,
        };
        let bytes: ArrayBuffer = JsFuture::from(blob.array_buffer())
            .await
            .map_err(unreadable)?
            .unchecked_into();
        let id = hash_id(&keys::sha256(&bytes).await?);
        let size = u64::from(bytes.byte_length());
        let copy = Blob::new_with_buffer_source_sequence(&Array::of1(&bytes))
            .map_err(|e| Error::from_js(&e))?;
        Ok(Self {
            id,
            size,
            blob: copy,
        })
    }
}

/// The id of bytes with this hash.
fn hash_id(sha256: &str) -> String {
    format!("h{sha256}")
}
