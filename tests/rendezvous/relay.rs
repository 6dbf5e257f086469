//! Offers, answers and candidates go between the two sockets of an attempt, and nowhere else.

use identity::{AttemptId, Signature};
use signalling::{Candidate, ClientMessage, FailReason, ServerMessage};

use crate::support::{Key, Peer, Server};

fn attempt(byte: u8) -> AttemptId {
    AttemptId::from_bytes([byte; 16])
}

fn candidate(text: &str) -> Candidate {
    Candidate {
        candidate: text.into(),
        sdp_mid: Some("0".into()),
        ..Candidate::default()
    }
}

fn answer(attempt: AttemptId, key: &Key) -> ClientMessage {
    let signature = Signature::from([7; 64]);
    ClientMessage::Answer {
        attempt,
        sdp: "answer".into(),
        key: key.public(),
        signature,
    }
}

async fn failed(peer: &mut Peer) -> (AttemptId, FailReason) {
    match peer.next().await {
        ServerMessage::Failed {
            attempt,
            reason,
            message,
        } => {
            assert!(message.ends_with('.'));
            (attempt, reason)
        }
        other => panic!("not failed: {other:?}"),
    }
}

#[tokio::test]
async fn two_visitors_and_their_host_hear_their_own_signals() {
    let server = Server::start().await;
    let key = Key::new(1);
    let (mut host, mut one, mut two) = (
        Peer::join(&server).await,
        Peer::join(&server).await,
        Peer::join(&server).await,
    );
    let label = host.host(&key, "shop").await;

    one.connect(attempt(1), &label).await;
    let offer = host.next().await;
    let ServerMessage::Offer { network, .. } = offer else {
        panic!("no offer: {offer:?}")
    };
    assert!(
        network.is_some(),
        "a host learns which visitors share a network"
    );
    let expected = ServerMessage::Offer {
        attempt: attempt(1),
        label: label.clone(),
        sdp: "offer".into(),
        network,
    };
    assert_eq!(offer, expected);
    two.connect(attempt(2), &label).await;
    assert!(matches!(
        host.next().await,
        ServerMessage::Offer { attempt: id, network: of_two, .. } if id == attempt(2) && of_two == network
    ));

    // A candidate that is quicker than the answer waits for it.
    host.send(&ClientMessage::Candidate {
        attempt: attempt(2),
        candidate: candidate("early"),
    })
    .await;
    host.send(&answer(attempt(2), &key)).await;
    match two.next().await {
        ServerMessage::Answer {
            attempt: id,
            sdp,
            key: public,
            signature,
        } => {
            assert_eq!(
                (id, sdp.as_str(), public),
                (attempt(2), "answer", key.public())
            );
            assert_eq!(signature, Signature::from([7; 64]));
        }
        other => panic!("no answer: {other:?}"),
    }
    assert_eq!(
        two.next().await,
        ServerMessage::Candidate {
            attempt: attempt(2),
            candidate: candidate("early")
        }
    );
    two.send(&ClientMessage::Candidate {
        attempt: attempt(2),
        candidate: candidate("two's"),
    })
    .await;
    assert_eq!(
        host.next().await,
        ServerMessage::Candidate {
            attempt: attempt(2),
            candidate: candidate("two's")
        }
    );

    // Nobody speaks in another's attempt.
    two.send(&ClientMessage::Candidate {
        attempt: attempt(1),
        candidate: candidate("intruder"),
    })
    .await;
    two.send(&answer(attempt(1), &Key::new(2))).await;
    two.send(&ClientMessage::End {
        attempt: attempt(1),
    })
    .await;
    two.fence().await;
    host.fence().await;
    one.fence().await;

    host.send(&ClientMessage::Reject {
        attempt: attempt(1),
        reason: FailReason::Busy,
    })
    .await;
    assert_eq!(failed(&mut one).await, (attempt(1), FailReason::Busy));
}

