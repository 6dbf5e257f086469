//! One socket cannot take what belongs to all.

use std::time::Duration;

use futures_util::SinkExt;
use identity::AttemptId;
use signalling::{ClientMessage, FailReason, MAX_MESSAGE_BYTES, MAX_SDP_BYTES, ServerMessage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Closed, Key, PATIENCE, Peer, Server, sdp};

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
async fn a_connection_that_asks_for_nothing_is_closed() {
    let server =
        Server::with(|settings| settings.limits.head_within = Duration::from_millis(50)).await;
    let head = format!(
        "GET /healthz HTTP/1.1\r\nHost: localhost:{}\r\n\r\n",
        server.port
    );
    // At once, and after an answer.
    for asked in ["", head.as_str()] {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port))
            .await
            .unwrap();
        stream.write_all(asked.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut rest))
            .await
            .expect("closed in time")
            .unwrap();
        assert_eq!(rest.starts_with(b"HTTP/1.1 200"), !asked.is_empty());
    }
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
async fn a_peer_that_reads_nothing_of_its_own_answers_is_closed() {
    let server = Server::with(|settings| {
        settings.limits.frames_at_once = 1_000_000;
        settings.limits.queued_bytes = 4 * MAX_MESSAGE_BYTES;
    })
    .await;
    let mut deaf = Peer::join(&server).await;
    deaf.host(&Key::new(1), "shop").await;
    let label = Key::new(2).label("nobody");
    // What the system buffers is filled at last, then the queue.
    let closed = async {
        let mut attempts = 0_u128;
        while server.hosts().await != 0 {
            let burst = async {
                for _ in 0..100 {
                    attempts += 1;
                    let message = ClientMessage::Connect {
                        attempt: AttemptId::from_bytes(attempts.to_be_bytes()),
                        label: label.clone(),
                        sdp: sdp("offer"),
                    };
                    // The socket may be closed before the last.
                    let _ = deaf.socket.send(Message::text(message.encode())).await;
                }
            };
            let _ = timeout(Duration::from_secs(1), burst).await;
        }
    };
    timeout(2 * PATIENCE, closed).await.expect("closed");
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
