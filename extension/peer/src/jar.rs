//! A site's cookies at this end: `crates/cookies` over the `localStorage` of the page that holds the port, which is
//! the gateway's shell or the extension's network document. That is of another origin than the site, so no page
//! of the site reads or changes what is kept there. It is read anew for each request, since several tabs share it.
//!
//! It must not know how cookies are asked for or told ([`crate::link`]).

use cookies::{Asker, Cookie, Jar};
use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::Storage;

/// What a jar's key begins with; the site's origin follows. Not its label alone: at another gateway another
/// program stands between.
const KEY: &str = "jar ";

/// The cookies of one site.
pub struct Cookies {
    key: String,
    host: String,
}

impl Cookies {
    /// Those of the site at `origin`.
    pub fn of(origin: &str) -> Self {
        let (_, authority) = origin.split_once("://").unwrap_or_default();
        let host = authority.split(':').next().unwrap_or_default();
        Self {
            key: [KEY, origin].concat(),
            host: host.to_owned(),
        }
    }

    /// The `Cookie` header of a request; `visible` has names and values of the cookies that pages see.
    pub fn header(&self, path: &str, asker: Asker, visible: &JsValue) -> String {
        let visible: Vec<String> = texts(visible).collect();
        let pairs = visible.chunks_exact(2).filter_map(|pair| match pair {
            [name, value] => Some((&**name, &**value)),
            _ => None,
        });
        self.jar().header(without_query(path), asker, pairs, now())
    }

    /// Take the `Set-Cookie` lines of an answer; gives what is to be put where pages see it, six things each: name,
    /// value, path, milliseconds since 1970 (0 to delete, null if it ends with the browser), `SameSite`, and whether it is
    /// `Secure`.
    pub fn take(&self, lines: &[&str], path: &str) -> Array {
        let (told, now) = (Array::new(), now());
        let mut jar = self.jar();
        for line in lines {
            if let Some(cookie) = Cookie::read(line, &self.host, without_query(path), now)
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
        self.keep(&jar.text());
        told
    }

    /// The browser has forgotten the site: so do we.
    pub fn forget(&self) {
        self.keep("");
    }

    fn jar(&self) -> Jar {
        let text = storage().and_then(|storage| storage.get_item(&self.key).ok()?);
        Jar::read(&text.unwrap_or_default())
    }

    fn keep(&self, text: &str) {
        let Some(storage) = storage() else { return };
        if text.is_empty() {
            let _ = storage.remove_item(&self.key);
        } else {
            // Where there is no room, another site's jar makes some.
            while storage.set_item(&self.key, text).is_err() && self.forget_another(&storage) {}
        }
    }

    /// Is there more room now?
    fn forget_another(&self, storage: &Storage) -> bool {
        let keys = (0..storage.length().unwrap_or_default()).filter_map(|n| storage.key(n).ok()?);
        let mut others = keys.filter(|key| key.starts_with(KEY) && *key != self.key);
        let other = others.next();
        other.is_some_and(|other| storage.remove_item(&other).is_ok())
    }
}

/// The texts of an array, as far as it is one.
pub fn texts(list: &JsValue) -> impl Iterator<Item = String> + use<> {
    let list = if list.is_undefined() {
        Array::new()
    } else {
        Array::from(list)
    };
    list.into_iter().filter_map(|text| text.as_string())
}

fn without_query(path: &str) -> &str {
    path.split('?').next().unwrap_or_default()
}

/// Seconds since 1970.
fn now() -> u64 {
    (js_sys::Date::now() / 1000.0) as u64
}

/// Browsers refuse it where a person wants nothing kept; then nothing is.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}
