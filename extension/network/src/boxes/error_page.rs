//! The page that a visitor sees when a site's box fails: status 503, with the id of the incident in the site's log.

use peer::channel::Stream;
use wire::{Headers, ResponseHead};

/// Bytes of randomness in an incident's id: enough that two of a site are never the same.
const INCIDENT_BYTES: usize = 5;

/// A new incident's id, of the form that the box makes: eight letters and digits.
pub fn new_incident() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    // Five bits a character; the fraction has 52.
    let mut random = (js_sys::Math::random() * f64::powi(256.0, INCIDENT_BYTES as i32)) as u64;
    let mut text = String::new();
    for _ in 0..INCIDENT_BYTES * 8 / 5 {
        text.push(char::from(ALPHABET[(random % 32) as usize]));
        random /= 32;
    }
    text
}

/// Responds with 503 and the page. `head_only`: without the body, to `HEAD`.
pub async fn send(stream: &Stream, head_only: bool, incident: &str) -> Result<(), peer::Error> {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>Not available</title>\n\
         <style>:root{{color-scheme:light dark}}body{{font:1.05rem/1.5 system-ui,sans-serif;max-width:36rem;\
         margin:15vh auto 0;padding:0 1.25rem}}h1{{font-size:1.5rem;font-weight:600;margin:0 0 .75rem}}</style>\n\
         <main>\n<h1>Not available</h1>\n<p>The site could not answer. Try again, or tell its owner:</p>\n\
         <p><code>Incident {incident}</code></p>\n</main>\n"
    );
    let mut headers = Headers::default();
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8".to_owned()),
        ("content-length", html.len().to_string()),
        (
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
                .to_owned(),
        ),
        ("cache-control", "no-store".to_owned()),
        ("retry-after", "2".to_owned()),
        (crate::code_header::CODE, "1".to_owned()),
    ] {
        headers.push(name, value);
    }
    let status = 503;
    stream.respond(&ResponseHead { status, headers }, head_only)?;
    if !head_only {
        stream.write(html.as_bytes()).await?;
        stream.finish()?;
    }
    Ok(())
}
