//! The plain pages of the gateway: a heading and a sentence, for what is not there or not allowed. They load nothing,
//! since they are shown at every origin of the gateway, and look like its other pages. It must not know why a page is
//! shown.

use std::sync::LazyLock;

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

/// The look of `extension/gateway/site/status.css`.
const STYLE: &str = "\
:root { color-scheme: light dark; --text: #1c2430; --muted: #5b6675; --background: #fff; --accent: #1a66d6; }\n\
@media (prefers-color-scheme: dark) { :root { --text: #e8ecf2; --muted: #a3aebd; --background: #14181f; --accent: #7ab0ff; } }\n\
body { margin: 0; background: var(--background); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }\n\
main { max-width: 34rem; margin: 0 auto; padding: 22vh 1.5rem 3rem; text-align: center; overflow-wrap: anywhere; text-wrap: balance; }\n\
h1 { margin: 1.25rem 0 .5rem; font-size: 1.375rem; font-weight: 600; }\n\
p { margin: .25rem 0; color: var(--muted); }\n\
a { color: var(--accent); }\n\
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }\n";

/// The style as a source of a content security policy (Content Security Policy Level 3, section 2.3.1).
pub static STYLE_SOURCE: LazyLock<String> = LazyLock::new(|| {
    let hash = BASE64.encode(&Sha256::digest(STYLE));
    format!("'sha256-{hash}'")
});

/// The page. Heading and sentence must be our own words: they are not escaped.
pub fn html(heading: &str, sentence: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{heading}</title>\n\
         <style>{STYLE}</style>\n<main>\n<h1>{heading}</h1>\n<p>{sentence}</p>\n</main>\n</html>\n"
    )
}
