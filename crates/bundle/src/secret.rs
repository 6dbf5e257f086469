//! A site's private key, in the forms in which it travels between programs.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

use crate::error::Error;

/// What comes before the 32 bytes of an Ed25519 private key in PKCS#8 (RFC 8410 section 7).
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";

/// The 32 bytes of an Ed25519 private key (RFC 8032 section 5.1.5). Wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(Zeroizing<[u8; 32]>);

impl SecretKey {
    /// From the 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// From PKCS#8 (48 bytes, RFC 8410), as WebCrypto's `exportKey` and OpenSSL give it.
    ///
    /// # Errors
    /// [`Error::NoPrivateKey`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, Error> {
        der.strip_prefix(&PKCS8)
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self::from_bytes)
            .ok_or(Error::NoPrivateKey)
    }

    /// As PKCS#8, for WebCrypto's `importKey`: 48 bytes.
    pub fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([&PKCS8[..], &self.0[..]].concat())
    }

    /// From PEM (RFC 7468), as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// # Errors
    /// [`Error::NoPrivateKey`].
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        let inner = text.trim().strip_prefix(PEM_BEGIN);
        let inner = inner.and_then(|rest| rest.strip_suffix(PEM_END));
        let inner = inner.ok_or(Error::NoPrivateKey)?;
        let base64: Zeroizing<String> = Zeroizing::new(inner.split_whitespace().collect());
        let der = Base64::decode_vec(&base64).map_err(|_| Error::NoPrivateKey)?;
        Self::from_pkcs8(&Zeroizing::new(der))
    }

    /// As PEM, with a line end.
    pub fn to_pem(&self) -> Zeroizing<String> {
        let base64 = Zeroizing::new(Base64::encode_string(&self.to_pkcs8()));
        Zeroizing::new(format!("{PEM_BEGIN}\n{}\n{PEM_END}\n", *base64))
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> SecretKey {
        SecretKey::from_bytes([9; 32])
    }

    #[test]
    fn keys_travel_as_pkcs8_between_programs() {
        let der = secret().to_pkcs8();
        assert_eq!(der.len(), 48);
        assert_eq!(SecretKey::from_pkcs8(&der), Ok(secret()));
        for bad in [&der[..47], &[&der[..], &[0]].concat(), &[0; 48]] {
            assert_eq!(SecretKey::from_pkcs8(bad), Err(Error::NoPrivateKey));
        }
        let pem = secret().to_pem();
        assert_eq!(SecretKey::from_pem(&pem), Ok(secret()));
        assert_eq!(
            SecretKey::from_pem(&pem.replace('\n', "\r\n")),
            Ok(secret())
        );
        for bad in [
            "",
            "MC4CAQ",
            &pem.replace("PRIVATE", "PUBLIC"),
            &pem.replace("MC4", "!!!"),
        ] {
            assert_eq!(SecretKey::from_pem(bad), Err(Error::NoPrivateKey));
        }
        assert_eq!(format!("{:?}", secret()), "SecretKey(…)");
    }
}