#[tokio::test]
async fn stale_signals_are_dropped() {
    let server = Server::start().await;
    let key = Key::new(1);
    let (mut host, mut visitor) = (Peer::join(&server).await, Peer::join(&server).await);
    let label = host.host(&key, "shop").await;
    visitor.connect(attempt(1), &label).await;
    assert!(matches!(host.next().await, ServerMessage::Offer { .. }));
    visitor
        .send(&ClientMessage::End {
            attempt: attempt(1),
        })
        .await;
    assert_eq!(
        host.next().await,
        ServerMessage::Gone {
            attempt: attempt(1)
        }
    );

    host.send(&answer(attempt(1), &key)).await;
    host.send(&ClientMessage::Candidate {
        attempt: attempt(1),
        candidate: candidate("late"),
    })
    .await;
    host.send(&ClientMessage::Reject {
        attempt: attempt(9),
        reason: FailReason::Refused,
    })
    .await;
    host.fence().await;
    visitor.fence().await;

    visitor.connect(attempt(1), &label).await;
    assert!(
        matches!(host.next().await, ServerMessage::Offer { .. }),
        "an ended id may be used anew"
    );
    visitor.connect(attempt(1), &label).await;
    assert!(
        matches!(
            visitor.next().await,
            ServerMessage::Error { fatal: false, .. }
        ),
        "one in use may not"
    );
}

#[tokio::test]
async fn visitors_learn_why_there_is_no_host() {
    let server = Server::start().await;
    let key = Key::new(1);
    let (mut host, mut visitor) = (Peer::join(&server).await, Peer::join(&server).await);
    visitor.connect(attempt(1), &key.label("shop")).await;
    assert_eq!(
        failed(&mut visitor).await,
        (attempt(1), FailReason::UnknownLabel)
    );

    let label = host.host(&key, "shop").await;
    visitor.connect(attempt(2), &label).await;
    assert!(matches!(host.next().await, ServerMessage::Offer { .. }));
    drop(host);
    assert_eq!(failed(&mut visitor).await, (attempt(2), FailReason::Gone));
    visitor.connect(attempt(3), &label).await;
    assert_eq!(
        failed(&mut visitor).await,
        (attempt(3), FailReason::HostOffline)
    );
}

#[tokio::test]
async fn the_other_side_hears_of_a_closed_socket() {
    let server = Server::start().await;
    let key = Key::new(1);
    let (mut host, mut visitor) = (Peer::join(&server).await, Peer::join(&server).await);
    let label = host.host(&key, "shop").await;
    visitor.connect(attempt(1), &label).await;
    assert!(matches!(host.next().await, ServerMessage::Offer { .. }));
    host.send(&answer(attempt(1), &key)).await;
    assert!(matches!(visitor.next().await, ServerMessage::Answer { .. }));
    drop(host);
    assert_eq!(
        visitor.next().await,
        ServerMessage::Gone {
            attempt: attempt(1)
        }
    );
}

#[tokio::test]
async fn who_watches_hears_when_the_host_comes() {
    let server = Server::start().await;
    let key = Key::new(1);
    let (mut host, mut visitor) = (Peer::join(&server).await, Peer::join(&server).await);
    let label = key.label("shop");
    visitor
        .send(&ClientMessage::Watch {
            label: label.clone(),
        })
        .await;
    visitor.fence().await;
    host.host(&key, "shop").await;
    assert_eq!(
        visitor.next().await,
        ServerMessage::HostOnline {
            label: label.clone()
        }
    );
    visitor
        .send(&ClientMessage::Watch {
            label: label.clone(),
        })
        .await;
    assert_eq!(
        visitor.next().await,
        ServerMessage::HostOnline {
            label: label.clone()
        },
        "at once if it is there"
    );
    host.send(&ClientMessage::Unhost {
        label: label.clone(),
    })
    .await;
    host.fence().await;
    host.host(&key, "shop").await;
    visitor.fence().await;
}

#[tokio::test]
async fn the_newest_host_replaces_the_older() {
    let server = Server::start().await;
    let key = Key::new(1);
    let (mut old, mut new, mut visitor) = (
        Peer::join(&server).await,
        Peer::join(&server).await,
        Peer::join(&server).await,
    );
    let label = old.host(&key, "shop").await;
    new.host(&key, "shop").await;
    assert!(
        matches!(old.next().await, ServerMessage::HostRefused { label: it, .. } if it == label)
    );
    visitor.connect(attempt(1), &label).await;
    assert!(matches!(new.next().await, ServerMessage::Offer { .. }));
    old.fence().await;
    drop(old);
    visitor.connect(attempt(2), &label).await;
    assert!(matches!(new.next().await, ServerMessage::Offer { .. }));
    assert_eq!(server.hosts().await, 1);
}
