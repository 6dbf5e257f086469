//! The pages that the engine itself shows when a site has none for the case: small, self-contained, with
//! no script, readable in light and dark.

use crate::{Body, Response};

/// The longest piece of a visitor's own text that a page repeats, in characters.
const MAX_SHOWN: usize = 300;

/// Nothing but the page's own style applies, should anything slip through escaping.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE: &str = ":root{color-scheme:light dark}\
body{font:1.05rem/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto 0;padding:0 1.25rem}\
h1{font-size:1.5rem;font-weight:600;margin:0 0 .75rem}\
code{font-size:.95em;overflow-wrap:anywhere}\
p{margin:.5rem 0}";

/// A built-in page. `about` is text of the visitor (the address) or of the storage, shown as code;
/// `sentence` says what to make of it. All text is escaped.
pub fn page<B>(status: u16, title: &str, sentence: &str, about: Option<&str>) -> Response<B> {
    let about = about.map_or_else(String::new, |text| {
        let cut: String = text.chars().take(MAX_SHOWN).collect();
        let more = if cut.len() < text.len() { "…" } else { "" };
        format!("<p><code><bdi>{}{more}</bdi></code></p>\n", escape(&cut))
    });
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n<main>\n<h1>{title}</h1>\n{about}<p>{sentence}</p>\n</main>\n",
        title = escape(title),
        sentence = escape(sentence),
    );
    let mut response = Response::new(status)
        .with("content-type", "text/html; charset=utf-8")
        .with("content-length", html.len().to_string())
        .with("content-security-policy", POLICY);
    response.body = Body::Bytes(html.into_bytes());
    response
}

/// Text made safe inside an element or a quoted attribute.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(about: &str) -> String {
        match page::<()>(404, "Not found", "It is not here.", Some(about)).body {
            Body::Bytes(bytes) => String::from_utf8(bytes).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_visitors_text_stays_text() {
        let html = html("/<script>alert('1')</script>&\"");
        assert!(html.contains("/&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;"));
        assert!(!html.contains("<script"));
        assert!(html.contains("color-scheme:light dark"));
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let html = html(&"ü".repeat(5000));
        assert!(html.contains(&format!(">{}…<", "ü".repeat(MAX_SHOWN))));
    }
}
