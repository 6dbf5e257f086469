//! A site's public key, its fingerprint, its signatures, and the challenge that a host signs.

use std::fmt;

use base32ct::{Base32Unpadded, Encoding as _};
use base64ct::{Base64, Encoding as _};
use sha2::{Digest, Sha256};

use crate::Error;
use crate::text::travels_as_text;

/// A newtype over `[u8; N]` that travels as standard base64 with padding (RFC 4648 section 4).
macro_rules! bytes_in_base64 {
    ($(#[$doc:meta])* $type:ident, $size:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $type([u8; $size]);

        impl $type {
            /// Its size in bytes.
            pub const SIZE: usize = $size;

            /// Takes exactly [`Self::SIZE`] bytes.
            ///
            /// # Errors
            /// [`Error::Length`] for any other number.
            pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
                bytes
                    .try_into()
                    .map(Self)
                    .map_err(|_| Error::Length { what: $what, expected: $size, found: bytes.len() })
            }

            /// Reads standard base64 with padding.
            ///
            /// # Errors
            /// [`Error::Base64`] or [`Error::Length`].
            pub fn from_base64(text: &str) -> Result<Self, Error> {
                let bytes = Base64::decode_vec(text).map_err(|_| Error::Base64($what))?;
                Self::from_bytes(&bytes)
            }

            fn parse(text: &str) -> Result<Self, Error> {
                Self::from_base64(text)
            }

            /// Standard base64 with padding.
            pub fn to_base64(&self) -> String {
                Base64::encode_string(&self.0)
            }

            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; $size] {
                &self.0
            }
        }

        impl From<[u8; $size]> for $type {
            fn from(bytes: [u8; $size]) -> Self {
                Self(bytes)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.to_base64())
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), self)
            }
        }

        travels_as_text!($type, Error);
    };
}

bytes_in_base64! {
    /// A site's Ed25519 public key (RFC 8032), 32 bytes. Not checked to be a point of the curve:
    /// verifying a signature does that.
    PublicKey, 32, "a public key"
}

/// The y coordinates of the points of order 8; those of order 1, 2 and 4 are 1, -1 and 0.
const ORDER_8: [[u8; 32]; 2] = [
    *b"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\
       \xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
    *b"\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\
       \x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a",
];

impl PublicKey {
    /// Is it a point of small order? Then it is nobody's: anybody can sign for it, and some implementations
    /// (WebCrypto's among them) take such signatures.
    pub fn has_small_order(&self) -> bool {
        let mut y = self.0;
        // The highest bit is the sign of x.
        y[31] &= 0x7f;
        let between = |all: u8| y[1..31].iter().all(|byte| *byte == all);
        // 0 and 1; and p-1, and the two again as p and p+1, where p is 2^255-19.
        (y[0] <= 1 && y[31] == 0 && between(0))
            || ((0xec..=0xee).contains(&y[0]) && y[31] == 0x7f && between(0xff))
            || ORDER_8.contains(&y)
    }
}

bytes_in_base64! {
    /// An Ed25519 signature (RFC 8032), 64 bytes.
    Signature, 64, "a signature"
}

bytes_in_base64! {
    /// The 32 random bytes that a rendezvous has a host sign, fresh on every connection.
    Challenge, 32, "a challenge"
}

/// The first 20 characters of the lower-case base32 (RFC 4648 section 6) of the SHA-256 of a site's
/// public key: 100 bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Its length in characters.
    pub const LENGTH: usize = 20;

    /// The fingerprint of a key.
    pub fn of(key: &PublicKey) -> Self {
        let mut text = Base32Unpadded::encode_string(&Sha256::digest(key.as_bytes()));
        text.truncate(Self::LENGTH);
        Self(text)
    }

    /// Reads 20 characters of a-z and 2-7.
    ///
    /// # Errors
    /// [`Error::Fingerprint`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let legal = |byte: u8| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte);
        if text.len() == Self::LENGTH && text.bytes().all(legal) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::Fingerprint)
        }
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

travels_as_text!(Fingerprint, Error);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_travel_as_base64() {
        let key = PublicKey::from([0; 32]);
        assert_eq!(key.to_base64(), format!("{}=", "A".repeat(43)));
        assert_eq!(PublicKey::from_base64(&key.to_base64()), Ok(key));
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<PublicKey>(&json).unwrap(), key);
        assert_eq!(
            PublicKey::from_base64("AAAA"),
            Err(Error::Length {
                what: "a public key",
                expected: 32,
                found: 3
            })
        );
        assert_eq!(
            PublicKey::from_base64(&"A".repeat(43)),
            Err(Error::Base64("a public key")),
            "no padding"
        );
        assert!(serde_json::from_str::<Signature>("\"%\"").is_err());
    }

    #[test]
    fn the_fingerprint_is_the_documented_one() {
        // printf '\0%.0s' {1..32} | sha256sum | xxd -r -p | base32, lower-cased
        // SHA-256 of 32 zero bytes: 66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925
        let fingerprint = Fingerprint::of(&PublicKey::from([0; 32]));
        assert_eq!(fingerprint.as_str(), "mzuhvlpymk6xo3epygfy");
        assert_eq!(Fingerprint::parse(fingerprint.as_str()), Ok(fingerprint));
    }

    #[test]
    fn other_fingerprints_are_refused() {
        for text in [
            "",
            "mzuhvlpymk6xo3epygf",
            "MZUHVLPYMK6XO3EPYGFY",
            "mzuhvlpymk6xo3epygf1",
            "mzuhvlpymk6xo3epygé",
        ] {
            assert_eq!(Fingerprint::parse(text), Err(Error::Fingerprint), "{text}");
        }
    }

    #[test]
    fn the_keys_of_small_order_are_those_that_the_curve_has() {
        let is_weak = |bytes: &[u8; 32]| {
            ed25519_dalek::VerifyingKey::from_bytes(bytes).is_ok_and(|key| key.is_weak())
        };
        let near = |lowest: u8, rest: u8, highest: u8| {
            let mut bytes = [rest; 32];
            (bytes[0], bytes[31]) = (lowest, highest);
            bytes
        };
        let mut candidates = ORDER_8.to_vec();
        for lowest in 0..=255 {
            candidates.push(near(lowest, 0, 0));
            candidates.push(near(lowest, 0xff, 0x7f));
        }
        let mut found = 0;
        for mut bytes in candidates {
            for sign in [0, 0x80] {
                bytes[31] = (bytes[31] & 0x7f) | sign;
                let small = PublicKey::from(bytes).has_small_order();
                assert!(small || !is_weak(&bytes), "{bytes:?}");
                found += usize::from(small);
            }
        }
        assert_eq!(found, 14, "7 coordinates, each with two signs");
        let real = ed25519_dalek::SigningKey::from_bytes(&[1; 32]).verifying_key();
        assert!(!PublicKey::from(real.to_bytes()).has_small_order());
    }
}
