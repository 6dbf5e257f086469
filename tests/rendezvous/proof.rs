//! A host proves its key, to this rendezvous, on this connection.

use identity::{Label, PublicKey, Signature, SiteName};
use signalling::{ClientMessage, ServerMessage};

use crate::support::{Key, Peer, Server};

async fn is_refused(peer: &mut Peer, message: &ClientMessage) {
    peer.send(message).await;
    match peer.next().await {
        ServerMessage::HostRefused { reason, .. } => assert!(reason.ends_with('.')),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn only_the_key_itself_can_host_its_label() {
    let server = Server::start().await;
    let (key, other) = (Key::new(1), Key::new(2));
    let mut peer = Peer::join(&server).await;
    let good = key.host("shop", &server.url, &peer.challenge, false);

    let ClientMessage::Host {
        label,
        key: public,
        name,
        ..
    } = good.clone()
    else {
        unreachable!()
    };
    let forged = |label, key, signature| ClientMessage::Host {
        label,
        key,
        name: name.clone(),
        signature,
        claim: true,
    };
    let by_other = match other.host("shop", &server.url, &peer.challenge, false) {
        ClientMessage::Host { signature, .. } => signature,
        _ => unreachable!(),
    };
    is_refused(
        &mut peer,
        &forged(label.clone(), public, Signature::from([0; 64])),
    )
    .await;
    is_refused(&mut peer, &forged(label.clone(), public, by_other)).await;
    is_refused(&mut peer, &forged(label, other.public(), by_other)).await;
    assert_eq!(server.hosts().await, 0);
    let free = server.get("/api/names/shop").await.json();
    assert_eq!(free["free"], true, "who proves nothing claims nothing");

    peer.send(&good).await;
    assert!(matches!(peer.next().await, ServerMessage::Hosting { .. }));
    assert_eq!(server.hosts().await, 1);
}

#[tokio::test]
async fn a_key_of_small_order_hosts_nothing() {
    let server = Server::start().await;
    let mut peer = Peer::join(&server).await;
    // The neutral point, and with it and s = 0 the signature that satisfies the bare equation.
    let (mut neutral, mut signature) = ([0; 32], [0; 64]);
    (neutral[0], signature[0]) = (1, 1);
    let key = PublicKey::from(neutral);
    let name = SiteName::parse("shop").unwrap();
    let message = ClientMessage::Host {
        label: Label::new(name.clone(), &key),
        key,
        name,
        signature: Signature::from(signature),
        claim: true,
    };
    is_refused(&mut peer, &message).await;
    assert_eq!(server.hosts().await, 0);
}

#[tokio::test]
async fn a_proof_holds_on_its_own_connection_only() {
    let server = Server::start().await;
    let key = Key::new(1);
    let mut first = Peer::join(&server).await;
    let mut second = Peer::join(&server).await;
    assert_ne!(first.challenge, second.challenge);
    let replayed = key.host("shop", &server.url, &first.challenge, false);
    is_refused(&mut second, &replayed).await;
    first.send(&replayed).await;
    assert!(matches!(first.next().await, ServerMessage::Hosting { .. }));
}

#[tokio::test]
async fn a_proof_for_another_rendezvous_is_worth_nothing() {
    let server =
        Server::with(|settings| settings.public_url = Some("https://peers.example".into())).await;
    let key = Key::new(1);
    let local = format!("localhost:{}", server.port);
    let numbered = format!("127.0.0.1:{}", server.port);

    // Who came by the public name must have signed it.
    let mut peer = Peer::greet(
        Peer::dial(server.port, "peers.example", None)
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(peer.gateway, "https://peers.example");
    for gateway in [
        "https://evil.example",
        "https://peers.example/",
        "",
        &format!("http://{local}"),
    ] {
        let relayed = key.host("shop", gateway, &peer.challenge, false);
        is_refused(&mut peer, &relayed).await;
    }
    let proved = key.host("shop", "https://peers.example", &peer.challenge, false);
    peer.send(&proved).await;
    assert!(matches!(peer.next().await, ServerMessage::Hosting { .. }));

    // Who came by loopback may have signed any name of it.
    for host in [&local, &numbered] {
        let mut peer = Peer::greet(Peer::dial(server.port, host, None).await.unwrap()).await;
        let proved = key.host("shop", &format!("http://{host}"), &peer.challenge, false);
        peer.send(&proved).await;
        match peer.next().await {
            ServerMessage::Hosting { link, .. } => {
                assert!(link.starts_with("https://peers.example/connect/"))
            }
            other => panic!("not hosted: {other:?}"),
        }
    }
}

#[tokio::test]
async fn hello_comes_first_and_is_of_our_version() {
    let server = Server::start().await;
    let host = format!("localhost:{}", server.port);
    for text in [
        r#"{"hello":{"version":2}}"#,
        r#"{"watch":{"label":"shop-mzuhvlpymk6xo3epygfy"}}"#,
        "nonsense",
    ] {
        let socket = Peer::dial(server.port, &host, None).await.unwrap();
        let mut peer = Peer {
            socket,
            gateway: String::new(),
            challenge: identity::Challenge::from([0; 32]),
            ice_servers: Vec::new(),
        };
        peer.send_text(text.to_owned()).await;
        peer.expect_dismissal(1008).await;
    }
}

#[tokio::test]
async fn every_peer_is_told_the_ice_servers() {
    let server = Server::with(|settings| {
        settings.ice_servers = vec![signalling::IceServer {
            urls: vec!["turn:turn.example".into()],
            username: Some("u".into()),
            credential: Some("c".into()),
        }];
    })
    .await;
    let peer = Peer::join(&server).await;
    assert_eq!(peer.ice_servers[0].credential.as_deref(), Some("c"));
    assert_eq!(peer.gateway, server.url);
}

#[tokio::test]
async fn sockets_are_for_our_pages_extensions_and_native_peers() {
    let server = Server::start().await;
    let host = format!("localhost:{}", server.port);
    let extension = format!("chrome-extension://{}", env!("PEERSERVER_EXTENSION_ID"));
    for origin in [
        None,
        Some(server.url.as_str()),
        Some(&extension),
        Some("moz-extension://some-id"),
    ] {
        assert!(
            Peer::dial(server.port, &host, origin).await.is_ok(),
            "{origin:?}"
        );
    }
    let site = format!(
        "http://{}.localhost:{}",
        Key::new(1).label("shop"),
        server.port
    );
    for origin in [
        "https://evil.example",
        "null",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        &site,
    ] {
        assert_eq!(
            Peer::dial(server.port, &host, Some(origin)).await.err(),
            Some(403),
            "{origin}"
        );
    }
    assert_eq!(
        Peer::dial(server.port, "evil.example", None).await.err(),
        Some(421)
    );
    let plain = server.get("/signal").await;
    assert_eq!(plain.status, 426);
}
