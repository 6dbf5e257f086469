use std::time::{Duration, Instant};

use identity::{PublicKey, Signature, SiteName};
use signalling::{Candidate, FailReason};

use super::*;
use crate::rendezvous::outbox::{Outgoing, outbox};

struct Desk {
    directory: Directory,
    now: Instant,
}

fn desk() -> Desk {
    let limits = Limits {
        hosts_per_socket: 2,
        watches_per_socket: 1,
        attempts_per_visitor: 2,
        attempts_per_host: 3,
        candidates_per_side: 3,
        ..Limits::default()
    };
    Desk {
        directory: Directory::new(limits, Claims::default()),
        now: Instant::now(),
    }
}

impl Desk {
    fn join(&mut self) -> (SocketId, Outgoing) {
        let (outbox, outgoing) = outbox(64, 1 << 20);
        let network = NetworkId::from_bytes([0; 8]);
        (self.directory.join(outbox, network), outgoing)
    }

    fn connect(&mut self, visitor: SocketId, attempt: u8, label: &Label) {
        self.directory.connect(
            visitor,
            id(attempt),
            label.clone(),
            "offer".into(),
            self.now,
        );
    }

    fn answer(&mut self, host: SocketId, attempt: u8) {
        self.directory.answer(
            host,
            id(attempt),
            "answer".into(),
            key(1),
            Signature::from([0; 64]),
        );
    }
}

fn key(byte: u8) -> PublicKey {
    PublicKey::from([byte; 32])
}

fn label(name: &str) -> Label {
    Label::new(SiteName::parse(name).unwrap(), &key(1))
}

fn id(byte: u8) -> AttemptId {
    AttemptId::from_bytes([byte; 16])
}

fn candidate(text: &str) -> Candidate {
    Candidate {
        candidate: text.into(),
        ..Candidate::default()
    }
}

fn next(outgoing: &mut Outgoing) -> Option<ServerMessage> {
    outgoing
        .try_next()
        .map(|text| ServerMessage::decode(&text).unwrap())
}

fn failed(message: Option<ServerMessage>) -> Option<FailReason> {
    match message {
        Some(ServerMessage::Failed { reason, .. }) => Some(reason),
        _ => None,
    }
}

#[test]
fn signals_pass_between_the_two_sides_only() {
    let mut desk = desk();
    let ((host, mut to_host), (visitor, mut to_visitor), (other, mut to_other)) =
        (desk.join(), desk.join(), desk.join());
    assert!(desk.directory.host(host, &label("a")));
    desk.connect(visitor, 1, &label("a"));
    assert!(
        matches!(next(&mut to_host), Some(ServerMessage::Offer { attempt, .. }) if attempt == id(1))
    );

    desk.answer(other, 1);
    desk.answer(visitor, 1);
    desk.directory
        .candidate(other, id(1), candidate("stranger's"));
    desk.directory.end(other, id(1));
    desk.directory.reject(visitor, id(1), FailReason::Busy);
    assert_eq!(
        (next(&mut to_host), next(&mut to_visitor)),
        (None, None),
        "others have no say in it"
    );

    desk.answer(host, 1);
    assert!(matches!(
        next(&mut to_visitor),
        Some(ServerMessage::Answer { .. })
    ));
    desk.answer(host, 1);
    assert_eq!(next(&mut to_visitor), None, "only the first answer counts");
    desk.directory.candidate(visitor, id(1), candidate("v"));
    desk.directory.candidate(host, id(1), candidate("h"));
    assert_eq!(
        next(&mut to_host),
        Some(ServerMessage::Candidate {
            attempt: id(1),
            candidate: candidate("v")
        })
    );
    assert_eq!(
        next(&mut to_visitor),
        Some(ServerMessage::Candidate {
            attempt: id(1),
            candidate: candidate("h")
        })
    );

    desk.directory.end(visitor, id(1));
    assert_eq!(
        next(&mut to_host),
        Some(ServerMessage::Gone { attempt: id(1) })
    );
    desk.directory.candidate(host, id(1), candidate("stale"));
    assert_eq!((next(&mut to_visitor), next(&mut to_other)), (None, None));
}

