//! The address of a rendezvous, as a person types it.

use crate::error::PageError;

/// Longest host name (RFC 1035, 2.3.4).
const MAX_HOST: usize = 253;

/// The address of a rendezvous that was entered.
#[derive(Debug, Clone, PartialEq)]
pub struct RendezvousAddress {
    /// Its origin, such as `https://example.org` or `http://localhost:9000`.
    pub origin: String,
    /// The match patterns of the pages that the extension needs access to, to visit sites there: the
    /// gateway's own and, unless it is a bare IP address, those of its sites.
    pub patterns: Vec<String>,
}

/// Parse what was typed: a host, perhaps with a port, a scheme or a slash at the end. Without a scheme it
/// is `https`, on this machine `http`.
///
/// # Errors
/// [`PageError::Input`] with what to type instead.
pub fn parse(typed: &str) -> Result<RendezvousAddress, PageError> {
    let typed = typed.trim().to_ascii_lowercase();
    let (scheme, rest) = match typed.split_once("://") {
        Some(("http" | "ws", rest)) => (Some("http"), rest),
        Some(("https" | "wss", rest)) => (Some("https"), rest),
        Some(_) => {
            return Err(invalid(
                "The address has to begin with https:// or http://.",
            ));
        }
        None => (None, typed.as_str()),
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.is_empty() {
        return Err(invalid("Enter an address, such as rendezvous.example.org."));
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    if let Some(port) = port
        && !matches!(port.parse::<u16>(), Ok(1..))
    {
        return Err(invalid(
            "The number after the colon has to be a port, 1 to 65535.",
        ));
    }
    let ip = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
    if !is_host(host) {
        return Err(invalid(
            "Enter only a host, such as rendezvous.example.org, and a port if it has one.",
        ));
    }
    let here = host == "localhost" || host.ends_with(".localhost") || ip;
    let scheme = scheme.unwrap_or(if here { "http" } else { "https" });
    let mut patterns = vec![format!("{scheme}://{host}/*")];
    if !ip {
        patterns.push(format!("{scheme}://*.{host}/*"));
    }
    Ok(RendezvousAddress {
        origin: format!("{scheme}://{authority}"),
        patterns,
    })
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    host.len() <= MAX_HOST
        && host.split('.').all(|part| {
            !part.is_empty()
                && !part.starts_with('-')
                && !part.ends_with('-')
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

fn invalid(what: &str) -> PageError {
    PageError::Input(what.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(typed: &str) -> Option<String> {
        parse(typed).ok().map(|entered| entered.origin)
    }

    #[test]
    fn the_scheme_may_be_left_out() {
        assert_eq!(
            origin(" Example.org/ ").as_deref(),
            Some("https://example.org")
        );
        assert_eq!(
            origin("localhost:9000").as_deref(),
            Some("http://localhost:9000")
        );
        assert_eq!(
            origin("192.0.2.1:80").as_deref(),
            Some("http://192.0.2.1:80")
        );
        assert_eq!(
            origin("http://example.org:8080").as_deref(),
            Some("http://example.org:8080")
        );
        assert_eq!(
            origin("wss://example.org").as_deref(),
            Some("https://example.org")
        );
        assert_eq!(origin("[::1]:9000").as_deref(), Some("http://[::1]:9000"));
        assert_eq!(origin("[::1]").as_deref(), Some("http://[::1]"));
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for typed in [
            "",
            "  ",
            "ftp://example.org",
            "https://",
            "https:///",
            "example.org/path",
            "a b.org",
            "me@example.org",
            "example..org",
            "-a.org",
            "example.org:0",
            "example.org:99999",
            "example.org:",
            "[zz]",
            "*.example.org",
            "javascript:alert(1)",
            "https://example.org?x",
            "exämple.org",
        ] {
            assert_eq!(parse(typed).ok(), None, "{typed:?}");
        }
    }

    #[test]
    fn access_covers_the_gateway_and_its_sites() {
        assert_eq!(
            parse("https://example.org:8443").unwrap().patterns,
            ["https://example.org/*", "https://*.example.org/*"]
        );
        assert_eq!(
            parse("http://127.0.0.1:9000").unwrap().patterns,
            ["http://127.0.0.1/*"]
        );
    }
}
