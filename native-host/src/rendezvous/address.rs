//! Who a client is, as far as its share goes.

use std::net::IpAddr;

/// A client's address as shares are counted: IPv6 by /64, which is what one subscriber has (RFC 6177);
/// IPv4 inside IPv6 as itself; all of loopback as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Address {
    /// This machine.
    Loopback,
    /// An IPv4 address.
    V4([u8; 4]),
    /// The upper half of an IPv6 address.
    V6Prefix(u64),
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
