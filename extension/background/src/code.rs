//! A site's code for its box: the files of the live version that it consists of.

use identity::Fingerprint;
use js_sys::Uint8Array;
use layout::{capped::capped, place::SITE_JSON};
use messages::Failure;
use messages::file::NamedFile;
use wasm_bindgen_futures::JsFuture;

use crate::core::Core;

/// The files. The `site.json` of an imported site asks for no more than usual until its owner allows it.
pub async fn files(core: &Core, site: &Fingerprint) -> Result<Vec<NamedFile>, Failure> {
    let code = core.store.code(site).await?;
    let is_capped = core.store.site(site).await?.limits_capped;
    let mut files = Vec::new();
    for (path, blob) in code.files {
        let bytes = JsFuture::from(blob.array_buffer())
            .await
            .map_err(|error| store::Error::from_js(&error))?;
        let bytes = Uint8Array::new(&bytes);
        let usual = (is_capped && path == SITE_JSON)
            .then(|| capped(&bytes.to_vec()))
            .flatten();
        let bytes = usual.map_or(bytes, |usual| Uint8Array::from(&*usual));
        files.push(NamedFile { path, bytes });
    }
    Ok(files)
}
