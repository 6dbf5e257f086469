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
use messages::Message as _;
use messages::site_worker::{Initiator, VisibleCookie};
use wasm_bindgen::prelude::*;

use storage::Kept;

/// Seconds.
const DAY: u64 = 24 * 60 * 60;

/// The `Cookie` header of a request for `path` of the site whose jar is under `key`; empty if there is none.
/// `initiator` is a `messages::site_worker::Initiator`; `visible` has names and values of the cookies that pages see.
#[wasm_bindgen]
#[must_use]
pub fn header(key: &str, path: &str, initiator: JsValue, visible: Vec<String>) -> String {
    let asker = match Initiator::read(&initiator) {
        Some(Initiator::Site) => Asker::Site,
        Some(Initiator::Link) => Asker::Link,
        Some(Initiator::Form) | None => Asker::Form,
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
/// it: a list of `messages::site_worker::VisibleCookie`.
#[wasm_bindgen]
#[must_use]
pub fn put(key: &str, host: &str, path: &str, lines: Vec<String>) -> Array {
    let (shown, now) = (Array::new(), now());
    let kept = Kept::under(key, now / DAY);
    let mut jar = Jar::read(&kept.text());
    for line in &lines {
        if let Some(cookie) = Cookie::read(line, host, without_query(path), now)
            && let Some(visible) = jar.put(cookie, now)
        {
            let visible = VisibleCookie {
                name: visible.name,
                value: visible.value,
                path: visible.path,
                expires: visible.expires.map(|seconds| seconds.saturating_mul(1000)),
                same_site: visible.same_site.name().to_owned(),
                secure: visible.secure,
            };
            shown.push(&visible.write(&Array::new()));
        }
    }
    kept.keep(&jar.text());
    shown
}

fn without_query(path: &str) -> &str {
    path.split('?').next().unwrap_or_default()
}

/// Seconds since 1970.
fn now() -> u64 {
    (js_sys::Date::now() / 1000.0) as u64
}
