//! A site's private key sealed with a passphrase: the only form in which a bundle has it.

use argon2::{Algorithm, Argon2, Params, Version};
use base64ct::{Base64, Encoding as _};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use identity::PublicKey;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::{EntryError, Error};
use crate::part::SEALED_KEY;
use crate::secret::SecretKey;

/// Shortest passphrase in characters. Whoever has the file can try as many as he likes.
pub const MIN_PASSPHRASE: usize = 8;

/// Random bytes that sealing takes: a salt of 16 and a nonce of 24.
pub const RANDOM: usize = SALT + NONCE;

const SALT: usize = 16;
const NONCE: usize = 24;
/// The second recommendation of RFC 9106 section 4: 64 MiB, three passes, four lanes.
const COST: Cost = Cost {
    memory_kib: 64 * 1024,
    passes: 3,
    lanes: 4,
};
/// The most that a sealed key may cost to open: twice the memory, which a phone still has, and some seconds.
const MOST: Cost = Cost {
    memory_kib: 128 * 1024,
    passes: 10,
    lanes: 16,
};
const FORMAT: u64 = 1;
const KDF: &str = "argon2id";
const CIPHER: &str = "xchacha20-poly1305";
/// What the cipher authenticates beside the key, before the site's public key.
const PURPOSE: &[u8] = b"peerserver/1 sealed key\0";

/// A private key sealed with a passphrase: argon2id (RFC 9106) makes a key of that, and XChaCha20-Poly1305
/// seals with it. It is the content of `key.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedKey {
    cost: Cost,
    salt: [u8; SALT],
    nonce: [u8; NONCE],
    sealed: Vec<u8>,
}

/// How dear it is to try a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Cost {
    #[serde(rename = "memoryKiB")]
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// `key.json`.
#[derive(Serialize, Deserialize)]
struct File {
    format: u64,
    kdf: String,
    #[serde(flatten)]
    cost: Cost,
    salt: String,
    cipher: String,
    nonce: String,
    sealed: String,
}

impl SealedKey {
    /// Seals the private key of the site with this public key. `random` is fresh from the system. Takes about
    /// a tenth of a second and 64 MiB.
    ///
    /// # Errors
    /// [`Error::ShortPassphrase`].
    pub fn seal(
        secret: &SecretKey,
        key: &PublicKey,
        passphrase: &str,
        random: &[u8; RANDOM],
    ) -> Result<Self, Error> {
        if passphrase.chars().count() < MIN_PASSPHRASE {
            return Err(Error::ShortPassphrase(MIN_PASSPHRASE));
        }
        let (mut salt, mut nonce) = ([0; SALT], [0; NONCE]);
        let (first, second) = random.split_at(SALT);
        salt.copy_from_slice(first);
        nonce.copy_from_slice(second);
        let mut new = Self {
            cost: COST,
            salt,
            nonce,
            sealed: Vec::new(),
        };
        let message = Payload {
            msg: secret.as_bytes(),
            aad: &bound_to(key),
        };
        let sealed = new
            .cipher(passphrase)?
            .encrypt(&XNonce::from(nonce), message);
        new.sealed = sealed.map_err(|_| Error::NoPrivateKey)?;
        Ok(new)
    }

    /// The private key of the site with this public key. That it is indeed of that key is known once
    /// something was signed with it.
    ///
    /// # Errors
    /// [`Error::WrongPassphrase`]: also if it is of another site.
    pub fn open(&self, key: &PublicKey, passphrase: &str) -> Result<SecretKey, Error> {
        let message = Payload {
            msg: &self.sealed,
            aad: &bound_to(key),
        };
        let opened = self
            .cipher(passphrase)?
            .decrypt(&XNonce::from(self.nonce), message);
        let opened = Zeroizing::new(opened.map_err(|_| Error::WrongPassphrase)?);
        let bytes = opened.as_slice().try_into();
        bytes
            .map(SecretKey::from_bytes)
            .map_err(|_| Error::NoPrivateKey)
    }

    fn cipher(&self, passphrase: &str) -> Result<XChaCha20Poly1305, Error> {
        let Cost {
            memory_kib,
            passes,
            lanes,
        } = self.cost;
        let fault = |error: argon2::Error| EntryError::SealedKey(error.to_string()).of(SEALED_KEY);
        let params = Params::new(memory_kib, passes, lanes, Some(32)).map_err(fault)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), &self.salt, &mut *key)
            .map_err(fault)?;
        Ok(XChaCha20Poly1305::new(&Key::from(*key)))
    }

    /// `key.json`.
    pub fn to_json(&self) -> Vec<u8> {
        let file = File {
            format: FORMAT,
            kdf: KDF.to_owned(),
            cost: self.cost,
            salt: Base64::encode_string(&self.salt),
            cipher: CIPHER.to_owned(),
            nonce: Base64::encode_string(&self.nonce),
            sealed: Base64::encode_string(&self.sealed),
        };
        let mut json = serde_json::to_vec(&file).unwrap_or_default();
        json.push(b'\n');
        json
    }

    /// Reads `key.json`.
    ///
    /// # Errors
    /// [`EntryError::SealedKey`], also if opening it would cost too much.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        let fault = |reason: String| EntryError::SealedKey(reason).of(SEALED_KEY);
        let file: File = serde_json::from_slice(json).map_err(|error| fault(error.to_string()))?;
        if file.format != FORMAT || file.kdf != KDF || file.cipher != CIPHER {
            let how = format!(
                "format {}, {}, {} is not known here",
                file.format, file.kdf, file.cipher
            );
            return Err(fault(how));
        }
        let Cost {
            memory_kib,
            passes,
            lanes,
        } = file.cost;
        if memory_kib > MOST.memory_kib || passes > MOST.passes || lanes > MOST.lanes {
            return Err(fault("it is made to cost too much to open".to_owned()));
        }
        let field = |text: &str| Base64::decode_vec(text).map_err(|error| fault(error.to_string()));
        let length = |_| fault("a field has the wrong length".to_owned());
        Ok(Self {
            cost: file.cost,
            salt: field(&file.salt)?
                .try_into()
                .map_err(|bytes: Vec<u8>| length(bytes.len()))?,
            nonce: field(&file.nonce)?
                .try_into()
                .map_err(|bytes: Vec<u8>| length(bytes.len()))?,
            sealed: field(&file.sealed)?,
        })
    }
}

