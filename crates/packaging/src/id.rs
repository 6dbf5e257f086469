//! The id that Chromium derives from an extension's key.

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use crate::PackagingError;

/// How many bytes of the hash become the id: 16 bytes, 32 letters.
const ID_BYTES: usize = 16;

/// The first byte of every DER-encoded public key: a sequence.
const DER_SEQUENCE: u8 = 0x30;

/// The extension id for a manifest's `key`: base64 of the public key (SubjectPublicKeyInfo, DER).
///
/// Chromium takes the first 16 bytes of the SHA-256 of the DER bytes and writes each half byte as a letter from `a`
/// (0) to `p` (15); see `crx_file::id_util::GenerateId` in its source.
///
/// # Errors
/// [`PackagingError::Base64`] or [`PackagingError::NotDer`] when `key` is no such key.
pub fn extension_id(key: &str) -> Result<String, PackagingError> {
    let der = BASE64.decode(key.trim().as_bytes())?;
    if der.first() != Some(&DER_SEQUENCE) {
        return Err(PackagingError::NotDer);
    }
    let hash = Sha256::digest(&der);
    let halves = hash
        .iter()
        .take(ID_BYTES)
        .flat_map(|byte| [byte >> 4, byte & 15]);
    Ok(halves.map(|half| char::from(b'a' + half)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key and id of Chromium's own PDF viewer, as in its `pdf` component extension.
    const PDF_KEY: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDN6hM0rsDYGbzQPQfOygqlRtQgKUXMfnSjhIBL7LnReAVBEd7ZmKtyN2qmSasMl4HZpMhVe2rPWVVwBDl6iyNE/Kok6E6v6V3vCLGsOpQAuuNVye/3QxzIldzG/jQAdWZiyXReRVapOhZtLjGfywCvlWq7Sl/e3sbc0vWybSDI2QIDAQAB";
    const PDF_ID: &str = "mhjfbmdgcfjbbpaeojofohoefgiehjai";

    #[test]
    fn the_id_is_the_one_chromium_derives() {
        assert_eq!(extension_id(PDF_KEY).unwrap(), PDF_ID);
    }

    #[test]
    fn a_key_file_may_end_in_a_line_end() {
        assert_eq!(extension_id(&format!("{PDF_KEY}\n")).unwrap(), PDF_ID);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert!(matches!(
            extension_id("not base64!"),
            Err(PackagingError::Base64(_))
        ));
        assert!(matches!(extension_id(""), Err(PackagingError::NotDer)));
        assert!(matches!(extension_id("AAAA"), Err(PackagingError::NotDer)));
    }
}
