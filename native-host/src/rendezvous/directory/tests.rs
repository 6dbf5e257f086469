use std::time::{Duration, Instant};

use identity::{PublicKey, Signature, SiteName};
use signalling::{Candidate, FailReason};

use super::*;
use crate::rendezvous::outbox::{Outgoing, outbox};

mod shares;

struct TestDirectory {
    directory: Directory,
    now: Instant,
}

fn test_directory() -> TestDirectory {
    let limits = Limits {
        hosts_per_socket: 2,
        watches_per_socket: 1,
        attempts_per_visitor: 2,
        attempts_per_host: 3,
        candidates_per_side: 3,
        ..Limits::default()
    };
    TestDirectory {
        directory: Directory::new(limits, Claims::default()),
        now: Instant::now(),
    }
}

impl TestDirectory {
    fn join(&mut self) -> (SocketId, Outgoing) {
        self.join_from(Address::V4([192, 0, 2, 1]))
    }

    fn join_from(&mut self, client: Address) -> (SocketId, Outgoing) {
        let (outbox, outgoing) = outbox(1 << 20);
        let network = NetworkId::from_bytes([0; 8]);
        (self.directory.join(outbox, client, network), outgoing)
    }

    fn candidate(&mut self, from: SocketId, attempt: u8, text: &str) {
        self.directory
            .candidate(from, id(attempt), candidate(text), self.now);
    }

