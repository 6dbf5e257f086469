//! One address at its worst, with the default limits: hosts stay, and others come through.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use identity::{AttemptId, Label, Signature};
use signalling::{ClientMessage, FailReason, MAX_SDP_BYTES, ServerMessage};
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Key, PATIENCE, Peer, Server, sdp};

/// Bytes a second that the host takes: a slow line.
const HOST_RATE: usize = 64 * 1024;

/// Bytes that the host's system keeps beyond what the host took.
const HOST_BUFFER: u32 = 32 * 1024;

/// Attempts that each hostile socket makes as fast as it can.
const BURST: u32 = 150;

/// The pause between further ones: just below the rate of frames that a socket may send.
const PAUSE: Duration = Duration::from_millis(25);

/// The hostile sockets of one address.
const SOCKETS: usize = 16;

/// A host that reads slowly, and answers each offer that it comes to.
async fn slow_host(server: &Server, key: Key) -> (Label, JoinHandle<()>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(HOST_BUFFER).unwrap();
    let address = ([127, 0, 0, 1], server.port).into();
    let stream = socket.connect(address).await.unwrap();
    let name = format!("localhost:{}", server.port);
    let headers = [("x-forwarded-for", "198.51.100.1")];
    let socket = Peer::dial_over(stream, &name, &headers).await.unwrap();
    let mut host = Peer::greet(socket).await;
    let label = host.host(&key, "shop").await;
    let reading = tokio::spawn(async move {
        while let Ok(message) = host.next_or_end().await {
            sleep(Duration::from_secs(1) * message.encode().len() as u32 / HOST_RATE as u32).await;
            if let ServerMessage::Offer { attempt, .. } = message {
                host.send(&ClientMessage::Answer {
                    attempt,
                    sdp: sdp("answer"),
                    key: key.public(),
                    signature: Signature::from([7; 64]),
                })
                .await;
            }
        }
    });
    (label, reading)
}

/// Connects and ends as fast as it may, with the greatest offers, until told to stop. Counts what is refused.
async fn flood(peer: Peer, label: Label, refused: Arc<AtomicUsize>, stop: Arc<AtomicBool>) {
    let (mut sink, mut stream) = peer.socket.split();
    let reading = tokio::spawn(async move {
        while let Some(Ok(message)) = stream.next().await {
            if let Message::Text(text) = message
                && let Ok(ServerMessage::Failed {
                    reason: FailReason::Busy,
                    ..
                }) = ServerMessage::decode(&text)
            {
                refused.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let head = sdp("x");
    let sdp = format!("{head}{}", "x".repeat(MAX_SDP_BYTES - head.len()));
    let mut count = 0;
    while !stop.load(Ordering::Relaxed) {
        let mut id = [0; 16];
        getrandom::fill(&mut id).unwrap();
        let attempt = AttemptId::from_bytes(id);
        let connect = ClientMessage::Connect {
            attempt,
            label: label.clone(),
            sdp: sdp.clone(),
        };
        for message in [connect, ClientMessage::End { attempt }] {
            sink.send(Message::text(message.encode())).await.unwrap();
        }
        count += 1;
        if count > BURST {
            sleep(PAUSE).await;
        }
    }
    drop(sink);
    reading.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_one_address_costs_neither_a_slow_host_its_socket_nor_others_their_introduction()
{
    let server = Server::with(|settings| settings.trusted_proxy = true).await;
    let (label, host) = slow_host(&server, Key::new(1)).await;
    let (refused, stop) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let mut floods = Vec::new();
    for _ in 0..SOCKETS {
        let hostile = Peer::join_from(&server, "203.0.113.1").await;
        let (refused, stop) = (Arc::clone(&refused), Arc::clone(&stop));
        floods.push(tokio::spawn(flood(hostile, label.clone(), refused, stop)));
    }
    let refusals = async {
        while refused.load(Ordering::Relaxed) < 100 {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, refusals)
        .await
        .expect("the flood is refused");

    let mut visitor = Peer::join_from(&server, "192.0.2.1").await;
    for n in 1..=3 {
        let start = Instant::now();
        visitor
            .connect(AttemptId::from_bytes([n; 16]), &label)
            .await;
        let answered = visitor.next().await;
        assert!(
            matches!(answered, ServerMessage::Answer { .. }),
            "after {:?}: {answered:?}",
            start.elapsed()
        );
    }
    assert_eq!(server.hosts().await, 1);
    assert!(!host.is_finished(), "the host keeps its socket");
    stop.store(true, Ordering::Relaxed);
    for flood in floods {
        flood.await.unwrap();
    }
    host.abort();
}
