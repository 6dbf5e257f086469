//! Sites' keys, by WebCrypto (Secure Curves: Ed25519). Private keys are made extractable, because a site
//! can move to another browser with its key.

use identity::PublicKey;
use js_sys::{Array, ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Crypto, CryptoKey, SubtleCrypto};
use zeroize::Zeroizing;

use crate::Error;

const ALGORITHM: &str = "Ed25519";
const PRIVATE: &str = "privateKey";
const PUBLIC: &str = "publicKey";

/// A new key pair: the record to store and the public key.
pub async fn generate() -> Result<(JsValue, PublicKey), Error> {
    let subtle = subtle()?;
    let usages = Array::of2(&"sign".into(), &"verify".into());
    let pair = settled(subtle.generate_key_with_str(ALGORITHM, true, &usages)).await?;
    let public = read_key(&pair, PUBLIC)?;
    let raw = settled(subtle.export_key("raw", &public)).await?;
    let raw = Uint8Array::new(&raw.unchecked_into::<ArrayBuffer>()).to_vec();
    let record = key_pair_record(read_key(&pair, PRIVATE)?, public)?;
    Ok((record, PublicKey::from_bytes(&raw)?))
}

/// The private key of a stored record in PKCS#8.
pub async fn export(record: &JsValue) -> Result<Zeroizing<Vec<u8>>, Error> {
    let key = read_key(record, PRIVATE)?;
    let der = settled(subtle()?.export_key("pkcs8", &key)).await?;
    let der = Uint8Array::new(&der.unchecked_into::<ArrayBuffer>());
    Ok(Zeroizing::new(der.to_vec()))
}

/// The record to store of a private key in PKCS#8, if it is the one of this public key.
///
/// # Errors
/// [`Error::WrongKey`].
pub async fn import(pkcs8: &[u8], public_key: &PublicKey) -> Result<JsValue, Error> {
    let subtle = subtle()?;
    let key = async |format: &str, bytes: &[u8], usage: &str| {
        let bytes = Uint8Array::from(bytes);
        let usages = Array::of1(&usage.into());
        let key = subtle.import_key_with_str(format, &bytes, ALGORITHM, true, &usages);
        let key = settled(key).await.map_err(|_| Error::WrongKey)?;
        key.dyn_into::<CryptoKey>().map_err(|_| Error::WrongKey)
    };
    let private = key("pkcs8", pkcs8, "sign").await?;
    let public = key("raw", public_key.as_bytes(), "verify").await?;
    let record = key_pair_record(private, public.clone())?;
    let signature = Uint8Array::from(&*sign(&record, PROBE).await?);
    let probe = Uint8Array::from(PROBE);
    let fits = subtle.verify_with_str_and_buffer_source_and_buffer_source(
        ALGORITHM, &public, &signature, &probe,
    );
    if settled(fits).await?.is_truthy() {
        Ok(record)
    } else {
        Err(Error::WrongKey)
    }
}

/// What an imported private key signs, to check that it belongs to the public key. It is no statement (`identity`).
const PROBE: &[u8] = b"peerserver/1 probe\0";

fn key_pair_record(private: CryptoKey, public: CryptoKey) -> Result<JsValue, Error> {
    let record = Object::new();
    for (name, key) in [(PRIVATE, private), (PUBLIC, public)] {
        Reflect::set(&record, &name.into(), &key).map_err(|e| Error::from_js(&e))?;
    }
    Ok(record.into())
}

/// Signs with a stored record: 64 bytes (RFC 8032).
pub async fn sign(record: &JsValue, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let key = read_key(record, PRIVATE)?;
    // A copy in JavaScript: the signing outlives this call's view of wasm memory.
    let data = Uint8Array::from(bytes);
    let signature =
        settled(subtle()?.sign_with_str_and_buffer_source(ALGORITHM, &key, &data)).await?;
    Ok(Uint8Array::new(&signature.unchecked_into::<ArrayBuffer>()).to_vec())
}

/// SHA-256 of bytes, in hexadecimal.
pub async fn sha256(bytes: &ArrayBuffer) -> Result<String, Error> {
    let digest = settled(subtle()?.digest_with_str_and_buffer_source("SHA-256", bytes)).await?;
    let digest = Uint8Array::new(&digest.unchecked_into::<ArrayBuffer>()).to_vec();
    Ok(hex(&digest))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A random id (UUID version 4).
pub fn random_id() -> Result<String, Error> {
    Ok(crypto()?.random_uuid())
}

fn crypto() -> Result<Crypto, Error> {
    Reflect::get(&js_sys::global(), &"crypto".into())
        .ok()
        .and_then(|crypto| crypto.dyn_into().ok())
        .ok_or_else(|| Error::Unavailable("no WebCrypto here".to_owned()))
}

fn subtle() -> Result<SubtleCrypto, Error> {
    Ok(crypto()?.subtle())
}

fn read_key(pair: &JsValue, name: &str) -> Result<CryptoKey, Error> {
    Reflect::get(pair, &name.into())
        .ok()
        .and_then(|key| key.dyn_into().ok())
        .ok_or_else(|| Error::Damaged(format!("a site's {name} is missing")))
}

async fn settled(promise: Result<Promise, JsValue>) -> Result<JsValue, Error> {
    let promise = promise.map_err(|e| Error::from_js(&e))?;
    JsFuture::from(promise)
        .await
        .map_err(|e| Error::from_js(&e))
}
