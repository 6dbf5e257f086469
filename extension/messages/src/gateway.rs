//! A gateway's address, checked once where it comes in.

use std::fmt;

use identity::Label;
use serde::{Deserialize, Serialize};

/// The origin of a gateway, such as `http://localhost:8890` or `https://peers.example`: scheme, host name and perhaps
/// a port, in lower case and nothing else. A label put before the host name gives the origin of a site.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Gateway(String);

/// Why a text is not a [`Gateway`]: a sentence for the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A rendezvous’ address looks like https://peers.example.")]
pub struct GatewayError;

impl Gateway {
    /// Longest address in characters: a host name has 253 at most (RFC 1035, 2.3.4), with scheme and port.
    const LONGEST: usize = 270;

    /// Reads the origin of a gateway.
    ///
    /// # Errors
    /// [`GatewayError`] for anything else, user names, paths and upper case among it.
    pub fn parse(text: &str) -> Result<Self, GatewayError> {
        let (_, authority) = split(text).ok_or(GatewayError)?;
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let legal = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        let is_port = |port: &str| !port.starts_with(['0', '+']) && port.parse::<u16>().is_ok();
        if text.len() <= Self::LONGEST && host.split('.').all(legal) && port.is_none_or(is_port) {
            Ok(Self(text.to_owned()))
        } else {
            Err(GatewayError)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The origin of the site with this label: `http://<label>.localhost:8890`.
    pub fn site_origin(&self, label: &Label) -> String {
        // It was split when it was read.
        let (scheme, authority) = split(&self.0).unwrap_or_default();
        format!("{scheme}://{label}.{authority}")
    }
}

fn split(text: &str) -> Option<(&str, &str)> {
    text.split_once("://")
        .filter(|(scheme, _)| matches!(*scheme, "http" | "https"))
}

impl fmt::Display for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Gateway {
    type Error = GatewayError;
    fn try_from(text: String) -> Result<Self, GatewayError> {
        Self::parse(&text)
    }
}

impl From<Gateway> for String {
    fn from(gateway: Gateway) -> Self {
        gateway.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_gives_each_label_its_origin() {
        let label = Label::parse(&format!("shop-{}", "a".repeat(20))).unwrap();
        for (gateway, origin) in [
            (
                "http://localhost:8890",
                format!("http://{label}.localhost:8890"),
            ),
            (
                "https://peers.example",
                format!("https://{label}.peers.example"),
            ),
        ] {
            assert_eq!(Gateway::parse(gateway).unwrap().site_origin(&label), origin);
        }
    }

    #[test]
    fn what_is_more_or_less_than_an_origin_is_no_gateway() {
        for text in [
            "",
            "localhost:8890",
            "ftp://localhost",
            "http://",
            "http://a@evil.example",
            "http://localhost@evil.example:80",
            "http://localhost:8890/",
            "http://localhost:8890/connect",
            "http://localhost?a",
            "http://localhost#a",
            "http://LOCALHOST:8890",
            "http://localhost:0",
            "http://localhost:+80",
            "http://localhost:65536",
            "http://localhost:80:80",
            "http://local host",
            "http://localhost\\evil",
            "http://.localhost",
            "http://[::1]:8890",
            "http://xn--caf\u{e9}",
        ] {
            assert_eq!(Gateway::parse(text), Err(GatewayError), "{text}");
        }
    }

    #[test]
    fn one_that_is_none_is_not_read_from_a_message() {
        let json = r#"{"toNetwork":"visit","label":"shop-aaaaaaaaaaaaaaaaaaaa","gateway":"http://a@evil"}"#;
        assert!(serde_json::from_str::<crate::ToNetwork>(json).is_err());
        let json = json.replace("a@evil", "localhost:8890");
        assert!(serde_json::from_str::<crate::ToNetwork>(&json).is_ok());
        assert!(serde_json::from_str::<crate::ToNetwork>(&json.replace("shop-", "../-")).is_err());
    }
}
