//! The id of one attempt to connect a visitor with a host.

use std::fmt;

use base16ct::lower;

use crate::Error;
use crate::text::travels_as_text;

/// One attempt to connect: 16 random bytes chosen by the visitor, written as 32 lower-case
/// hexadecimal digits. Every signal of the attempt carries it, so that late ones can be dropped.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttemptId([u8; 16]);

impl AttemptId {
    /// The id made of these (random) bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Reads 32 lower-case hexadecimal digits.
    ///
    /// # Errors
    /// [`Error::Attempt`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bytes = lower::decode_vec(text).map_err(|_| Error::Attempt)?;
        bytes.try_into().map(Self).map_err(|_| Error::Attempt)
    }

    /// The 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&lower::encode_string(&self.0))
    }
}

impl fmt::Debug for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AttemptId({self})")
    }
}

travels_as_text!(AttemptId, Error);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_agree() {
        let id = AttemptId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string(), "ab".repeat(16));
        assert_eq!(AttemptId::parse(&id.to_string()), Ok(id));
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
        assert_eq!(
            serde_json::from_str::<AttemptId>(&format!("\"{id}\"")).unwrap(),
            id
        );
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "ab",
            &"AB".repeat(16),
            &"ab".repeat(17),
            &"zz".repeat(16),
            "é",
        ] {
            assert_eq!(AttemptId::parse(text), Err(Error::Attempt), "{text}");
        }
        assert!(serde_json::from_str::<AttemptId>("7").is_err());
    }
}
