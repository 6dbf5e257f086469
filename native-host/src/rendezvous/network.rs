//! The names under which hosts see the networks of their visitors.
//!
//! A name is a keyed hash of an address prefix (IPv4 /32, IPv6 /56, all of loopback as one). The key is made at every
//! start and never leaves this module: a name tells a host that two visitors share a network, and no address.

use sha2::{Digest, Sha256};
use signalling::NetworkId;

use super::address::Address;

/// Bytes of the key: as many as the hash gives.
const KEY_BYTES: usize = 32;

/// Bits of an IPv6 address that one subscriber has in common (RFC 6177).
const V6_BITS: u32 = 56;

/// The key of one run of the rendezvous.
pub struct NetworkNames {
    key: [u8; KEY_BYTES],
}

impl NetworkNames {
    /// Names with a fresh key.
    ///
    /// # Errors
    /// If the system gives no random numbers.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut key = [0; KEY_BYTES];
        getrandom::fill(&mut key)?;
        Ok(Self { key })
    }

    /// The name of the network that an address is of.
    pub fn name(&self, address: Address) -> NetworkId {
        // Every input has the same length, so that none is the beginning of another.
        let (kind, prefix) = match address {
            Address::Loopback => (0_u8, 0),
            Address::V4(octets) => (4, u64::from(u32::from_be_bytes(octets))),
            Address::V6Prefix(prefix) => (6, prefix & (u64::MAX << (64 - V6_BITS))),
        };
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update([kind]);
        hash.update(prefix.to_be_bytes());
        let mut first = [0; 8];
        for (to, from) in first.iter_mut().zip(hash.finalize()) {
            *to = from;
        }
        NetworkId::from_bytes(first)
    }
}

impl std::fmt::Debug for NetworkNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NetworkNames")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    fn address(text: &str) -> Address {
        Address::from(text.parse::<IpAddr>().unwrap())
    }

    #[test]
    fn one_network_has_one_name_until_the_rendezvous_starts_again() {
        let names = NetworkNames::new().unwrap();
        let name = |text| names.name(address(text));
        for (one, other) in [
            ("192.0.2.1", "::ffff:192.0.2.1"),
            ("2001:db8::1", "2001:db8:0:ff:1::2"),
            ("127.0.0.1", "::1"),
        ] {
            assert_eq!(name(one), name(other));
        }
        for (one, other) in [
            ("192.0.2.1", "192.0.2.2"),
            ("2001:db8::1", "2001:db8:0:100::1"),
            ("0.0.0.0", "127.0.0.1"),
            ("0.0.0.0", "::"),
        ] {
            assert_ne!(name(one), name(other));
        }
        let later = NetworkNames::new().unwrap();
        assert_ne!(
            name("192.0.2.1"),
            later.name(address("192.0.2.1")),
            "the key is another one"
        );
    }
}
