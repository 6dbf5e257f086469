//! Which addresses lead into a machine or a private network. It must not know what is reached there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Names that never stand for something public (RFC 6761, RFC 6762, RFC 8375; `.internal` by ICANN, 2024).
const LOCAL_ENDINGS: [&str; 6] = [
    ".localhost",
    ".local",
    ".internal",
    ".test",
    ".lan",
    ".home.arpa",
];

/// Where a rendezvous is, as far as its address shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On this machine or in its network.
    Near,
    /// Anywhere.
    Public,
}

impl Place {
    /// The place of a gateway such as `http://localhost:8890`. What cannot be read is taken for public.
    pub fn of(gateway: &str) -> Self {
        let authority = gateway.split_once("://").map_or(gateway, |(_, rest)| rest);
        let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
        match host(authority) {
            Some(host) if is_near(host) => Self::Near,
            _ => Self::Public,
        }
    }
}

/// The host of `host`, `host:port` or `[v6]:port`, without brackets.
pub(crate) fn host(authority: &str) -> Option<&str> {
    if let Some(rest) = authority.strip_prefix('[') {
        return rest.split_once(']').map(|(host, _)| host);
    }
    authority.split(':').next().filter(|host| !host.is_empty())
}

/// Is this host, by its address or by its name, on this machine or in a private network?
pub(crate) fn is_near(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(address) => is_private(address),
        Err(_) => {
            let host = host.trim_end_matches('.').to_ascii_lowercase();
            let last = host.rsplit('.').next().unwrap_or_default();
            // Systems read `0x7f.1` as an address (WHATWG URL, "ends in a number").
            let is_number = last.starts_with("0x") || last.bytes().all(|b| b.is_ascii_digit());
            !host.contains('.')
                || is_number
                || LOCAL_ENDINGS.iter().any(|ending| host.ends_with(ending))
        }
    }
}

/// The network of an address as text, as far as one can be counted by it: an IPv4 address, the first half of an
/// IPv6 address. None of what is no address.
pub fn network_of(address: &str) -> Option<String> {
    let address: IpAddr = address.parse().ok()?;
    Some(match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
    })
}

/// Does this address lead into a machine or a private network, or nowhere that one could connect to?
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => is_private_v6(address),
    }
}

/// IANA's special-purpose addresses (RFC 6890), shared ones of providers (100.64.0.0/10) among them.
fn is_private_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    match a {
        0 | 10 | 127 | 224.. => true,
        100 => b & 0xc0 == 64,
        169 => b == 254,
        172 => b & 0xf0 == 16,
        192 => b == 168 || (b == 0 && c == 0),
        198 => b & 0xfe == 18,
        _ => false,
    }
}

/// As above; addresses that carry an IPv4 address (mapped, NAT64, 6to4) are what that one is.
fn is_private_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_private_v4(Ipv4Addr::new(a, b, c, d))
    };
    match (a, b, c, d, e, f) {
        // Unspecified, loopback, mapped and compatible.
        (0, 0, 0, 0, 0, 0) => true,
        (0, 0, 0, 0, 0, 0xffff) => v4(g, h),
        (0x64, 0xff9b, 0, 0, 0, 0) => v4(g, h),
        (0x64, 0xff9b, 1, ..) => true,
        (0x2002, ..) => v4(b, c),
        // Unique local, link-local, site-local, multicast.
        _ => a & 0xfe00 == 0xfc00 || a & 0xff80 == 0xfe80 || a & 0xff00 == 0xff00,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_machines_and_private_networks_are_private() {
        for text in [
            "127.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.1.1",
            "100.64.0.1",
            "100.127.0.1",
            "192.0.0.8",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(is_private(text.parse().unwrap()), "{text}");
        }
        for text in [
            "1.1.1.1",
            "172.15.0.1",
            "172.32.0.1",
            "100.63.0.1",
            "100.128.0.1",
            "192.0.2.1",
            "192.167.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2001:db8::1",
            "2600::1",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
            "2002:101:101::",
        ] {
            assert!(!is_private(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn addresses_of_one_network_count_as_one() {
        let network = |text| network_of(text);
        assert_eq!(network("1.2.3.4").as_deref(), Some("1.2.3.4"));
        assert_eq!(network("::ffff:1.2.3.4"), network("1.2.3.4"));
        assert_eq!(network("2600:1:2:3::7"), network("2600:1:2:3:4::"));
        assert_ne!(network("2600:1:2:3::7"), network("2600:1:2:4::7"));
        assert_eq!(network("somewhere.local"), None);
    }

    #[test]
    fn a_gateways_address_shows_whether_it_is_near() {
        for gateway in [
            "http://localhost:8890",
            "http://127.0.0.1:8890",
            "http://[::1]:8890",
            "https://192.168.1.7",
            "http://nas:8890",
            "https://peers.home.arpa/",
            "https://A.LOCAL",
            "http://x.localhost",
            "http://peers.local.:80",
        ] {
            assert_eq!(Place::of(gateway), Place::Near, "{gateway}");
        }
        for gateway in [
            "https://peers.example",
            "https://1.1.1.1:8890",
            "http://[2600::1]",
            "https://local.example",
            "https://localhost.example",
            "",
            "http://",
            "http://[::1",
        ] {
            assert_eq!(Place::of(gateway), Place::Public, "{gateway}");
        }
    }
}
