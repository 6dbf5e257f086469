//! Randomness and signature checks by WebCrypto. It knows no keys but those it is given.

use identity::{AttemptId, PublicKey, Signature};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Crypto, CryptoKey};

use crate::Error;

fn crypto() -> Result<Crypto, Error> {
    Reflect::get(&js_sys::global(), &"crypto".into())
        .ok()
        .and_then(|crypto| crypto.dyn_into::<Crypto>().ok())
        .ok_or(Error::Unsupported("WebCrypto"))
}

/// A fresh id for an attempt to connect.
pub fn attempt_id() -> Result<AttemptId, Error> {
    let mut bytes = [0; 16];
    crypto()?.get_random_values_with_u8_array(&mut bytes)?;
    Ok(AttemptId::from_bytes(bytes))
}

/// Did `key` sign `statement`? (Ed25519, RFC 8032; WebCrypto's Secure Curves.) In the extension a key of
/// small order signs nothing, as on the rendezvous: browsers differ in that.
pub async fn verifies(
    key: &PublicKey,
    statement: &[u8],
    signature: &Signature,
) -> Result<bool, Error> {
    // The rendezvous refuses such keys as well; they deceive nobody but their owner.
    if cfg!(feature = "extension") && key.has_small_order() {
        return Ok(false);
    }
    let subtle = crypto()?.subtle();
    let algorithm = Object::new();
    Reflect::set(&algorithm, &"name".into(), &"Ed25519".into())?;
    let raw = Uint8Array::from(key.as_bytes().as_slice());
    let usages = Array::of1(&"verify".into());
    let import = subtle.import_key_with_object("raw", &raw, &algorithm, false, &usages)?;
    let key: CryptoKey = JsFuture::from(import)
        .await
        .map_err(|_| Error::Unsupported("Ed25519 signatures (it is too old)"))?
        .unchecked_into();
    let signature = Uint8Array::from(signature.as_bytes().as_slice());
    let statement = Uint8Array::from(statement);
    let verdict = JsFuture::from(subtle.verify_with_object_and_js_u8_array_and_js_u8_array(
        &algorithm, &key, &signature, &statement,
    )?)
    .await
    .unwrap_or(JsValue::FALSE);
    Ok(verdict.is_truthy())
}