/// A sealed key opens for its site only.
fn bound_to(key: &PublicKey) -> Vec<u8> {
    [PURPOSE, key.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSPHRASE: &str = "correct horse";

    fn key() -> PublicKey {
        PublicKey::from([1; 32])
    }

    fn secret() -> SecretKey {
        SecretKey::from_bytes([9; 32])
    }

    /// Cheap, for tests in debug builds.
    fn cheap() -> SealedKey {
        let cost = Cost {
            memory_kib: 32,
            passes: 1,
            lanes: 1,
        };
        let mut sealed = SealedKey {
            cost,
            salt: [3; SALT],
            nonce: [4; NONCE],
            sealed: Vec::new(),
        };
        let cipher = sealed.cipher(PASSPHRASE).unwrap();
        let (secret, bound) = (secret(), bound_to(&key()));
        let message = Payload {
            msg: secret.as_bytes(),
            aad: &bound,
        };
        sealed.sealed = cipher
            .encrypt(&XNonce::from(sealed.nonce), message)
            .unwrap();
        sealed
    }

    #[test]
    fn what_is_sealed_opens_with_the_passphrase_alone() {
        let sealed = SealedKey::from_json(&cheap().to_json()).unwrap();
        assert_eq!(sealed, cheap());
        assert_eq!(sealed.open(&key(), PASSPHRASE), Ok(secret()));
        assert_eq!(
            sealed.open(&key(), "wrong horse"),
            Err(Error::WrongPassphrase)
        );
        let other = PublicKey::from([2; 32]);
        assert_eq!(sealed.open(&other, PASSPHRASE), Err(Error::WrongPassphrase));
        for at in 0..sealed.sealed.len() {
            let mut changed = sealed.clone();
            changed.sealed[at] ^= 1;
            assert_eq!(
                changed.open(&key(), PASSPHRASE),
                Err(Error::WrongPassphrase)
            );
        }
        let mut cheaper = sealed;
        cheaper.cost.passes = 2;
        assert_eq!(
            cheaper.open(&key(), PASSPHRASE),
            Err(Error::WrongPassphrase)
        );
    }

    #[test]
    fn a_key_is_sealed_at_the_recommended_cost() {
        let sealed = SealedKey::seal(&secret(), &key(), PASSPHRASE, &[5; RANDOM]).unwrap();
        assert_eq!(sealed.open(&key(), PASSPHRASE), Ok(secret()));
        let json = String::from_utf8(sealed.to_json()).unwrap();
        assert!(
            json.contains(r#""memoryKiB":65536,"passes":3,"lanes":4"#),
            "{json}"
        );
        assert!(!json.contains(&Base64::encode_string(&[9; 32])));
        assert!(json.len() as u64 <= crate::limits::MAX_SEALED_KEY);
    }

    #[test]
    fn too_short_a_passphrase_seals_nothing() {
        let sealed = SealedKey::seal(&secret(), &key(), "1234567", &[5; RANDOM]);
        assert_eq!(sealed, Err(Error::ShortPassphrase(8)));
    }

    #[test]
    fn what_costs_too_much_or_is_not_understood_is_refused() {
        let json = String::from_utf8(cheap().to_json()).unwrap();
        for (from, to, says) in [
            ("\"memoryKiB\":32", "\"memoryKiB\":4194304", "cost too much"),
            ("\"passes\":1", "\"passes\":11", "cost too much"),
            ("\"lanes\":1", "\"lanes\":17", "cost too much"),
            ("argon2id", "md5", "md5"),
            ("\"format\":1", "\"format\":2", "format 2"),
            ("\"salt\":\"", "\"salt\":\"!", "no sealed key"),
            ("\"nonce\":\"BAQE", "\"nonce\":\"", "wrong length"),
            ("{", "", "no sealed key"),
        ] {
            let error = SealedKey::from_json(json.replace(from, to).as_bytes());
            let error = error.unwrap_err().to_string();
            assert!(error.contains(says), "{to}: {error}");
        }
        let few = json.replace("\"memoryKiB\":32", "\"memoryKiB\":0");
        assert!(
            SealedKey::from_json(few.as_bytes())
                .unwrap()
                .open(&key(), PASSPHRASE)
                .is_err()
        );
    }
}
