//! Which origin a request is for, and which origins may talk to us.
//!
//! A request whose `Host` is none of ours is refused: otherwise a page anywhere could have its own name
//! resolve to this machine and read what it likes (DNS rebinding).

use identity::Label;

use super::gateway_url::{Gateway, HTTP_PORT};

/// Where a request wants to go.
#[derive(Debug, PartialEq, Eq)]
pub enum Place<'o> {
    /// The gateway's own origin.
    Gateway(&'o Gateway),
    /// This machine by its number instead of by the name `localhost`.
    Number(&'o Gateway),
    /// A site's origin.
    Site(&'o Gateway, Label),
    /// A name at the gateway that is no label.
    NoSite(&'o Gateway),
}

/// All origins of one rendezvous.
#[derive(Debug)]
pub struct Origins {
    public: Gateway,
    local: Gateway,
    extensions: Vec<String>,
}

impl Origins {
    /// The origins of a rendezvous with this public gateway that listens on this port.
    pub fn new(public: Option<Gateway>, port: u16, extension_ids: &[String]) -> Self {
        let local = Gateway::local(port);
        // They stand in headers: nothing but letters and digits may.
        let ids = extension_ids
            .iter()
            .filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric()));
        let extensions = ids.map(|id| format!("chrome-extension://{id}")).collect();
        Self {
            public: public.unwrap_or_else(|| local.clone()),
            local,
            extensions,
        }
    }

    /// The gateway that links lead to.
    pub const fn public(&self) -> &Gateway {
        &self.public
    }

    /// The place that a `Host` header names; `None` for somebody else's.
    pub fn place(&self, host: &str) -> Option<Place<'_>> {
        let host = host.to_ascii_lowercase();
        let (name, port) = match host.rsplit_once(':') {
            // An IPv6 address without a port ends in a bracket.
            Some((name, port)) if !port.ends_with(']') => (name, Some(port.parse().ok()?)),
            _ => (host.as_str(), None),
        };
        for gateway in [&self.public, &self.local] {
            match gateway.below(name, port) {
                Some("") => return Some(Place::Gateway(gateway)),
                Some(below) => {
                    let site = Label::parse(below).ok();
                    return Some(
                        site.map_or(Place::NoSite(gateway), |label| Place::Site(gateway, label)),
                    );
                }
                None => {}
            }
        }
        let here = port.unwrap_or(HTTP_PORT) == self.local.port();
        (here && ["127.0.0.1", "[::1]"].contains(&name)).then_some(Place::Number(&self.local))
    }

    /// The addresses of this rendezvous that a host which came in by `place` may have signed: the public
    /// URL, and on loopback its aliases. A statement with another address was made for somebody else.
    pub fn signed(&self, place: &Place<'_>) -> Vec<String> {
        let mut addresses = vec![self.public.origin().to_owned()];
        let local = match place {
            Place::Gateway(gateway) => **gateway == self.local,
            Place::Number(_) => true,
            Place::Site(..) | Place::NoSite(_) => false,
        };
        if local {
            addresses.extend(
                ["localhost", "127.0.0.1", "[::1]"].map(|name| self.local.url("http", name)),
            );
            addresses.dedup();
        }
        addresses
    }

    /// May a page of this origin open a signalling socket? Only the gateway's own pages and extensions
    /// may; sites may not. (A native peer sends no `Origin`.)
    pub fn may_signal(&self, origin: &str) -> bool {
        let local = |name| self.local.url("http", name) == origin;
        origin == self.public.origin()
            || ["localhost", "127.0.0.1", "[::1]"].into_iter().any(local)
            || self.is_extension(origin)
    }

    /// Is this our extension's origin? Firefox gives each installation an id of its own, so there every
    /// extension is taken for it: what they may read is public anyway.
    pub fn is_extension(&self, origin: &str) -> bool {
        self.extensions.iter().any(|own| own == origin) || origin.starts_with("moz-extension://")
    }

    /// Who may frame a bridge: the gateway and the extensions, as sources of a content security policy.
    pub fn framers(&self, gateway: &Gateway) -> String {
        let extensions = self.extensions.join(" ");
        format!("{} {extensions} moz-extension:", gateway.origin())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABEL: &str = "shop-mzuhvlpymk6xo3epygfy";

    fn public() -> Origins {
        Origins::new(
            Some(Gateway::parse("https://peers.example").unwrap()),
            8890,
            &["abc".to_owned()],
        )
    }

    #[test]
    fn every_own_host_has_its_place() {
        let origins = public();
        let label = Label::parse(LABEL).unwrap();
        for host in ["peers.example", "PEERS.example", "peers.example:443"] {
            assert_eq!(
                origins.place(host),
                Some(Place::Gateway(&origins.public)),
                "{host}"
            );
        }
        assert_eq!(
            origins.place("localhost:8890"),
            Some(Place::Gateway(&origins.local))
        );
        for host in ["127.0.0.1:8890", "[::1]:8890"] {
            assert_eq!(
                origins.place(host),
                Some(Place::Number(&origins.local)),
                "{host}"
            );
        }
        let site = format!("{LABEL}.peers.example");
        assert_eq!(
            origins.place(&site),
            Some(Place::Site(&origins.public, label.clone()))
        );
        let site = format!("{LABEL}.localhost:8890");
        assert_eq!(
            origins.place(&site),
            Some(Place::Site(&origins.local, label))
        );
        for host in ["www.peers.example", "a.b.peers.example", ".localhost:8890"] {
            assert!(
                matches!(origins.place(host), Some(Place::NoSite(_))),
                "{host}"
            );
        }
    }

    #[test]
    fn other_hosts_have_none() {
        for host in [
            "",
            "evil.example",
            "peers.example:80",
            "peers.example.evil.example",
            "evilpeers.example",
            "localhost",
            "localhost:8891",
            "localhost.:8890",
            "evillocalhost:8890",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.2:8890",
            "[::1]",
            "localhost:8890:8890",
            "localhost:99999",
            ":8890",
        ] {
            assert_eq!(public().place(host), None, "{host}");
        }
    }

    #[test]
    fn statements_for_loopback_are_taken_on_loopback_only() {
        let origins = public();
        assert_eq!(
            origins.signed(&Place::Gateway(&origins.public)),
            ["https://peers.example"]
        );
        assert_eq!(
            origins.signed(&Place::Number(&origins.local)),
            [
                "https://peers.example",
                "http://localhost:8890",
                "http://127.0.0.1:8890",
                "http://[::1]:8890"
            ]
        );
    }

    #[test]
    fn sites_and_strangers_may_not_signal() {
        let origins = public();
        for origin in [
            "https://peers.example",
            "http://localhost:8890",
            "http://127.0.0.1:8890",
            "chrome-extension://abc",
            "moz-extension://0b8d4a5e-8c2e-4c9c-9a0f-1f6d3c1f2a3b",
        ] {
            assert!(origins.may_signal(origin), "{origin}");
        }
        for origin in [
            "null",
            "",
            "http://localhost:80",
            "https://evil.example",
            "chrome-extension://abcd",
            &format!("https://{LABEL}.peers.example"),
            &format!("http://{LABEL}.localhost:8890"),
        ] {
            assert!(!origins.may_signal(origin), "{origin}");
        }
    }
}
