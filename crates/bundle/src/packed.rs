//! Which files are compressed already, so that doing it again only takes time.

/// Media types whose bytes are compressed. Whole families first.
const FAMILIES: [&str; 2] = ["video/", "audio/"];
const TYPES: [&str; 18] = [
    "application/gzip",
    "application/java-archive",
    "application/vnd.rar",
    "application/x-7z-compressed",
    "application/x-bzip2",
    "application/x-rar-compressed",
    "application/x-xz",
    "application/zip",
    "application/zstd",
    "font/woff",
    "font/woff2",
    "image/avif",
    "image/gif",
    "image/heic",
    "image/jpeg",
    "image/jxl",
    "image/png",
    "image/webp",
];
/// Within the families, those whose bytes are not.
const PLAIN: [&str; 4] = ["audio/wav", "audio/x-wav", "audio/midi", "audio/aiff"];
/// What ends the type of a zip in disguise (RFC 6839 section 3.6).
const ZIP: &str = "+zip";

/// Are the bytes of a file of this path and stored media type compressed already?
pub(crate) fn is_packed(path: &str, stored: &str) -> bool {
    let full = site::media_type::content_type(path, stored);
    let kind = full.split(';').next().unwrap_or_default().trim();
    let in_family = FAMILIES.iter().any(|family| kind.starts_with(family));
    (in_family && !PLAIN.contains(&kind)) || TYPES.contains(&kind) || kind.ends_with(ZIP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_files_are_known_by_type() {
        for path in [
            "a.png", "a.JPG", "a.mp4", "a.mp3", "a.woff2", "a.zip", "a.epub", "a.gz",
        ] {
            assert!(is_packed(path, ""), "{path}");
        }
        for path in [
            "a.html", "a.svg", "a.wav", "a.bin", "a.wasm", "a.ttf", "a", "a.bmp",
        ] {
            assert!(!is_packed(path, ""), "{path}");
        }
        assert!(is_packed("a", "video/mp4"));
    }
}
