//! The cookies of sites: `crates/cookies` over the `localStorage` of the page that this module is loaded in, the
//! gateway's shell or the extension's network document. That is of another origin than the sites, so no page of
//! theirs reads or changes what is kept there. It is read each time, since several tabs share it.
//!
//! A wasm file of its own, since visitors wait for the shell and most sites have no cookies. It must not know requests and
//! responses (`peer::link`).

mod eviction;
mod storage;

use cookies::{Cookie, Initiator, Jar};
use js_sys::Array;
use messages::Message as _;
use messages::site_worker::{self, VisibleCookie};
use wasm_bindgen::prelude::*;

use storage::StoredJar;

/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;

/// The `Cookie` header of a request for `path` of the site whose jar is under `key`; empty if there is none.
/// `initiator` is a `messages::site_worker::Initiator`; `visible` has names and values of the cookies that pages see.
#[wasm_bindgen]
#[must_use]
pub fn header(key: &str, path: &str, initiator: JsValue, visible: Vec<String>) -> String {
    let initiator = match site_worker::Initiator::read(&initiator) {
        Some(site_worker::Initiator::Site) => Initiator::Site,
        Some(site_worker::Initiator::Link) => Initiator::Link,
        Some(site_worker::Initiator::Form) | None => Initiator::Form,
    };
    let pairs = visible.chunks_exact(2).filter_map(|pair| match pair {
        [name, value] => Some((&**name, &**value)),
        _ => None,
    });
    let now = now();
    let jar = Jar::parse(&StoredJar::open(key, now / DAY).load());
    jar.header(without_query(path), initiator, pairs, now)
}

/// Stores the cookies of a response's `Set-Cookie` lines, to a request for `path` of `host`. Returns those that go into
/// the browser's own store, where pages see them: a list of `messages::site_worker::VisibleCookie`.
#[wasm_bindgen]
#[must_use]
pub fn put(key: &str, host: &str, path: &str, lines: Vec<String>) -> Array {
    let (visible_cookies, now) = (Array::new(), now());
    let stored = StoredJar::open(key, now / DAY);
    let mut jar = Jar::parse(&stored.load());
    for line in &lines {
        if let Some(cookie) = Cookie::parse(line, host, without_query(path), now)
            && let Some(visible) = jar.store(cookie, now)
        {
            let visible = VisibleCookie {
                name: visible.name,
                value: visible.value,
                path: visible.path,
                expires: visible.expires.map(|seconds| seconds.saturating_mul(1000)),
                same_site: visible.same_site.name().to_owned(),
                secure: visible.secure,
            };
            visible_cookies.push(&visible.write(&Array::new()));
        }
    }
    stored.save(&jar.to_text());
    visible_cookies
}

fn without_query(path: &str) -> &str {
    path.split('?').next().unwrap_or_default()
}

/// Seconds since 1970.
fn now() -> u64 {
    (js_sys::Date::now() / 1000.0) as u64
}
