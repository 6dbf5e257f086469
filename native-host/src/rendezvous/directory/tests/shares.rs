//! What one network can take of a host, and of the queue of anybody.

use super::*;

const HOST: Address = Address::V4([198, 51, 100, 1]);

fn address(n: u8) -> Address {
    Address::V4([192, 0, 2, n])
}

/// A directory with the default limits.
fn roomy() -> TestDirectory {
    TestDirectory {
        directory: Directory::new(Limits::default(), Claims::default()),
        now: Instant::now(),
    }
}

impl TestDirectory {
    fn offer(&mut self, visitor: SocketId, attempt: u32, bytes: usize) {
        self.directory.connect(
            visitor,
            number(attempt),
            label("a"),
            "x".repeat(bytes),
            self.now,
        );
    }
}

fn number(attempt: u32) -> AttemptId {
    AttemptId::from_bytes(u128::from(attempt).to_be_bytes())
}

fn busy(outgoing: &mut Outgoing) -> usize {
    std::iter::from_fn(|| next(outgoing))
        .filter(|message| failed(Some(message.clone())) == Some(FailReason::Busy))
        .count()
}

#[test]
fn one_network_has_a_part_of_a_hosts_attempts() {
    let mut directory = roomy();
    let limits = Limits::default();
    let (host, mut to_host) = directory.join_from(HOST);
    directory.directory.host(host, &label("a"));
    let mut attempt = 0;
    for n in 1..=2 {
        for _ in 0..4 {
            let (visitor, _outgoing) = directory.join_from(address(n));
            for _ in 0..limits.attempts_per_visitor {
                attempt += 1;
                directory.offer(visitor, attempt, 100);
                while to_host.try_next().is_some() {}
            }
        }
        let most = usize::from(n) * limits.attempts_per_host_and_address;
        assert_eq!(directory.directory.attempts.len(), most);
    }
    // The end of one is room for another.
    let ended: Vec<AttemptId> = directory.directory.attempts.keys().copied().collect();
    for attempt in ended {
        directory.directory.end(host, attempt);
    }
    assert!(directory.directory.attempts.is_empty());
    let (visitor, mut to_visitor) = directory.join_from(address(3));
    directory.offer(visitor, 9999, 100);
    assert_eq!(busy(&mut to_visitor), 0);
}

#[test]
fn connecting_and_ending_over_and_over_has_a_rate() {
    let mut directory = roomy();
    let (host, mut to_host) = directory.join_from(HOST);
    directory.directory.host(host, &label("a"));
    let mut passed = 0;
    // Over many sockets of one address, and with small offers.
    for n in 0..500 {
        let (visitor, _outgoing) = directory.join_from(address(1));
        directory.offer(visitor, n, 100);
        directory.directory.end(visitor, number(n));
        directory.directory.leave(visitor);
        while let Some(message) = next(&mut to_host) {
            passed += usize::from(matches!(message, ServerMessage::Offer { .. }));
        }
    }
    assert_eq!(passed, 128);
    directory.now += Duration::from_secs(1);
    let (visitor, mut to_visitor) = directory.join_from(address(1));
    for n in 1000..1010 {
        directory.offer(visitor, n, 100);
    }
    assert_eq!(busy(&mut to_visitor), 6, "four a second");
    let (other, mut to_other) = directory.join_from(address(2));
    directory.offer(other, 2000, 100);
    assert_eq!(busy(&mut to_other), 0);
}

#[test]
fn a_host_that_reads_nothing_keeps_its_socket_and_the_visitor_hears_that_it_is_busy() {
    let mut directory = roomy();
    let (host, to_host) = directory.join_from(HOST);
    directory.directory.host(host, &label("a"));
    let mut attempt = 0;
    for n in 1..=9 {
        let (visitor, mut to_visitor) = directory.join_from(address(n));
        for _ in 0..16 {
            attempt += 1;
            directory.offer(visitor, attempt, 32 * 1024);
            directory.directory.end(visitor, number(attempt));
        }
        let refused = busy(&mut to_visitor);
        assert!(
            if n <= 5 { refused < 16 } else { refused == 16 },
            "{n}: {refused}"
        );
    }
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let overflow = std::pin::pin!(to_host.overflow());
    assert!(overflow.poll(&mut context).is_pending());
    assert!(directory.directory.attempts.is_empty());
}

#[test]
fn an_answer_for_which_a_visitor_has_no_room_ends_its_attempt() {
    let mut directory = roomy();
    let (host, mut to_host) = directory.join_from(HOST);
    directory.directory.host(host, &label("a"));
    let (visitor, mut to_visitor) = directory.join_from(address(1));
    for n in 0..8 {
        directory.offer(visitor, n, 100);
        directory.directory.answer(
            host,
            number(n),
            "x".repeat(32 * 1024),
            key(1),
            Signature::from([0; 64]),
        );
    }
    let told: Vec<ServerMessage> = std::iter::from_fn(|| next(&mut to_visitor)).collect();
    let answers = told
        .iter()
        .filter(|it| matches!(it, ServerMessage::Answer { .. }));
    assert_eq!(answers.count(), 3, "an eighth of the queue");
    let ends = std::iter::from_fn(|| next(&mut to_host))
        .filter(|it| matches!(it, ServerMessage::Gone { .. }));
    assert_eq!(ends.count(), 5);
    assert_eq!(directory.directory.attempts.len(), 3);
}

#[test]
fn a_network_hosts_so_many_labels_and_gives_them_back() {
    let limits = Limits {
        hosts_per_address: 3,
        ..Limits::default()
    };
    let mut directory = TestDirectory {
        directory: Directory::new(limits, Claims::default()),
        now: Instant::now(),
    };
    let (one, _to_one) = directory.join_from(address(1));
    let (two, _to_two) = directory.join_from(address(1));
    let (other, _to_other) = directory.join_from(address(2));
    assert!(
        directory.directory.host(one, &label("a")) && directory.directory.host(one, &label("b"))
    );
    assert!(directory.directory.host(two, &label("c")));
    assert!(!directory.directory.host(two, &label("d")));
    assert!(directory.directory.host(other, &label("d")));
    assert!(
        directory.directory.host(two, &label("b")),
        "a browser that comes back is no second one"
    );
    directory.directory.unhost(one, &label("a"));
    assert!(directory.directory.host(two, &label("e")));
    // Replaced, a label is the other network's.
    assert!(directory.directory.host(other, &label("e")));
    assert!(directory.directory.host(two, &label("f")));
    directory.directory.leave(one);
    directory.directory.leave(two);
    assert!(directory.directory.host(other, &label("g")));
    assert_eq!(directory.directory.hosts(), 3);
}