    fn sweep(&mut self, after: Duration) {
        self.directory.sweep(self.now + after, TODAY);
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

const TODAY: Day = Day::of(20_000);

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
    let mut directory = test_directory();
    let ((host, mut to_host), (visitor, mut to_visitor), (other, mut to_other)) =
        (directory.join(), directory.join(), directory.join());
    assert!(directory.directory.host(host, &label("a")));
    directory.connect(visitor, 1, &label("a"));
    assert!(
        matches!(next(&mut to_host), Some(ServerMessage::Offer { attempt, .. }) if attempt == id(1))
    );

    directory.answer(other, 1);
    directory.answer(visitor, 1);
    directory.candidate(other, 1, "stranger's");
    directory.directory.end(other, id(1));
    directory.directory.reject(visitor, id(1), FailReason::Busy);
    assert_eq!(
        (next(&mut to_host), next(&mut to_visitor)),
        (None, None),
        "others have no say in it"
    );

    directory.answer(host, 1);
    assert!(matches!(
        next(&mut to_visitor),
        Some(ServerMessage::Answer { .. })
    ));
    directory.answer(host, 1);
    assert_eq!(next(&mut to_visitor), None, "only the first answer counts");
    directory.candidate(visitor, 1, "v");
    directory.candidate(host, 1, "h");
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

    directory.directory.end(visitor, id(1));
    assert_eq!(
        next(&mut to_host),
        Some(ServerMessage::Gone { attempt: id(1) })
    );
    directory.candidate(host, 1, "stale");
    assert_eq!((next(&mut to_visitor), next(&mut to_other)), (None, None));
}

#[test]
fn a_hosts_early_candidates_follow_its_answer_and_have_an_end() {
    let mut directory = test_directory();
    let ((host, mut to_host), (visitor, mut to_visitor)) = (directory.join(), directory.join());
    directory.directory.host(host, &label("a"));
    directory.connect(visitor, 1, &label("a"));
    for text in ["1", "2", "3", "4"] {
        directory.candidate(host, 1, text);
        directory.candidate(visitor, 1, text);
    }
    assert_eq!(next(&mut to_visitor), None);
    directory.answer(host, 1);
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
    let mut directory = test_directory();
    let ((host, _to_host), (visitor, mut to_visitor)) = (directory.join(), directory.join());
    directory.connect(visitor, 1, &label("a"));
    assert_eq!(
        failed(next(&mut to_visitor)),
        Some(FailReason::UnknownLabel)
    );
    directory.directory.host(host, &label("a"));
    directory.directory.unhost(visitor, &label("a"));
    assert_eq!(
        directory.directory.hosts(),
        1,
        "only the host can take it offline"
    );
    directory.directory.unhost(host, &label("a"));
    directory.connect(visitor, 2, &label("a"));
    assert_eq!(failed(next(&mut to_visitor)), Some(FailReason::HostOffline));
    directory
        .directory
        .claims
        .claim(&SiteName::parse("kept").unwrap(), &key(1), (1, 1), TODAY);
    directory.connect(visitor, 3, &label("kept"));
    assert_eq!(
        failed(next(&mut to_visitor)),
        Some(FailReason::HostOffline),
        "a claimed name is known"
    );
}

#[test]
fn both_sides_hear_when_the_other_leaves() {
    let mut directory = test_directory();
    let ((host, mut to_host), (visitor, mut to_visitor)) = (directory.join(), directory.join());
    directory.directory.host(host, &label("a"));
    directory.connect(visitor, 1, &label("a"));
    directory.connect(visitor, 2, &label("a"));
    directory.answer(host, 1);
    assert_eq!(std::iter::from_fn(|| next(&mut to_host)).count(), 2);
    assert!(matches!(
        next(&mut to_visitor),
        Some(ServerMessage::Answer { .. })
    ));
    directory.directory.leave(host);
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
    assert_eq!(directory.directory.hosts(), 0);

    let (host, mut to_host) = directory.join();
    directory.directory.host(host, &label("a"));
    directory.connect(visitor, 3, &label("a"));
    directory.directory.leave(visitor);
    assert!(matches!(
        next(&mut to_host),
        Some(ServerMessage::Offer { .. })
    ));
    assert_eq!(
        next(&mut to_host),
        Some(ServerMessage::Gone { attempt: id(3) })
    );
    assert!(directory.directory.attempts.is_empty());
}

#[test]
fn the_newest_host_of_a_label_takes_over() {
    let mut directory = test_directory();
    let ((old, mut to_old), (new, mut to_new), (visitor, mut to_visitor)) =
        (directory.join(), directory.join(), directory.join());
    directory.directory.host(old, &label("a"));
    directory.connect(visitor, 1, &label("a"));
    assert!(matches!(
        next(&mut to_old),
        Some(ServerMessage::Offer { .. })
    ));
    directory.directory.host(new, &label("a"));
    assert!(matches!(
        next(&mut to_old),
        Some(ServerMessage::HostRefused { .. })
    ));
    directory.answer(old, 1);
    assert!(
        matches!(next(&mut to_visitor), Some(ServerMessage::Answer { .. })),
        "what was begun goes on"
    );
    directory.connect(visitor, 2, &label("a"));
    assert!(matches!(
        next(&mut to_new),
        Some(ServerMessage::Offer { .. })
    ));
    directory.directory.unhost(old, &label("a"));
    directory.directory.leave(old);
    assert_eq!(
        directory.directory.hosts(),
        1,
        "the old one's end is not the new one's"
    );
}

#[test]
fn watchers_hear_once() {
    let mut directory = test_directory();
    let ((host, _to_host), (watcher, mut to_watcher)) = (directory.join(), directory.join());
    assert!(directory.directory.watch(watcher, label("a")));
    assert!(
        directory.directory.watch(watcher, label("a")),
        "the same again is no second one"
    );
    assert!(
        !directory.directory.watch(watcher, label("b")),
        "one too many"
    );
    assert_eq!(next(&mut to_watcher), None);
    directory.directory.host(host, &label("a"));
    assert_eq!(
        next(&mut to_watcher),
        Some(ServerMessage::HostOnline { label: label("a") })
    );
    directory.directory.unhost(host, &label("a"));
    directory.directory.host(host, &label("a"));
    assert_eq!(next(&mut to_watcher), None);
    assert!(directory.directory.watch(watcher, label("a")));
    assert_eq!(
        next(&mut to_watcher),
        Some(ServerMessage::HostOnline { label: label("a") })
    );
    directory.directory.watch(watcher, label("b"));
    directory.directory.leave(watcher);
    assert!(directory.directory.watchers.is_empty());
}

#[test]
fn nobody_takes_more_than_his_share() {
    let mut directory = test_directory();
    let ((host, _to_host), (one, mut to_one), (two, mut to_two)) =
        (directory.join(), directory.join(), directory.join());
    assert!(
        directory.directory.host(host, &label("a")) && directory.directory.host(host, &label("b"))
    );
    assert!(!directory.directory.host(host, &label("c")));
    assert!(
        directory.directory.host(host, &label("a")),
        "again is not more"
    );
    for attempt in 1..=3 {
        directory.connect(one, attempt, &label("a"));
    }
    assert_eq!(
        failed(next(&mut to_one)),
        Some(FailReason::Busy),
        "a visitor's share"
    );
    directory.connect(two, 4, &label("a"));
    assert_eq!(next(&mut to_two), None);
    directory.connect(two, 5, &label("b"));
    assert_eq!(
        failed(next(&mut to_two)),
        Some(FailReason::Busy),
        "a host's share"
    );
    directory.connect(two, 1, &label("a"));
    assert!(
        matches!(
            next(&mut to_two),
            Some(ServerMessage::Error { fatal: false, .. })
        ),
        "another's id"
    );
    directory.connect(host, 6, &label("a"));
    assert!(
        !directory.directory.attempts.contains_key(&id(6)),
        "nobody visits himself"
    );
}

#[test]
fn attempts_do_not_last_for_ever() {
    let mut directory = test_directory();
    let ((host, mut to_host), (visitor, mut to_visitor)) = (directory.join(), directory.join());
    directory.directory.host(host, &label("a"));
    directory.connect(visitor, 1, &label("a"));
    directory.connect(visitor, 2, &label("a"));
    directory.answer(host, 2);
    let limits = Limits::default();
    directory.sweep(limits.answer_within);
    assert_eq!(directory.directory.attempts.len(), 2);
    directory.sweep(limits.answer_within + Duration::from_secs(1));
    assert!(matches!(
        next(&mut to_visitor),
        Some(ServerMessage::Answer { .. })
    ));
    assert_eq!(failed(next(&mut to_visitor)), Some(FailReason::Gone));
    assert_eq!(
        std::iter::from_fn(|| next(&mut to_host)).last(),
        Some(ServerMessage::Gone { attempt: id(1) })
    );
    directory.sweep(limits.attempt_lifetime + Duration::from_secs(1));
    assert!(directory.directory.attempts.is_empty());
    assert_eq!(
        next(&mut to_visitor),
        Some(ServerMessage::Gone { attempt: id(2) })
    );
}
