//! The address of a gateway, and the addresses that follow from it.

use identity::Label;

use super::Error;

/// The ports of the schemes (RFC 9110 section 4.2).
pub const HTTP_PORT: u16 = 80;
const HTTPS_PORT: u16 = 443;

/// A gateway: the origin of its own pages and the pattern of its sites' origins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    secure: bool,
    domain: String,
    port: u16,
    origin: String,
}

impl Gateway {
    /// The gateway on this machine, `http://localhost:<port>`.
    pub fn local(port: u16) -> Self {
        Self::new(false, "localhost", port)
    }

    /// Reads a gateway's public URL.
    ///
    /// # Errors
    /// [`Error::PublicUrl`] if browsers could not show sites there: service workers need https or
    /// localhost, and each site needs a name below the domain.
    pub fn parse(url: &str) -> Result<Self, Error> {
        let refuse = |problem| Error::PublicUrl {
            url: url.to_owned(),
            problem,
        };
        let parsed: http::Uri = url.parse().map_err(|_| refuse("it is not a URL"))?;
        let secure = match parsed.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => {
                return Err(refuse(
                    "it must begin with https:// (or http:// on localhost)",
                ));
            }
        };
        if parsed.path() != "/" || parsed.query().is_some() || url.contains('#') {
            return Err(refuse("it must end behind the domain and the port"));
        }
        let authority = parsed
            .authority()
            .ok_or_else(|| refuse("it names no domain"))?;
        if authority.as_str().contains('@') {
            return Err(refuse("it must not carry a user"));
        }
        let domain = authority.host().to_ascii_lowercase();
        let is_name = |part: &str| {
            (1..=63).contains(&part.len())
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let top_is_number = domain
            .rsplit('.')
            .next()
            .is_some_and(|top| top.bytes().all(|b| b.is_ascii_digit()));
        // 253 octets (RFC 1035 section 2.3.4), of which a site's label and its dot take 64.
        if domain.len() > 253 - 64 || top_is_number || !domain.split('.').all(is_name) {
            return Err(refuse(
                "it must name a domain, as each site gets a name of its own below it",
            ));
        }
        if !secure && domain != "localhost" {
            return Err(refuse(
                "it must be https: browsers allow service workers nowhere else but on localhost",
            ));
        }
        let default = if secure { HTTPS_PORT } else { HTTP_PORT };
        Ok(Self::new(
            secure,
            &domain,
            authority.port_u16().unwrap_or(default),
        ))
    }

    fn new(secure: bool, domain: &str, port: u16) -> Self {
        let mut gateway = Self {
            secure,
            domain: domain.to_owned(),
            port,
            origin: String::new(),
        };
        gateway.origin = gateway.url(gateway.scheme(), domain);
        gateway
    }

    fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// The origin with another scheme and domain at the same port.
    pub fn url(&self, scheme: &str, domain: &str) -> String {
        let default = if self.secure { HTTPS_PORT } else { HTTP_PORT };
        if self.port == default {
            format!("{scheme}://{domain}")
        } else {
            format!("{scheme}://{domain}:{}", self.port)
        }
    }

    /// The gateway's own origin, such as `http://localhost:8890`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The origin of a site: `http://shop-mzuhvlpymk6xo3epygfy.localhost:8890`.
    pub fn site(&self, label: &Label) -> String {
        self.url(self.scheme(), &format!("{label}.{}", self.domain))
    }

    /// The origin of its WebSocket: `ws://localhost:8890`.
    pub fn socket(&self) -> String {
        self.url(if self.secure { "wss" } else { "ws" }, &self.domain)
    }

    /// What stands before the domain in a host name, if the name is at this gateway: empty for the
    /// gateway itself.
    pub fn below<'n>(&self, name: &'n str, port: Option<u16>) -> Option<&'n str> {
        let default = if self.secure { HTTPS_PORT } else { HTTP_PORT };
        if port.unwrap_or(default) != self.port {
            return None;
        }
        let before = name.strip_suffix(self.domain.as_str())?;
        match before.strip_suffix('.') {
            // A dot with nothing before it is not the gateway, and no label either.
            Some("") => Some("."),
            Some(below) => Some(below),
            None => before.is_empty().then_some(""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_urls_are_read() {
        for (url, origin) in [
            ("https://peers.example", "https://peers.example"),
            ("https://Peers.Example/", "https://peers.example"),
            ("https://peers.example:8443", "https://peers.example:8443"),
            ("https://peers.example:443", "https://peers.example"),
            ("http://localhost:8890/", "http://localhost:8890"),
        ] {
            assert_eq!(Gateway::parse(url).unwrap().origin(), origin);
        }
        let gateway = Gateway::parse("https://peers.example:8443").unwrap();
        let label = Label::parse("shop-mzuhvlpymk6xo3epygfy").unwrap();
        assert_eq!(
            gateway.site(&label),
            "https://shop-mzuhvlpymk6xo3epygfy.peers.example:8443"
        );
        assert_eq!(gateway.socket(), "wss://peers.example:8443");
    }

    #[test]
    fn urls_that_cannot_be_gateways_are_refused() {
        for url in [
            "",
            "peers.example",
            "ftp://peers.example",
            "http://peers.example",
            "https://192.0.2.1",
            "https://[::1]",
            "https://peers.example/path",
            "https://peers.example/?q",
            "https://peers.example/#f",
            "https://user@peers.example",
            "https://a..b",
            "https://a_b.example",
            "https://peers.example.",
        ] {
            assert!(
                matches!(Gateway::parse(url), Err(Error::PublicUrl { .. })),
                "{url}"
            );
        }
    }
}
