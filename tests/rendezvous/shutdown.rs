//! The end of a rendezvous, and who gets its port.

use std::net::{Ipv4Addr, SocketAddr};

use identity::AttemptId;
use peerserver::rendezvous::{self, Error, Settings};
use signalling::ServerMessage;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::support::{Closed, Key, PATIENCE, Peer, Server};

#[tokio::test]
async fn every_socket_is_told() {
    let server = Server::start().await;
    let key = Key::new(1);
    let (mut host, mut visitor) = (Peer::join(&server).await, Peer::join(&server).await);
    let label = host.host(&key, "shop").await;
    visitor
        .connect(AttemptId::from_bytes([1; 16]), &label)
        .await;
    assert!(matches!(host.next().await, ServerMessage::Offer { .. }));
    let mut idle = TcpStream::connect(("127.0.0.1", server.port))
        .await
        .unwrap();
    // A request and its answer, so that the rendezvous surely has the connection.
    let head = format!(
        "GET /healthz HTTP/1.1\r\nHost: localhost:{}\r\n\r\n",
        server.port
    );
    idle.write_all(head.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    idle.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 200");
    let port = server.port;

    let farewell = async |mut peer: Peer| {
        loop {
            match peer.next_or_end().await {
                // What was under way ends first.
                Ok(ServerMessage::Gone { .. } | ServerMessage::Failed { .. }) => {}
                other => return other,
            }
        }
    };
    let (summary, to_host, to_visitor) =
        tokio::join!(server.stop(), farewell(host), farewell(visitor));
    assert_eq!(
        (to_host, to_visitor),
        (Err(Closed(Some(1001))), Err(Closed(Some(1001))))
    );
    assert_eq!((summary.sockets, summary.offers, summary.names), (2, 1, 0));

    let mut rest = Vec::new();
    timeout(PATIENCE, idle.read_to_end(&mut rest))
        .await
        .expect("idle connections are closed")
        .unwrap();
    assert!(
        TcpStream::connect(("127.0.0.1", port)).await.is_err(),
        "nobody listens any more"
    );
}

#[tokio::test]
async fn a_port_in_use_is_told_apart() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = taken.local_addr().unwrap();
    match rendezvous::bind(Settings::new(address)).await {
        Err(Error::AddrInUse(it)) => assert_eq!(it, address),
        other => panic!("{other:?}"),
    }
    let server = Server::start().await;
    let again = rendezvous::bind(Settings::new(SocketAddr::from((
        Ipv4Addr::LOCALHOST,
        server.port,
    ))))
    .await;
    assert!(matches!(again, Err(Error::AddrInUse(_))));
    server.stop().await;
}

#[tokio::test]
async fn the_other_loopback_address_belongs_to_us_too() {
    let Ok(stranger) = TcpListener::bind("[::1]:0").await else {
        // A machine without IPv6 has no such address to lose.
        return;
    };
    let port = stranger.local_addr().unwrap().port();
    let result =
        rendezvous::bind(Settings::new(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))).await;
    assert!(matches!(result, Err(Error::AddrInUse(it)) if it.is_ipv6()));
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    let with = async |change: fn(&mut Settings)| {
        let mut settings = Settings::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        change(&mut settings);
        rendezvous::bind(settings).await.unwrap_err()
    };
    let url = with(|settings| settings.public_url = Some("http://peers.example".into())).await;
    assert!(matches!(url, Error::PublicUrl { .. }));
    let ice = with(|settings| {
        settings.ice_servers = vec![signalling::IceServer {
            urls: vec!["http://x".into()],
            ..Default::default()
        }];
    })
    .await;
    assert!(matches!(ice, Error::IceServer(_)));
    let file = with(|settings| settings.state_file = Some(std::env::temp_dir())).await;
    assert!(matches!(file, Error::StateFile { .. }));
}
