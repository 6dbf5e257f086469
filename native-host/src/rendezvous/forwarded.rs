//! The client's address as a reverse proxy names it, in `X-Forwarded-For`.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use http::header::HeaderName;

use super::address::Address;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client of a request that came through a proxy that is believed. The last entry is the proxy's own; those
/// before it are the client's. Without an address that can be read the client is one of the unknown, who together
/// have the share of one: nobody gets more by a header that is missing or odd.
pub fn client(headers: &HeaderMap) -> Address {
    let last = headers.get_all(FORWARDED_FOR).iter().next_back();
    let last = last
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next());
    last.and_then(|entry| address(entry.trim()))
        .map_or(Address::Unknown, Address::from)
}

/// Reads an address, in brackets or not, with a port or not: proxies write all of these.
fn address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim_matches('"');
    let bare = entry.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    if let Ok(address) = bare.unwrap_or(entry).parse() {
        return Some(address);
    }
    entry.parse::<SocketAddr>().ok().map(|it| it.ip())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn of(entries: &[&'static str]) -> Address {
        let mut headers = HeaderMap::new();
        for entry in entries {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(entry));
        }
        client(&headers)
    }

    #[test]
    fn the_proxys_own_entry_is_the_client_in_every_form() {
        let four = Address::of("192.0.2.1");
        for entry in [
            "192.0.2.1",
            "192.0.2.1:567",
            "::ffff:192.0.2.1",
            "\"192.0.2.1:567\"",
            "203.0.113.9, 192.0.2.1",
            "127.0.0.1,192.0.2.1 ",
        ] {
            assert_eq!(of(&[entry]), four, "{entry}");
        }
        for entry in ["2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:567"] {
            assert_eq!(of(&[entry]), Address::of("2001:db8::1"), "{entry}");
        }
        assert_eq!(of(&["203.0.113.9", "192.0.2.1"]), four);
    }

    #[test]
    fn who_is_not_named_is_one_stranger_and_not_this_machine() {
        for entries in [
            &[][..],
            &[""],
            &["unknown"],
            &["192.0.2.1, _x"],
            &["192.0.2.1:x"],
        ] {
            assert_eq!(of(entries), Address::Unknown, "{entries:?}");
        }
    }
}
