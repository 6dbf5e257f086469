//! What an extension's pages use of what a rendezvous passes on: less than a browser would take.
//!
//! A page of the web could have its browser connect anywhere by WebRTC anyway, so the shell does without; an
//! extension has no leave to be led into the network that it is in. It must not know attempts or channels.

use sdp::{Description, Place, is_ice_server};
use signalling::{Candidate, IceServer, ServerMessage};

/// ICE servers used of those that a rendezvous names, and addresses of each; browsers warn above five.
const MAX_ICE_SERVERS: usize = 4;

/// For a host's [`crate::signal::Signal`]. A public rendezvous passes on no visitor's private addresses: a browser
/// would send to them. Visitors in the same network find the host by its own, or by names of mDNS.
pub fn for_host(gateway: &str, message: ServerMessage) -> Option<ServerMessage> {
    filtered(gateway, message, Place::of(gateway) == Place::Near)
}

/// For a visitor's [`crate::signal::Signal`]. Hosts' private addresses are used: a visitor in the same network has
/// no other way to it.
pub fn for_visitor(gateway: &str, message: ServerMessage) -> Option<ServerMessage> {
    filtered(gateway, message, true)
}

fn filtered(
    gateway: &str,
    mut message: ServerMessage,
    private_addresses: bool,
) -> Option<ServerMessage> {
    match &mut message {
        ServerMessage::Welcome { ice_servers, .. } => {
            let place = Place::of(gateway);
            for server in ice_servers.iter_mut() {
                server.urls.retain(|url| is_ice_server(url, place));
                server.urls.truncate(MAX_ICE_SERVERS);
            }
            ice_servers.retain(|server: &IceServer| !server.urls.is_empty());
            ice_servers.truncate(MAX_ICE_SERVERS);
        }
        ServerMessage::Candidate { candidate, .. } => {
            *candidate = strict_candidate(&candidate.candidate, private_addresses)?;
        }
        // Without a description the host cannot be verified, and is refused for that.
        ServerMessage::Answer { sdp, .. } => {
            *sdp = Description::read(sdp).map_or_else(|_| String::new(), |it| it.to_string());
        }
        _ => {}
    }
    Some(message)
}

/// A candidate line as a browser is given it: for the one media section that there is.
pub(crate) fn strict_candidate(line: &str, private_addresses: bool) -> Option<Candidate> {
    let candidate = sdp::Candidate::read(line).ok()?;
    (private_addresses || !candidate.is_private()).then(|| Candidate {
        candidate: candidate.to_string(),
        sdp_mid: None,
        sdp_m_line_index: Some(0),
        username_fragment: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::{AttemptId, Challenge};

    const NEAR: &str = "http://localhost:8890";
    const PUBLIC: &str = "https://peers.example";

    fn candidate(line: &str) -> ServerMessage {
        ServerMessage::Candidate {
            attempt: AttemptId::from_bytes([0; 16]),
            candidate: Candidate {
                candidate: line.to_owned(),
                sdp_mid: Some("other".to_owned()),
                ..Candidate::default()
            },
        }
    }

    #[test]
    fn a_public_rendezvous_passes_no_private_address_of_a_visitor_on_to_a_host() {
        let private = "candidate:1 1 udp 1 192.168.1.1 80 typ host";
        assert_eq!(for_host(PUBLIC, candidate(private)), None);
        assert!(for_host(NEAR, candidate(private)).is_some());
        assert!(for_visitor(PUBLIC, candidate(private)).is_some());
        let public = "candidate:1 1 udp 1 1.1.1.1 80 typ host";
        assert!(for_host(PUBLIC, candidate(public)).is_some());
    }

    #[test]
    fn candidates_of_tcp_are_passed_over() {
        let line = "candidate:1 1 tcp 1 1.1.1.1 80 typ host tcptype passive";
        assert_eq!(for_host(NEAR, candidate(line)), None);
        assert_eq!(for_visitor(NEAR, candidate(line)), None);
    }

    #[test]
    fn few_ice_servers_are_used_and_none_of_the_browsers_own_network() {
        let server = |url: &str| IceServer {
            urls: vec![url.to_owned(); 10],
            ..IceServer::default()
        };
        let mut ice_servers = vec![
            server("turn:192.168.1.1:80?transport=tcp"),
            server("http://x"),
        ];
        ice_servers.extend(vec![server("stun:stun.example"); 10]);
        let welcome = ServerMessage::Welcome {
            version: 1,
            gateway: PUBLIC.to_owned(),
            challenge: Challenge::from([0; 32]),
            ice_servers,
        };
        let Some(ServerMessage::Welcome { ice_servers, .. }) = for_visitor(PUBLIC, welcome) else {
            panic!("the welcome is passed on");
        };
        assert_eq!(ice_servers.len(), MAX_ICE_SERVERS);
        for server in ice_servers {
            assert_eq!(server.urls, ["stun:stun.example"; MAX_ICE_SERVERS]);
        }
    }
}
