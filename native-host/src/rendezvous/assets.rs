//! The gateway's files: built into the binary, or brought by a test.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};

/// A file as the build script embeds it.
struct Embedded {
    path: &'static str,
    raw: &'static [u8],
    gzip: Option<&'static [u8]>,
    brotli: Option<&'static [u8]>,
    sha256: &'static str,
}

/// The table that the build script wrote: empty if the binary was built without the gateway's files.
static EMBEDDED: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/gateway.rs"));

/// The first hexadecimal digits of its SHA-256 that a file must carry in its name to be cached for ever.
const HASH_DIGITS_IN_NAME: usize = 16;

/// A file's compressed forms, where they are smaller than the file.
#[derive(Debug, Clone, Default)]
pub struct Compressed {
    /// With gzip (RFC 1952).
    pub gzip: Option<Bytes>,
    /// With brotli (RFC 7932).
    pub brotli: Option<Bytes>,
}

/// One file, in the forms it is sent in.
#[derive(Debug, Clone)]
pub struct Asset {
    /// As it is.
    pub raw: Bytes,
    /// Compressed.
    pub compressed: Compressed,
    /// Its SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: Cow<'static, str>,
    /// Its media type (RFC 9110 section 8.3).
    pub media_type: &'static str,
    /// Does its name carry its hash, so that other content has another address?
    pub immutable: bool,
}

/// The gateway's files by their paths, such as `shell.html` and `site/worker.js`. Cheap to clone.
#[derive(Clone)]
pub struct Assets(Arc<BTreeMap<Cow<'static, str>, Asset>>);

impl Assets {
    /// The files in this binary.
    pub fn embedded() -> Self {
        let file = |it: &Embedded| {
            let compressed = Compressed {
                gzip: it.gzip.map(Bytes::from_static),
                brotli: it.brotli.map(Bytes::from_static),
            };
            let asset = Asset::new(
                it.path,
                Bytes::from_static(it.raw),
                compressed,
                Cow::Borrowed(it.sha256),
            );
            (Cow::Borrowed(it.path), asset)
        };
        Self(Arc::new(EMBEDDED.iter().map(file).collect()))
    }

    /// Files brought by the caller: path, content, and the content compressed if wanted.
    pub fn from_files(files: impl IntoIterator<Item = (String, Vec<u8>, Compressed)>) -> Self {
        let file = |(path, raw, compressed): (String, Vec<u8>, Compressed)| {
            let asset = Asset::brought(&path, raw.into(), compressed);
            (Cow::Owned(path), asset)
        };
        Self(Arc::new(files.into_iter().map(file).collect()))
    }

    /// The file at a path.
    pub fn get(&self, path: &str) -> Option<&Asset> {
        self.0.get(path)
    }

    /// Is there no file at all?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Assets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Asset {
    /// A file of this text, which is made when it is asked for.
    pub fn text(path: &str, text: String) -> Self {
        Self::brought(path, text.into(), Compressed::default())
    }

    fn brought(path: &str, raw: Bytes, compressed: Compressed) -> Self {
        let hash: String = Sha256::digest(&raw)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self::new(path, raw, compressed, Cow::Owned(hash))
    }

    fn new(path: &str, raw: Bytes, compressed: Compressed, sha256: Cow<'static, str>) -> Self {
        let immutable = sha256
            .get(..HASH_DIGITS_IN_NAME)
            .is_some_and(|digits| path.contains(digits));
        Self {
            raw,
            compressed,
            sha256,
            media_type: media_type(path),
            immutable,
        }
    }
}

/// The media type of a gateway file, by its ending. The gateway is ours: there are no other endings.
fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_path_and_typed_by_ending() {
        let assets = Assets::from_files([
            (
                "shell.html".to_owned(),
                b"<!doctype html>".to_vec(),
                Compressed::default(),
            ),
            (
                "site/worker.js".to_owned(),
                b"1".to_vec(),
                Compressed::default(),
            ),
        ]);
        assert_eq!(
            assets.get("shell.html").unwrap().media_type,
            "text/html; charset=utf-8"
        );
        let worker = assets.get("site/worker.js").unwrap();
        assert_eq!(worker.media_type, "text/javascript; charset=utf-8");
        assert_eq!(
            worker.sha256,
            "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
        );
        assert!(!worker.immutable);
        assert!(assets.get("worker.js").is_none());
    }

    #[test]
    fn a_name_that_carries_the_hash_is_immutable() {
        let named = |name: &str| {
            Assets::from_files([(name.to_owned(), b"1".to_vec(), Compressed::default())])
        };
        assert!(
            named("a.6b86b273ff34fce1.js")
                .get("a.6b86b273ff34fce1.js")
                .unwrap()
                .immutable
        );
        assert!(
            !named("a.0000000000000000.js")
                .get("a.0000000000000000.js")
                .unwrap()
                .immutable
        );
    }
}
