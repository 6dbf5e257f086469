//! A site's cookies, as far as this end of its worker's port is concerned: whether there are any, and the module that
//! knows the rest (`extension/jar`), which is loaded when a site first has some.
//!
//! It must not know how cookies are asked for or told ([`crate::link`]).

use js_sys::{Array, Promise};
use messages::Message;
use messages::site_worker::Initiator;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Storage;

use crate::Error;

#[wasm_bindgen(raw_module = "./lazy.js")]
extern "C" {
    #[wasm_bindgen(js_name = loadJar)]
    fn load_jar() -> Promise;
}

#[wasm_bindgen]
extern "C" {
    /// The module.
    type Rules;
    #[wasm_bindgen(method)]
    fn header(this: &Rules, key: &str, path: &str, initiator: &JsValue, visible: &Array) -> String;
    #[wasm_bindgen(method)]
    fn put(this: &Rules, key: &str, host: &str, path: &str, lines: &Array) -> Array;
}

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
        // As in `http://host:port`.
        let host = origin.split(['/', ':']).nth(3).unwrap_or_default();
        Self {
            key: [KEY, origin].concat(),
            host: host.to_owned(),
        }
    }

    /// The `Cookie` header of a request, empty if there is none; `visible` has names and values of the cookies that
    /// pages see.
    pub async fn header(
        &self,
        path: &str,
        initiator: Initiator,
        visible: &Array,
    ) -> Result<String, Error> {
        // Most sites have no cookies, and most requests none either.
        let kept = storage().and_then(|storage| storage.get_item(&self.key).ok()?);
        if kept.is_none() && visible.length() == 0 {
            return Ok(String::new());
        }
        Ok(rules()
            .await?
            .header(&self.key, path, &initiator.write(&Array::new()), visible))
    }

    /// Take the `Set-Cookie` lines of an answer; gives what is to be put where pages see it, as the module has it.
    pub async fn take(&self, lines: &Array, path: &str) -> Result<Array, Error> {
        Ok(rules().await?.put(&self.key, &self.host, path, lines))
    }

    /// The browser has forgotten the site: so do we.
    pub fn forget(&self) {
        if let Some(storage) = storage() {
            let _ = storage.remove_item(&self.key);
        }
    }
}

/// Have the module loaded: it will be wanted.
pub fn prepare() {
    let _ = load_jar();
}

async fn rules() -> Result<Rules, Error> {
    Ok(JsFuture::from(load_jar()).await?.unchecked_into())
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}
