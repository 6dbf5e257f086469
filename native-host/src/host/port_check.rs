//! Finds out what listens on a loopback port, by `GET /healthz`. Must not know what is done about it.
//!
//! The response comes from a program that may be anything: it is bounded in time and size, and only two
//! fields of it count. Any program on this machine could send them, so a shared rendezvous is
//! trusted as much as this machine's programs are. Its gateway must be on this machine: where else sites are hosted
//! is the owner's choice, not that of the program that had the port first.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long a response may take. A PeerServer answers in milliseconds; one that is just starting, on a
/// loaded machine, within this.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The largest response that is read, in bytes: `/healthz` takes a few hundred.
const MAX_RESPONSE: usize = 16 * 1024;

/// The longest gateway address that is shown, in bytes: a domain has 253 at most.
const MAX_GATEWAY: usize = 300;

/// What listens on a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listener {
    /// A PeerServer whose gateway is this port of this machine.
    PeerServer,
    /// A PeerServer whose gateway is elsewhere: a public rendezvous behind a proxy, or a program that says so.
    Elsewhere {
        /// The address of its gateway, for a person to read.
        gateway: String,
    },
    /// Something else, or a PeerServer that hangs.
    Stranger,
    /// Nothing: the connection was refused.
    Free,
}

/// The part of `/healthz` that matters here.
#[derive(Deserialize)]
struct Health {
    server: String,
    gateway: String,
}

/// Finds out what listens on `port` of 127.0.0.1.
pub async fn check_port(port: u16) -> Listener {
    let ask = async {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let Ok(mut stream) = TcpStream::connect(address).await else {
            return Listener::Free;
        };
        match request_health(&mut stream, port).await {
            Ok(answer) => match gateway(&answer) {
                None => Listener::Stranger,
                Some(gateway) if is_local(&gateway, port) => Listener::PeerServer,
                Some(gateway) => Listener::Elsewhere { gateway },
            },
            Err(_) => Listener::Stranger,
        }
    };
    tokio::time::timeout(TIMEOUT, ask)
        .await
        .unwrap_or(Listener::Stranger)
}

/// Is this the address of a gateway at this port of this machine?
fn is_local(gateway: &str, port: u16) -> bool {
    let here = format!("http://localhost:{port}");
    // The port that http has by itself is not written.
    gateway == here || (port == 80 && gateway == "http://localhost")
}

async fn request_health(stream: &mut TcpStream, port: u16) -> std::io::Result<Vec<u8>> {
    // HTTP/1.0: the answer ends with the connection and is never chunked (RFC 1945).
    let request = format!(
        "GET /healthz HTTP/1.0\r\nHost: localhost:{port}\r\nAccept: application/json\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream
        .take(MAX_RESPONSE as u64)
        .read_to_end(&mut answer)
        .await?;
    Ok(answer)
}

/// The gateway's address, if this is the HTTP answer of a PeerServer's `/healthz`.
fn gateway(answer: &[u8]) -> Option<String> {
    const BREAK: &[u8] = b"\r\n\r\n";
    let mut status = answer.split(|byte| *byte == b' ');
    let http = status
        .next()
        .is_some_and(|version| version.starts_with(b"HTTP/1."));
    if !http || status.next() != Some(b"200") {
        return None;
    }
    let body = answer
        .windows(BREAK.len())
        .position(|window| window == BREAK);
    let body = body
        .and_then(|at| answer.get(at + BREAK.len()..))
        .unwrap_or_default();
    let Health { server, gateway } = serde_json::from_slice(body).ok()?;
    let web = gateway.starts_with("http://") || gateway.starts_with("https://");
    let plain = gateway.len() <= MAX_GATEWAY && gateway.bytes().all(|byte| byte.is_ascii_graphic());
    (server == "peerserver" && web && plain).then_some(gateway)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::net::TcpListener;

    use super::*;

    const HEALTHY: &[u8] =
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"server\":\"peerserver\",\"version\":\"1\",\"gateway\":\"http://localhost:1\"}";

    #[test]
    fn only_a_healthy_peerserver_is_one() {
        assert_eq!(gateway(HEALTHY).as_deref(), Some("http://localhost:1"));
        for other in [
            &b""[..],
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n\r\nok",
            b"HTTP/1.1 200 OK\r\n\r\n{\"server\":\"nginx\"}",
            b"HTTP/1.1 200 OK\r\n\r\n{\"server\":\"nginx\",\"gateway\":\"http://localhost:1\"}",
            b"HTTP/1.1 200 OK\r\n\r\n{\"server\":\"peerserver\",\"gateway\":\"javascript:1\"}",
            b"HTTP/1.1 200 OK\r\n\r\n{\"server\":\"peerserver\",\"gateway\":\"http://a b\"}",
            b"HTTP/1.1 503 No\r\n\r\n{\"server\":\"peerserver\",\"gateway\":\"http://localhost:1\"}",
            b"SSH-2.0 200 \r\n\r\n{\"server\":\"peerserver\",\"gateway\":\"http://localhost:1\"}",
        ] {
            assert_eq!(gateway(other), None, "{}", String::from_utf8_lossy(other));
        }
    }

    /// What is found on a port whose listener sends `answer`, with its port, and closes.
    async fn found(answer: Vec<u8>) -> Listener {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer = match String::from_utf8(answer) {
            Ok(text) => text.replace("PORT", &port.to_string()).into_bytes(),
            Err(error) => error.into_bytes(),
        };
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(&answer).await;
        });
        let listener = check_port(port).await;
        server.await.unwrap();
        listener
    }

    #[tokio::test]
    async fn listeners_are_distinguished() {
        let healthy = |gateway: &str| {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n";
            format!("{head}{{\"server\":\"peerserver\",\"gateway\":\"{gateway}\"}}").into_bytes()
        };
        assert_eq!(
            found(healthy("http://localhost:PORT")).await,
            Listener::PeerServer
        );
        for elsewhere in [
            "https://peer.example",
            "http://localhost:1",
            "https://localhost:1",
            "http://localhost",
            "http://192.0.2.1:8890",
        ] {
            let gateway = elsewhere.to_owned();
            assert_eq!(
                found(healthy(elsewhere)).await,
                Listener::Elsewhere { gateway }
            );
        }
        assert_eq!(
            found(b"HTTP/1.1 404 Not Found\r\n\r\n".to_vec()).await,
            Listener::Stranger
        );
        assert_eq!(found(Vec::new()).await, Listener::Stranger);
        assert_eq!(
            found(vec![b'x'; 2 * MAX_RESPONSE]).await,
            Listener::Stranger
        );
        let port = TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        assert_eq!(check_port(port).await, Listener::Free);
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_listener_is_a_stranger() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(check_port(port).await, Listener::Stranger);
    }

    proptest! {
        #[test]
        fn any_response_is_classified(answer in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(gateway(&answer), None);
        }
    }
}
