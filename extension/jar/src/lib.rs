//! The cookies of sites: `crates/cookies` over the `localStorage` of the page that this module is loaded in, the
//! gateway's shell or the extension's network document. That is of another origin than the sites, so no page of
//! theirs reads or changes what is kept there. It is read anew each time, since several tabs share it.
//!
//! A wasm file of its own, since the shell is a visitor's first wait and most sites have no cookies. It must not know
//! how cookies are asked for or told (`peer::link`).

mod room;
mod storage;

use cookies::{Asker, Cookie, Jar};
use js_sys::Array;
use wasm_bindgen::prelude::*;

use storage::Kept;

/// Seconds.
const DAY: u64 = 24 * 60 * 60;

/// The `Cookie` header of a request for `path` of the site whose jar is under `key`; empty if there is none. `asker`
/// is `site`, `link` or `form`; `visible` has names and values of the cookies that pages see.
#[wasm_bindgen]
#[must_use]
pub fn header(key: &str, path: &str, asker: &str, visible: Vec<String>) -> String {
    let asker = match asker {
        "site" => Asker::Site,
        "link" => Asker::Link,
        _ => Asker::Form,
    };
    let pairs = visible.chunks_exact(2).filter_map(|pair| match pair {
        [name, value] => Some((&**name, &**value)),
        _ => None,
    });
    let now = now();
    let jar = Jar::read(&Kept::under(key, now / DAY).text());
    jar.header(without_query(path), asker, pairs, now)
}

/// Take the `Set-Cookie` lines of an answer to a request for `path` of `host`. Gives what is to be put where pages see
/// it, six things each: name, value, path, milliseconds since 1970 (0 to delete, null if it ends with the browser),
/// `SameSite`, and whether it is `Secure`.
#[wasm_bindgen]
#[must_use]
pub fn put(key: &str, host: &str, path: &str, lines: Vec<String>) -> Array {
    let (told, now) = (Array::new(), now());
    let kept = Kept::under(key, now / DAY);
    let mut jar = Jar::read(&kept.text());
    for line in &lines {
        if let Some(cookie) = Cookie::read(line, host, without_query(path), now)
            && let Some(visible) = jar.put(cookie, now)
        {
            let expires = visible.expires.map(|seconds| seconds as f64 * 1000.0);
            told.push(&visible.name.into());
            told.push(&visible.value.into());
            told.push(&visible.path.into());
            told.push(&expires.map_or(JsValue::NULL, JsValue::from));
            told.push(&visible.same_site.name().into());
            told.push(&visible.secure.into());
        }
    }
    kept.keep(&jar.text());
    told
}

fn without_query(path: &str) -> &str {
    path.split('?').next().unwrap_or_default()
}

/// Seconds since 1970.
fn now() -> u64 {
    (js_sys::Date::now() / 1000.0) as u64
}
