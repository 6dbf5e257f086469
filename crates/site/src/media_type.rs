//! The media type of a file: by its extension first, so that the same file is served alike from every
//! browser and system.

/// What nothing is known about.
pub const UNKNOWN: &str = "application/octet-stream";

/// Where the table of `mime_guess` is missing, old or other than what browsers want (the WHATWG MIME
/// Sniffing standard and the IANA registry). Extensions in lower case.
const OWN: &[(&str, &str)] = &[
    ("apng", "image/apng"),
    ("atom", "application/atom+xml"),
    ("avif", "image/avif"),
    ("cjs", "text/javascript"),
    ("flac", "audio/flac"),
    ("glb", "model/gltf-binary"),
    ("gltf", "model/gltf+json"),
    ("heic", "image/heic"),
    ("ico", "image/vnd.microsoft.icon"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("jsonld", "application/ld+json"),
    ("jxl", "image/jxl"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("m4a", "audio/mp4"),
    ("m4v", "video/mp4"),
    ("map", "application/json"),
    ("md", "text/markdown"),
    ("mjs", "text/javascript"),
    ("mkv", "video/x-matroska"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("otf", "font/otf"),
    ("rss", "application/rss+xml"),
    ("svg", "image/svg+xml"),
    ("svgz", "image/svg+xml"),
    ("toml", "text/plain"),
    ("ts", "video/mp2t"),
    ("ttc", "font/collection"),
    ("ttf", "font/ttf"),
    ("vtt", "text/vtt"),
    ("wasm", "application/wasm"),
    ("wav", "audio/wav"),
    ("weba", "audio/webm"),
    ("webmanifest", "application/manifest+json"),
    ("webp", "image/webp"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("xml", "application/xml"),
    ("yaml", "text/plain"),
    ("yml", "text/plain"),
];

/// The `content-type` of a file. `stored` is what the owner's browser called it (possibly empty); it
/// counts only when the extension says nothing, and only if it is well formed. A dotfile has no extension, and
/// browsers take its name for one. Text gets `charset=utf-8`.
pub fn content_type(path: &str, stored: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let known = by_extension(name);
    let plain = known.unwrap_or_else(|| {
        if is_well_formed(stored) && !is_dotfile(name) {
            stored.trim()
        } else {
            UNKNOWN
        }
    });
    let is_text = plain
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("text/"));
    if is_text && !plain.to_ascii_lowercase().contains("charset=") {
        format!("{plain}; charset=utf-8")
    } else {
        plain.to_owned()
    }
}

/// Is all of this name behind dots, such as `.profile`?
fn is_dotfile(name: &str) -> bool {
    name.starts_with('.') && !name.trim_start_matches('.').contains('.')
}

fn by_extension(name: &str) -> Option<&'static str> {
    let (_, extension) = name.trim_start_matches('.').rsplit_once('.')?;
    let extension = extension.to_ascii_lowercase();
    let own = OWN.iter().find(|(e, _)| *e == extension).map(|(_, t)| *t);
    own.or_else(|| mime_guess::from_ext(&extension).first_raw())
}

/// `type/subtype`, both tokens (RFC 9110 §5.6.2), then anything printable.
fn is_well_formed(media_type: &str) -> bool {
    let is_token = |t: &str| {
        !t.is_empty()
            && t.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
    };
    let (essence, parameters) = media_type.split_once(';').unwrap_or((media_type, ""));
    essence
        .trim()
        .split_once('/')
        .is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
        && parameters.bytes().all(|b| (b' '..=b'~').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_extensions_decide() {
        for (path, expected) in [
            ("index.html", "text/html; charset=utf-8"),
            ("INDEX.HTM", "text/html; charset=utf-8"),
            ("a/style.css", "text/css; charset=utf-8"),
            ("app.js", "text/javascript; charset=utf-8"),
            ("app.mjs", "text/javascript; charset=utf-8"),
            ("readme.txt", "text/plain; charset=utf-8"),
            ("data.csv", "text/csv; charset=utf-8"),
            ("app.wasm", "application/wasm"),
            ("app.webmanifest", "application/manifest+json"),
            ("data.json", "application/json"),
            ("app.js.map", "application/json"),
            ("feed.xml", "application/xml"),
            ("a.svg", "image/svg+xml"),
            ("a.png", "image/png"),
            ("a.jpg", "image/jpeg"),
            ("a.jpeg", "image/jpeg"),
            ("a.gif", "image/gif"),
            ("a.webp", "image/webp"),
            ("a.avif", "image/avif"),
            ("favicon.ico", "image/vnd.microsoft.icon"),
            ("f.woff2", "font/woff2"),
            ("f.woff", "font/woff"),
            ("f.ttf", "font/ttf"),
            ("f.otf", "font/otf"),
            ("a.mp4", "video/mp4"),
            ("a.webm", "video/webm"),
            ("a.mp3", "audio/mpeg"),
            ("a.ogg", "audio/ogg"),
            ("a.wav", "audio/wav"),
            ("a.pdf", "application/pdf"),
            ("a.zip", "application/zip"),
        ] {
            assert_eq!(content_type(path, "application/x-lie"), expected, "{path}");
        }
    }

    #[test]
    fn a_dotfile_has_no_extension() {
        for path in [".dot", "a/.html", "..js", ".htaccess"] {
            assert_eq!(content_type(path, "application/msword"), UNKNOWN, "{path}");
        }
        let expected = "text/plain; charset=utf-8";
        assert_eq!(content_type(".notes.txt", ""), expected);
    }

    #[test]
    fn the_stored_type_counts_only_for_unknown_extensions() {
        assert_eq!(
            content_type("a.unheardof", "text/x-thing"),
            "text/x-thing; charset=utf-8"
        );
        assert_eq!(
            content_type("LICENSE", "text/plain;charset=utf-16"),
            "text/plain;charset=utf-16"
        );
        assert_eq!(content_type("a.unheardof", "model/x"), "model/x");
        assert_eq!(
            content_type("a.html", "image/png"),
            "text/html; charset=utf-8"
        );
        for bad in [
            "",
            "text",
            "text/",
            "/x",
            "text/html\r\nx: y",
            "a b/c",
            "text/é",
        ] {
            assert_eq!(content_type("LICENSE", bad), UNKNOWN, "{bad:?}");
        }
        assert_eq!(content_type("folder.html/README", ""), UNKNOWN);
    }
}
