//! One peer, or one address, cannot take what belongs to all.

use std::time::Duration;

use futures_util::SinkExt;
use identity::AttemptId;
use signalling::{ClientMessage, FailReason, MAX_MESSAGE_BYTES, MAX_SDP_BYTES, ServerMessage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Closed, Key, PATIENCE, Peer, Server};

#[tokio::test]
async fn messages_have_a_greatest_size() {
    let server = Server::start().await;
    let mut peer = Peer::join(&server).await;
    let padded = |bytes: usize| {
        let mut text = ClientMessage::Hello { version: 1 }.encode();
        text.push_str(&" ".repeat(bytes - text.len()));
        text
    };
    peer.send_text(padded(MAX_MESSAGE_BYTES)).await;
    assert!(
        matches!(peer.next().await, ServerMessage::Error { fatal: false, .. }),
        "the greatest is read"
    );
    peer.send_text(padded(MAX_MESSAGE_BYTES + 1)).await;
    peer.expect_dismissal(1009).await;

    let mut peer = Peer::join(&server).await;
    // The rendezvous may be gone before all of it is sent.
    let _ = peer
        .socket
        .send(Message::text(" ".repeat(8 * MAX_MESSAGE_BYTES)))
        .await;
    assert!(
        matches!(peer.next_or_end().await, Err(Closed(_))),
        "beyond all bounds the socket is just closed"
    );

    let mut peer = Peer::join(&server).await;
    let long = "x".repeat(MAX_SDP_BYTES + 1);
    let label = Key::new(1).label("shop");
    peer.send(&ClientMessage::Connect {
        attempt: AttemptId::from_bytes([1; 16]),
        label,
        sdp: long,
    })
    .await;
    match peer.next().await {
        ServerMessage::Error {
            message,
            fatal: false,
        } => assert!(message.contains("sdp"), "{message}"),
        other => panic!("{other:?}"),
    }
    peer.fence().await;
}

#[tokio::test]
async fn messages_are_text() {
    let server = Server::start().await;
    let mut peer = Peer::join(&server).await;
    peer.socket.send(Message::binary(vec![1])).await.unwrap();
    peer.expect_dismissal(1003).await;
}

#[tokio::test]
async fn a_flood_ends_the_socket() {
    let server = Server::with(|settings| {
        settings.limits.frames_at_once = 20;
        settings.limits.frames_per_second = 1;
    })
    .await;
    let mut peer = Peer::join(&server).await;
    for _ in 0..30 {
        // The socket may be closed before the last.
        let _ = peer.socket.send(Message::Pong(Default::default())).await;
    }
    peer.expect_dismissal(1008).await;
}

#[tokio::test]
async fn who_never_says_hello_is_closed() {
    let server =
        Server::with(|settings| settings.limits.hello_within = Duration::from_millis(50)).await;
    let host = format!("localhost:{}", server.port);
    let socket = Peer::dial(server.port, &host, None).await.unwrap();
    let challenge = identity::Challenge::from([0; 32]);
    let mut peer = Peer {
        socket,
        gateway: String::new(),
        challenge,
        ice_servers: Vec::new(),
    };
    assert_eq!(peer.next_or_end().await, Err(Closed(Some(1008))));
}

#[tokio::test]
async fn a_head_that_never_ends_is_not_waited_for() {
    let server =
        Server::with(|settings| settings.limits.head_within = Duration::from_millis(50)).await;
    let mut stream = TcpStream::connect(("127.0.0.1", server.port))
        .await
        .unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: ").await.unwrap();
    let mut rest = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut rest))
        .await
        .expect("closed in time")
        .unwrap();
}

#[tokio::test]
async fn an_address_has_so_many_sockets() {
    let server = Server::with(|settings| settings.limits.sockets_per_loopback = 2).await;
    let host = format!("localhost:{}", server.port);
    let first = Peer::join(&server).await;
    let _second = Peer::join(&server).await;
    assert_eq!(Peer::dial(server.port, &host, None).await.err(), Some(429));
    assert_eq!(
        server.get("/healthz").await.status,
        200,
        "pages are still served"
    );
    drop(first);
    let room = async { while Peer::dial(server.port, &host, None).await.is_err() {} };
    timeout(PATIENCE, room).await.expect("a seat is given back");
}

#[tokio::test]
async fn a_proxys_clients_are_counted_each() {
    let server = Server::with(|settings| {
        settings.trusted_proxy = true;
        settings.limits.sockets_per_address = 1;
    })
    .await;
    let host = format!("localhost:{}", server.port);
    let dial = async |forwarded: &str| {
        let headers = [("x-forwarded-for", forwarded)];
        Peer::dial_with(server.port, &host, &headers).await
    };
    let _first = dial("192.0.2.1").await.unwrap();
    let spoofed = dial("192.0.2.9, 192.0.2.1").await;
    assert_eq!(spoofed.err(), Some(429), "the proxy's own entry counts");
    assert!(dial("192.0.2.2").await.is_ok());
}

