//! Checking a signature natively.

use ed25519_dalek::VerifyingKey;

use crate::PublicKey;

/// Did the holder of `key` sign `statement`?
///
/// Strict (RFC 8032 with the checks of `verify_strict`): keys of small order and signatures that are
/// not in canonical form are refused, as is a signature of any length but 64 bytes.
pub fn verify(key: &PublicKey, statement: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (
        VerifyingKey::from_bytes(key.as_bytes()),
        ed25519_dalek::Signature::from_slice(signature),
    ) else {
        return false;
    };
    key.verify_strict(statement, &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    #[test]
    fn only_the_right_signature_passes() {
        let secret = SigningKey::from_bytes(&[5; 32]);
        let key = PublicKey::from(secret.verifying_key().to_bytes());
        let signature = secret.sign(b"so").to_bytes();
        assert!(verify(&key, b"so", &signature));
        assert!(!verify(&key, b"other", &signature));
        assert!(!verify(&PublicKey::from([0; 32]), b"so", &signature));
        assert!(!verify(&key, b"so", &signature[..63]));
        let mut changed = signature;
        changed[0] ^= 1;
        assert!(!verify(&key, b"so", &changed));
    }

    #[test]
    fn a_key_of_small_order_signs_nothing() {
        // The neutral point, with R the neutral point and s = 0, satisfies the bare equation for
        // every message.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!verify(&PublicKey::from(neutral), b"anything", &signature));
    }
}
