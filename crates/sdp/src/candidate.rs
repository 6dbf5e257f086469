//! An ICE candidate (RFC 8839 section 5.1) over UDP. It must not know which ones are used.

use std::{fmt, net::IpAddr};

use crate::{Refused, address, is_ice_text};

/// Bytes of an mDNS name as browsers make it: a UUID and `.local` (draft-ietf-mmusic-mdns-ice-candidates).
const MDNS_NAME: usize = 36 + ".local".len();

/// Where a candidate was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Host,
    ServerReflexive,
    PeerReflexive,
    Relayed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Address {
    Ip(IpAddr),
    Mdns(String),
}

/// One UDP address at which a peer may be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    foundation: String,
    priority: u32,
    address: Address,
    port: u16,
    kind: Kind,
}

impl Candidate {
    /// Reads a line as `RTCIceCandidate.candidate` has it, with or without `a=`. What follows the type is passed
    /// over.
    ///
    /// # Errors
    /// [`Refused`] if it is no candidate, of TCP, of another component than the first, of a name that is not
    /// mDNS's, or of port 0.
    pub fn read(line: &str) -> Result<Self, Refused> {
        let form = Refused("this is not an ICE candidate");
        let line = line.strip_prefix("a=").unwrap_or(line);
        let mut words = line
            .strip_prefix("candidate:")
            .ok_or(form)?
            .split_ascii_whitespace();
        let mut word = || words.next().ok_or(form);
        let foundation = word()?;
        let component = word()?;
        let transport = word()?;
        let priority: u32 = word()?.parse().map_err(|_| form)?;
        let address = word()?;
        let port: u16 = word()?.parse().map_err(|_| form)?;
        if word()? != "typ" || !is_ice_text(foundation, 1, 32) || component != "1" {
            return Err(form);
        }
        if !transport.eq_ignore_ascii_case("udp") {
            return Err(Refused("only candidates over UDP are used"));
        }
        let kind = match word()? {
            "host" => Kind::Host,
            "srflx" => Kind::ServerReflexive,
            "prflx" => Kind::PeerReflexive,
            "relay" => Kind::Relayed,
            _ => return Err(form),
        };
        if port == 0 {
            return Err(Refused("nothing is reached at port 0"));
        }
        let address = match address.parse() {
            Ok(address) => Address::Ip(address),
            Err(_) => Address::Mdns(mdns_name(address)?),
        };
        Ok(Self {
            foundation: foundation.to_owned(),
            priority,
            address,
            port,
            kind,
        })
    }

    /// Does it lead into a machine or a private network by address? (A name of mDNS does not show where.)
    pub fn is_private(&self) -> bool {
        matches!(self.address, Address::Ip(ip) if address::is_private(ip))
    }
}

fn mdns_name(text: &str) -> Result<String, Refused> {
    let is_name = text.len() == MDNS_NAME
        && text.ends_with(".local")
        && text
            .bytes()
            .enumerate()
            .take(36)
            .all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            });
    match is_name {
        true => Ok(text.to_owned()),
        false => Err(Refused("a candidate has an address or a name of mDNS")),
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (foundation, priority, port) = (&self.foundation, self.priority, self.port);
        write!(f, "candidate:{foundation} 1 udp {priority} ")?;
        match &self.address {
            Address::Ip(ip) => write!(f, "{ip}")?,
            Address::Mdns(name) => f.write_str(name)?,
        }
        let kind = match self.kind {
            Kind::Host => return write!(f, " {port} typ host"),
            Kind::ServerReflexive => "srflx",
            Kind::PeerReflexive => "prflx",
            Kind::Relayed => "relay",
        };
        // These name where they were found from; browsers that hide that write zeros.
        write!(f, " {port} typ {kind} raddr 0.0.0.0 rport 0")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "0a1b2c3d-0000-4000-8000-0123456789ab.local";

    #[test]
    fn what_browsers_send_is_read_and_written_without_the_rest() {
        for (line, written) in [
            (
                "candidate:842163049 1 udp 1677729535 203.0.113.9 46154 typ srflx raddr 192.168.1.2 rport 46154 generation 0 ufrag EsAw network-cost 999",
                "candidate:842163049 1 udp 1677729535 203.0.113.9 46154 typ srflx raddr 0.0.0.0 rport 0",
            ),
            (
                &format!("a=candidate:0 1 UDP 2122252543 {UUID} 51500 typ host"),
                &format!("candidate:0 1 udp 2122252543 {UUID} 51500 typ host"),
            ),
            (
                "candidate:1 1 udp 1 2600:0:0::1 9 typ relay raddr ::1 rport 1",
                "candidate:1 1 udp 1 2600::1 9 typ relay raddr 0.0.0.0 rport 0",
            ),
        ] {
            let candidate = Candidate::read(line).unwrap();
            assert_eq!(candidate.to_string(), written);
            assert_eq!(Candidate::read(written), Ok(candidate));
        }
    }

    #[test]
    fn what_is_not_a_udp_candidate_is_refused() {
        for line in [
            "",
            "candidate:",
            "candidate:1 1 tcp 1 1.1.1.1 9 typ host tcptype passive",
            "candidate:1 1 ssltcp 1 1.1.1.1 9 typ host",
            "candidate:1 2 udp 1 1.1.1.1 9 typ host",
            "candidate:1 1 udp 1 1.1.1.1 0 typ host",
            "candidate:1 1 udp 1 1.1.1.1 65536 typ host",
            "candidate:1 1 udp -1 1.1.1.1 9 typ host",
            "candidate:1 1 udp 4294967296 1.1.1.1 9 typ host",
            "candidate:1 1 udp 1 1.1.1.1 9 typ",
            "candidate:1 1 udp 1 1.1.1.1 9 host",
            "candidate:1 1 udp 1 1.1.1.1 9 typ other",
            "candidate:1 1 udp 1 router 9 typ host",
            "candidate:1 1 udp 1 printer.local 9 typ host",
            "candidate:1 1 udp 1 2130706433 9 typ host",
            "candidate:1 1 udp 1 0x7f.1 9 typ host",
            "candidate:1 1 udp 1 fe80::1%eth0 9 typ host",
            "candidate:é 1 udp 1 1.1.1.1 9 typ host",
            &format!("candidate:{} 1 udp 1 1.1.1.1 9 typ host", "a".repeat(33)),
        ] {
            assert!(Candidate::read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn private_addresses_are_told_from_names() {
        let at =
            |address: &str| Candidate::read(&format!("candidate:1 1 udp 1 {address} 9 typ host"));
        assert!(at("192.168.1.1").unwrap().is_private());
        assert!(at("::1").unwrap().is_private());
        assert!(!at("1.1.1.1").unwrap().is_private());
        assert!(!at(UUID).unwrap().is_private());
    }
}
