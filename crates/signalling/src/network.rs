//! A name for the network that a visitor comes from, which does not show which network it is.
//!
//! The rendezvous makes it (a keyed hash of an address prefix) and a host compares it: equal values are one network.
//! This module must not know addresses, and neither does a host.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A visitor's network: 8 bytes, written as exactly 16 lower-case hexadecimal digits. One network has one value
/// as long as the rendezvous runs, and another after its next start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NetworkId(u64);

impl NetworkId {
    /// The id made of the first bytes of a keyed hash.
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(u64::from_be_bytes(bytes))
    }
}

impl fmt::Display for NetworkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for NetworkId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match u64::from_str_radix(text, 16) {
            Ok(number) if digits && text.len() == 16 => Ok(Self(number)),
            _ => Err("it is not 16 lower-case hexadecimal digits"),
        }
    }
}

impl Serialize for NetworkId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_sixteen_lower_case_hexadecimal_digits() {
        for text in ["0123456789abcdef", "0000000000000000", "ffffffffffffffff"] {
            assert_eq!(text.parse::<NetworkId>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "0123456789abcde",
            "0123456789abcdef0",
            "0123456789ABCDEF",
            "+123456789abcdef",
            "0123456789abcdeg",
            "0123456789abcdé",
        ] {
            assert!(text.parse::<NetworkId>().is_err(), "{text}");
        }
    }
}
