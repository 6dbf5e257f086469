//! Who a client is, as far as its share goes, and the networks that it shares with others.
//!
//! IPv4 addresses are scarce; of IPv6 anybody gets 2^16 or 2^24 networks for nothing. So a client of IPv6 is counted
//! in every network that may be one customer's, and each wider one has some addresses' shares, not all of them.

use std::net::IpAddr;

/// A client's address as shares are counted: IPv6 by /64, the smallest network of one subscriber (RFC 6177);
/// IPv4 inside IPv6 as itself; all of loopback as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Address {
    /// This machine.
    Loopback,
    /// An IPv4 address.
    V4([u8; 4]),
    /// The upper half of an IPv6 address.
    V6Prefix(u64),
    /// A client whose proxy does not name its address. All of these are one.
    Unknown,
}

/// The prefixes by which IPv6 is counted, widest first, and how many addresses' shares each may have: a provider
/// (/32), an organisation or a tunnel broker's customer (/48), a household (/56), and one network of it (/64).
const V6_NETWORKS: [(u32, u32); 4] = [(32, 16), (48, 4), (56, 2), (64, 1)];

/// Bits of the upper half of an IPv6 address.
const V6_BITS: u32 = 64;

/// The widest network that is counted.
const PROVIDER_BITS: u32 = 32;

/// A network that a client is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    address: Address,
    /// The length of its prefix, of IPv6 only.
    bits: u32,
    /// How many addresses' shares it may have.
    shares: u32,
}

impl Network {
    /// The network of all clients for which there is no room to be counted each.
    pub const REST: Self = Self {
        address: Address::Unknown,
        bits: 0,
        shares: 16,
    };

    /// How many addresses' shares it may have.
    pub const fn shares(self) -> u32 {
        self.shares
    }

    /// May it be a whole provider's?
    pub const fn is_provider(self) -> bool {
        self.bits == PROVIDER_BITS
    }
}

impl Address {
    /// The networks that it is part of, widest first, itself last.
    pub fn networks(self) -> impl Iterator<Item = Network> + Clone {
        let levels: &[(u32, u32)] = match self {
            Self::V6Prefix(_) => &V6_NETWORKS,
            _ => &[(V6_BITS, 1)],
        };
        levels.iter().map(move |&(bits, shares)| Network {
            address: self.prefix(bits),
            bits,
            shares,
        })
    }

    /// The first bits of an IPv6 address; any other as it is.
    pub const fn prefix(self, bits: u32) -> Self {
        match self {
            Self::V6Prefix(prefix) => Self::V6Prefix(prefix & (u64::MAX << (V6_BITS - bits))),
            other => other,
        }
    }
}

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            address if address.is_loopback() => Self::Loopback,
            IpAddr::V4(address) => Self::V4(address.octets()),
            #[allow(
                clippy::cast_possible_truncation,
                reason = "the upper half of 128 bits is 64 bits"
            )]
            IpAddr::V6(address) => Self::V6Prefix((u128::from(address) >> 64) as u64),
        }
    }
}

#[cfg(test)]
impl Address {
    /// The address that a text names.
    pub fn of(text: &str) -> Self {
        Self::from(text.parse::<IpAddr>().unwrap())
    }
}
