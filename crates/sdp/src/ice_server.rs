//! The address of a STUN or TURN server (RFC 7064, RFC 7065). It must not know what is asked there.

use crate::address::{Place, host, is_near};

/// Is `url` the address of an ICE server that a rendezvous at `place` may have a browser use? A public rendezvous
/// names public servers: a browser would connect to them, over TCP as well. (Names are not resolved.)
pub fn is_ice_server(url: &str, place: Place) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else {
        return false;
    };
    let (authority, transport) = match rest.split_once("?transport=") {
        Some((authority, transport)) => (authority, Some(transport)),
        None => (rest, None),
    };
    let fits = match scheme {
        "stun" | "stuns" => transport.is_none(),
        "turn" | "turns" => transport.is_none_or(|it| matches!(it, "udp" | "tcp")),
        _ => false,
    };
    let Some(host) = host(authority).filter(|_| fits) else {
        return false;
    };
    let tail = authority
        .trim_start_matches('[')
        .get(host.len()..)
        .unwrap_or_default();
    let port = tail
        .strip_prefix(']')
        .filter(|_| authority.starts_with('['))
        .unwrap_or(tail);
    let port_fits = match port.strip_prefix(':') {
        Some(port) => port.parse::<u16>().is_ok_and(|port| port > 0),
        None => port.is_empty(),
    };
    let host_fits = host
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':'));
    port_fits && host_fits && (place == Place::Near || !is_near(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_servers_are_used() {
        for url in [
            "stun:stun.example",
            "stun:stun.example:19302",
            "stuns:stun.example:5349",
            "turn:1.1.1.1:3478",
            "turn:turn.example?transport=udp",
            "turns:turn.example:443?transport=tcp",
            "stun:[2600::1]:3478",
        ] {
            assert!(is_ice_server(url, Place::Public), "{url}");
            assert!(is_ice_server(url, Place::Near), "{url}");
        }
    }

    #[test]
    fn what_lies_in_the_browsers_network_is_used_by_a_rendezvous_there_only() {
        for url in [
            "turn:192.168.1.1:80?transport=tcp",
            "stun:localhost",
            "turn:printer:631?transport=tcp",
            "stun:[::1]:3478",
            "turn:[::ffff:10.0.0.1]:80",
            "stun:x.local",
            "turn:0x7f.1:80",
            "turn:127.1:80",
            "turn:2130706433:80",
        ] {
            assert!(!is_ice_server(url, Place::Public), "{url}");
            assert!(is_ice_server(url, Place::Near), "{url}");
        }
    }

    #[test]
    fn other_texts_are_no_servers() {
        for url in [
            "",
            "stun:",
            "stun",
            "http://stun.example",
            "stun:a@stun.example",
            "stun:stun.example:0",
            "stun:stun.example:65536",
            "stun:stun.example:80:80",
            "stun:stun.example/path",
            "stun:stun.example?transport=tcp",
            "turn:turn.example?transport=tls",
            "turn:turn.example?transport=udp&x=1",
            "stun:[2600::1",
            "stun:[2600::1]80",
            "stun:é.example",
            "stun://stun.example",
            "stun: stun.example",
        ] {
            assert!(!is_ice_server(url, Place::Near), "{url}");
        }
    }
}