#[tokio::test]
async fn an_address_claims_so_many_names() {
    let server = Server::with(|settings| {
        settings.trusted_proxy = true;
        settings.limits.names_per_hour = 1;
    })
    .await;
    let host = format!("localhost:{}", server.port);
    let claim = async |from: &str, seed: u8, name: &str| {
        let headers = [("x-forwarded-for", from)];
        let socket = Peer::dial_with(server.port, &host, &headers).await.unwrap();
        let mut peer = Peer::greet(socket).await;
        let message = Key::new(seed).host(name, &server.url, &peer.challenge, true);
        peer.send(&message).await;
        match peer.next().await {
            ServerMessage::Hosting { name, .. } => name.is_some(),
            other => panic!("{other:?}"),
        }
    };
    assert!(claim("192.0.2.1", 1, "one").await);
    assert!(
        !claim("192.0.2.1", 2, "two").await,
        "hosted all the same, without the name"
    );
    assert!(
        claim("192.0.2.1", 1, "one").await,
        "what is held costs nothing"
    );
    assert!(claim("192.0.2.2", 2, "two").await);
}

#[tokio::test]
async fn an_address_has_so_many_connections() {
    let server = Server::with(|settings| settings.limits.connections_per_loopback = 1).await;
    let _first = Peer::join(&server).await;
    // An upgraded connection is counted as a socket; the seat of the connection is free again.
    let idle = TcpStream::connect(("127.0.0.1", server.port))
        .await
        .unwrap();
    let refused = async {
        loop {
            let mut stream = TcpStream::connect(("127.0.0.1", server.port))
                .await
                .unwrap();
            let mut rest = Vec::new();
            let head = format!(
                "GET /healthz HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n",
                server.port
            );
            let sent = stream.write_all(head.as_bytes()).await;
            let read = stream.read_to_end(&mut rest).await;
            if sent.is_err() || read.is_err() || rest.is_empty() {
                return;
            }
        }
    };
    timeout(PATIENCE, refused)
        .await
        .expect("the second is refused");
    drop(idle);
}

#[tokio::test]
async fn a_dead_peer_is_removed() {
    let server =
        Server::with(|settings| settings.limits.ping_every = Duration::from_millis(100)).await;
    let key = Key::new(1);
    let (mut dead, mut live) = (Peer::join(&server).await, Peer::join(&server).await);
    let label = dead.host(&key, "shop").await;
    // The dead one is never polled again: it reads nothing and answers no ping. The live one is, while
    // it waits for news.
    live.connect(AttemptId::from_bytes([1; 16]), &label).await;
    match live.next().await {
        ServerMessage::Failed { reason, .. } => assert_eq!(reason, FailReason::Gone),
        other => panic!("{other:?}"),
    }
    assert_eq!(server.hosts().await, 0);
    live.fence().await;
    drop(dead);
}

#[tokio::test]
async fn a_peer_that_reads_nothing_costs_itself_only() {
    let server = Server::with(|settings| {
        let limits = &mut settings.limits;
        limits.attempts_per_visitor = 10_000;
        limits.attempts_per_host = 10_000;
        limits.frames_at_once = 100_000;
        limits.queued_bytes = 4 * MAX_MESSAGE_BYTES;
    })
    .await;
    let key = Key::new(1);
    let (mut deaf, mut visitor) = (Peer::join(&server).await, Peer::join(&server).await);
    let label = deaf.host(&key, "shop").await;
    let mut attempts = 0_u128;
    // What the system buffers is filled at last, then the queue; then the host is dropped, and its
    // visitor hears of it.
    let told = async {
        loop {
            attempts += 1;
            let attempt = AttemptId::from_bytes(attempts.to_be_bytes());
            let sdp = "x".repeat(MAX_SDP_BYTES);
            visitor
                .send(&ClientMessage::Connect {
                    attempt,
                    label: label.clone(),
                    sdp,
                })
                .await;
            if server.hosts().await == 0 {
                return visitor.next().await;
            }
        }
    };
    let told = timeout(2 * PATIENCE, told)
        .await
        .expect("the host is dropped");
    assert!(matches!(told, ServerMessage::Failed { .. }), "{told:?}");
    drop(deaf);
}

#[tokio::test]
async fn a_socket_has_so_many_hosts_and_watches() {
    let server = Server::with(|settings| {
        settings.limits.hosts_per_socket = 1;
        settings.limits.watches_per_socket = 1;
    })
    .await;
    let mut peer = Peer::join(&server).await;
    let key = Key::new(1);
    peer.host(&key, "one").await;
    let message = key.host("two", &server.url, &peer.challenge, false);
    peer.send(&message).await;
    assert!(matches!(
        peer.next().await,
        ServerMessage::HostRefused { .. }
    ));
    peer.send(&ClientMessage::Watch {
        label: key.label("two"),
    })
    .await;
    peer.fence().await;
    peer.send(&ClientMessage::Watch {
        label: key.label("three"),
    })
    .await;
    assert!(matches!(
        peer.next().await,
        ServerMessage::Error { fatal: false, .. }
    ));
}