#[test]
fn a_hosts_early_candidates_follow_its_answer_and_have_an_end() {
    let mut desk = desk();
    let ((host, mut to_host), (visitor, mut to_visitor)) = (desk.join(), desk.join());
    desk.directory.host(host, &label("a"));
    desk.connect(visitor, 1, &label("a"));
    for text in ["1", "2", "3", "4"] {
        desk.directory.candidate(host, id(1), candidate(text));
        desk.directory.candidate(visitor, id(1), candidate(text));
    }
    assert_eq!(next(&mut to_visitor), None);
    desk.answer(host, 1);
    let kinds: Vec<ServerMessage> = std::iter::from_fn(|| next(&mut to_visitor)).collect();
    assert!(matches!(kinds[0], ServerMessage::Answer { .. }));
    let texts: Vec<&str> = kinds[1..]
        .iter()
        .filter_map(|kind| match kind {
            ServerMessage::Candidate { candidate, .. } => Some(candidate.candidate.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["1", "2", "3"]);
    assert_eq!(
        std::iter::from_fn(|| next(&mut to_host)).count(),
        1 + 3,
        "the offer and three candidates"
    );
}

#[test]
fn labels_without_a_host_say_which_kind() {
    let mut desk = desk();
    let ((host, _to_host), (visitor, mut to_visitor)) = (desk.join(), desk.join());
    desk.connect(visitor, 1, &label("a"));
    assert_eq!(
        failed(next(&mut to_visitor)),
        Some(FailReason::UnknownLabel)
    );
    desk.directory.host(host, &label("a"));
    desk.directory.unhost(visitor, &label("a"));
    assert_eq!(
        desk.directory.hosts(),
        1,
        "only the host can take it offline"
    );
    desk.directory.unhost(host, &label("a"));
    desk.connect(visitor, 2, &label("a"));
    assert_eq!(failed(next(&mut to_visitor)), Some(FailReason::HostOffline));
    desk.directory
        .claims
        .claim(&SiteName::parse("kept").unwrap(), &key(1), 1, 1);
    desk.connect(visitor, 3, &label("kept"));
    assert_eq!(
        failed(next(&mut to_visitor)),
        Some(FailReason::HostOffline),
        "a claimed name is known"
    );
}

#[test]
fn both_sides_hear_when_the_other_leaves() {
    let mut desk = desk();
    let ((host, mut to_host), (visitor, mut to_visitor)) = (desk.join(), desk.join());
    desk.directory.host(host, &label("a"));
    desk.connect(visitor, 1, &label("a"));
    desk.connect(visitor, 2, &label("a"));
    desk.answer(host, 1);
    assert_eq!(std::iter::from_fn(|| next(&mut to_host)).count(), 2);
    assert!(matches!(
        next(&mut to_visitor),
        Some(ServerMessage::Answer { .. })
    ));
    desk.directory.leave(host);
    let told: Vec<ServerMessage> = std::iter::from_fn(|| next(&mut to_visitor)).collect();
    assert_eq!(told.len(), 2);
    assert!(
        told.contains(&ServerMessage::Gone { attempt: id(1) }),
        "answered"
    );
    let unanswered = told
        .iter()
        .find(|one| matches!(one, ServerMessage::Failed { .. }))
        .cloned();
    assert_eq!(failed(unanswered), Some(FailReason::Gone));
    assert_eq!(desk.directory.hosts(), 0);

    let (host, mut to_host) = desk.join();
    desk.directory.host(host, &label("a"));
    desk.connect(visitor, 3, &label("a"));
    desk.directory.leave(visitor);
    assert!(matches!(
        next(&mut to_host),
        Some(ServerMessage::Offer { .. })
    ));
    assert_eq!(
        next(&mut to_host),
        Some(ServerMessage::Gone { attempt: id(3) })
    );
    assert!(desk.directory.attempts.is_empty());
}

#[test]
fn the_newest_host_of_a_label_takes_over() {
    let mut desk = desk();
    let ((old, mut to_old), (new, mut to_new), (visitor, mut to_visitor)) =
        (desk.join(), desk.join(), desk.join());
    desk.directory.host(old, &label("a"));
    desk.connect(visitor, 1, &label("a"));
    assert!(matches!(
        next(&mut to_old),
        Some(ServerMessage::Offer { .. })
    ));
    desk.directory.host(new, &label("a"));
    assert!(matches!(
        next(&mut to_old),
        Some(ServerMessage::HostRefused { .. })
    ));
    desk.answer(old, 1);
    assert!(
        matches!(next(&mut to_visitor), Some(ServerMessage::Answer { .. })),
        "what was begun goes on"
    );
    desk.connect(visitor, 2, &label("a"));
    assert!(matches!(
        next(&mut to_new),
        Some(ServerMessage::Offer { .. })
    ));
    desk.directory.unhost(old, &label("a"));
    desk.directory.leave(old);
    assert_eq!(
        desk.directory.hosts(),
        1,
        "the old one's end is not the new one's"
    );
}

#[test]
fn watchers_hear_once() {
    let mut desk = desk();
    let ((host, _to_host), (watcher, mut to_watcher)) = (desk.join(), desk.join());
    assert!(desk.directory.watch(watcher, label("a")));
    assert!(
        desk.directory.watch(watcher, label("a")),
        "the same again is no second one"
    );
    assert!(!desk.directory.watch(watcher, label("b")), "one too many");
    assert_eq!(next(&mut to_watcher), None);
    desk.directory.host(host, &label("a"));
    assert_eq!(
        next(&mut to_watcher),
        Some(ServerMessage::HostOnline { label: label("a") })
    );
    desk.directory.unhost(host, &label("a"));
    desk.directory.host(host, &label("a"));
    assert_eq!(next(&mut to_watcher), None);
    assert!(desk.directory.watch(watcher, label("a")));
    assert_eq!(
        next(&mut to_watcher),
        Some(ServerMessage::HostOnline { label: label("a") })
    );
    desk.directory.watch(watcher, label("b"));
    desk.directory.leave(watcher);
    assert!(desk.directory.watchers.is_empty());
}

#[test]
fn nobody_takes_more_than_his_share() {
    let mut desk = desk();
    let ((host, _to_host), (one, mut to_one), (two, mut to_two)) =
        (desk.join(), desk.join(), desk.join());
    assert!(desk.directory.host(host, &label("a")) && desk.directory.host(host, &label("b")));
    assert!(!desk.directory.host(host, &label("c")));
    assert!(desk.directory.host(host, &label("a")), "again is not more");
    for attempt in 1..=3 {
        desk.connect(one, attempt, &label("a"));
    }
    assert_eq!(
        failed(next(&mut to_one)),
        Some(FailReason::Busy),
        "a visitor's share"
    );
    desk.connect(two, 4, &label("a"));
    assert_eq!(next(&mut to_two), None);
    desk.connect(two, 5, &label("b"));
    assert_eq!(
        failed(next(&mut to_two)),
        Some(FailReason::Busy),
        "a host's share"
    );
    desk.connect(two, 1, &label("a"));
    assert!(
        matches!(
            next(&mut to_two),
            Some(ServerMessage::Error { fatal: false, .. })
        ),
        "another's id"
    );
    desk.connect(host, 6, &label("a"));
    assert!(
        !desk.directory.attempts.contains_key(&id(6)),
        "nobody visits himself"
    );
}

#[test]
fn attempts_do_not_last_for_ever() {
    let mut desk = desk();
    let ((host, mut to_host), (visitor, mut to_visitor)) = (desk.join(), desk.join());
    desk.directory.host(host, &label("a"));
    desk.connect(visitor, 1, &label("a"));
    desk.connect(visitor, 2, &label("a"));
    desk.answer(host, 2);
    let limits = Limits::default();
    let start = desk.now;
    desk.directory.sweep(start + limits.answer_within);
    assert_eq!(desk.directory.attempts.len(), 2);
    desk.directory
        .sweep(start + limits.answer_within + Duration::from_secs(1));
    assert!(matches!(
        next(&mut to_visitor),
        Some(ServerMessage::Answer { .. })
    ));
    assert_eq!(failed(next(&mut to_visitor)), Some(FailReason::Gone));
    assert_eq!(
        std::iter::from_fn(|| next(&mut to_host)).last(),
        Some(ServerMessage::Gone { attempt: id(1) })
    );
    desk.directory
        .sweep(start + limits.attempt_lifetime + Duration::from_secs(1));
    assert!(desk.directory.attempts.is_empty());
    assert_eq!(
        next(&mut to_visitor),
        Some(ServerMessage::Gone { attempt: id(2) })
    );
}
