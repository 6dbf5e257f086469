//! One address, or one network, cannot take what belongs to all.

use std::time::Duration;

use peerserver::rendezvous::{Assets, Compressed};
use signalling::ServerMessage;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{Key, PATIENCE, Peer, Server};

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
async fn a_client_whose_address_the_proxy_does_not_name_has_one_strangers_share() {
    let server = Server::with(|settings| {
        settings.trusted_proxy = true;
        settings.limits.sockets_per_address = 1;
        settings.limits.names_per_day = 1;
    })
    .await;
    let host = format!("localhost:{}", server.port);
    let _first = Peer::dial(server.port, &host, None).await.unwrap();
    let second = Peer::dial_with(server.port, &host, &[("x-forwarded-for", "nobody")]).await;
    assert_eq!(second.err(), Some(429), "not the share of this machine");
    let with_port = [("x-forwarded-for", "192.0.2.1:567")];
    let named = Peer::dial_with(server.port, &host, &with_port)
        .await
        .unwrap();
    let again = [("x-forwarded-for", "192.0.2.1:568")];
    let again = Peer::dial_with(server.port, &host, &again).await;
    assert_eq!(again.err(), Some(429), "a port is no other address");
    drop(named);
}

#[tokio::test]
async fn an_address_claims_so_many_names() {
    let server = Server::with(|settings| {
        settings.trusted_proxy = true;
        settings.limits.names_per_day = 1;
    })
    .await;
    let claim = async |from: &str, seed: u8, name: &str| {
        let mut peer = Peer::join_from(&server, from).await;
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
    assert!(claim("2001:db8::1", 3, "three").await);
    assert!(!claim("2001:db8::2", 4, "four").await, "of the same /64");
    let mut claimed = 0;
    for n in 1..=20 {
        let from = format!("2001:db8:0:{n:x}00::1");
        claimed += usize::from(claim(&from, 10 + n, &format!("name-{n}")).await);
    }
    assert_eq!(claimed, 3, "a /48 has the shares of four addresses");
}

#[tokio::test]
async fn an_address_asks_for_so_many_names() {
    let server = Server::with(|settings| {
        settings.trusted_proxy = true;
        settings.limits.questions.at_once = 3;
    })
    .await;
    let host = format!("localhost:{}", server.port);
    let ask = async |from: &str| {
        let headers = [("x-forwarded-for", from)];
        let answer = server.get_at(&host, "/api/names/shop", &headers).await;
        (answer.status, answer.header("retry-after").to_owned())
    };
    let mut last = (0, String::new());
    for _ in 0..9 {
        last = ask("192.0.2.1").await;
    }
    assert_eq!(last, (429, "10".to_owned()));
    assert_eq!(ask("192.0.2.2").await.0, 200);
}

#[tokio::test]
async fn an_address_proves_so_many_labels() {
    let server = Server::with(|settings| {
        settings.trusted_proxy = true;
        settings.limits.proofs.at_once = 1;
        settings.limits.proofs.per_second = 0;
    })
    .await;
    let key = Key::new(1);
    let mut peer = Peer::join_from(&server, "192.0.2.1").await;
    peer.host(&key, "one").await;
    let message = key.host("two", &server.url, &peer.challenge, false);
    peer.send(&message).await;
    let refused = peer.next().await;
    assert!(matches!(refused, ServerMessage::HostRefused { .. }));
    assert_eq!(server.hosts().await, 1);
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
async fn who_reads_no_answer_holds_its_connection_for_a_while_only() {
    let server = Server::with(|settings| {
        settings.limits.response_within = Duration::from_millis(200);
        settings.limits.head_within = PATIENCE;
        settings.limits.connections_per_loopback = 1;
        let big = (
            "index.html".to_owned(),
            vec![b'x'; 32 << 20],
            Compressed::default(),
        );
        settings.assets = Assets::from_files([big]);
    })
    .await;
    let mut deaf = TcpStream::connect(("127.0.0.1", server.port))
        .await
        .unwrap();
    let head = format!("GET / HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", server.port);
    deaf.write_all(head.as_bytes()).await.unwrap();
    // The answer has begun, and the rest is not read.
    deaf.read_exact(&mut [0; 16]).await.unwrap();
    let room = async {
        loop {
            let mut stream = TcpStream::connect(("127.0.0.1", server.port))
                .await
                .unwrap();
            let sent = stream.write_all(head.as_bytes()).await;
            if sent.is_ok() && stream.read_exact(&mut [0; 16]).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, room)
        .await
        .expect("its seat is given back");
}

#[tokio::test]
async fn a_proxys_client_has_so_many_requests_under_way() {
    let server = Server::with(|settings| {
        settings.trusted_proxy = true;
        settings.limits.connections_per_address = 1;
        let big = (
            "index.html".to_owned(),
            vec![b'x'; 32 << 20],
            Compressed::default(),
        );
        settings.assets = Assets::from_files([big]);
    })
    .await;
    let host = format!("localhost:{}", server.port);
    let ask = async |from: &str| {
        let headers = [("x-forwarded-for", from)];
        server.get_at(&host, "/healthz", &headers).await.status
    };
    assert_eq!(ask("192.0.2.1").await, 200);
    assert_eq!(ask("192.0.2.1").await, 200, "one after another");
    let mut deaf = TcpStream::connect(("127.0.0.1", server.port))
        .await
        .unwrap();
    let head = format!("GET / HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n");
    deaf.write_all(head.as_bytes()).await.unwrap();
    deaf.read_exact(&mut [0; 16]).await.unwrap();
    assert_eq!(ask("192.0.2.1").await, 429);
    assert_eq!(ask("192.0.2.2").await, 200);
    drop(deaf);
    let room = async { while ask("192.0.2.1").await != 200 {} };
    timeout(PATIENCE, room)
        .await
        .expect("its seat is given back");
}
