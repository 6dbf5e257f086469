//! What a hostile or broken peer can and cannot do. The bytes are made by hand, as the crate's
//! documentation describes them.

#![allow(clippy::unwrap_used)]

mod common;

use common::{GET, OK, frame, get, hello, ok};
use wire::{
    Config, Connection, Ends, Error, Event, HeadFault, INITIAL_WINDOW, ResetCode, Role, StreamId,
};

const OPEN: u8 = 1;
const HEAD: u8 = 2;
const DATA: u8 = 3;
const RESET: u8 = 4;
const WINDOW: u8 = 5;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

fn events(conn: &mut Connection) -> Vec<Event> {
    std::iter::from_fn(|| conn.poll_event()).collect()
}

/// A host whose visitor has said hello, and has nothing more to send.
fn host() -> Connection {
    let mut conn = Connection::new(Role::Host, Config::default());
    conn.receive(&hello(INITIAL_WINDOW, 100, 1 << 16)).unwrap();
    while conn.poll_transmit(65536).is_some() {}
    events(&mut conn);
    conn
}

/// A visitor that has asked on stream 1.
fn visitor() -> Connection {
    let mut conn = Connection::new(Role::Visitor, Config::default());
    conn.receive(&hello(INITIAL_WINDOW, 100, 1 << 16)).unwrap();
    conn.open(&get("/"), false).unwrap();
    while conn.poll_transmit(65536).is_some() {}
    events(&mut conn);
    conn
}

/// The peer sends these frames and is dropped for the last.
fn dropped(mut conn: Connection, frames: &[Vec<u8>]) -> Error {
    let (last, before) = frames.split_last().unwrap();
    for frame in before {
        conn.receive(frame).unwrap();
    }
    let error = conn.receive(last).unwrap_err();
    assert_eq!(error.ends(), Ends::Peer, "{error}");
    assert_eq!(conn.receive(b""), Err(Error::Over));
    assert!(!conn.wants_transmit() && conn.poll_transmit(100).is_none());
    error
}

#[test]
fn strangers_and_unknown_versions_are_named() {
    let fresh = || Connection::new(Role::Host, Config::default());
    assert_eq!(
        dropped(fresh(), &[b"GET / HTTP/1.1\r\n".to_vec()]),
        Error::Magic
    );
    let mut newer = hello(INITIAL_WINDOW, 100, 1 << 16);
    newer[9] = 2;
    newer[11] = 3;
    assert_eq!(
        dropped(fresh(), &[newer]),
        Error::Version {
            ours_min: 1,
            ours_max: 1,
            theirs_min: 2,
            theirs_max: 3
        }
    );
    let mut long = hello(INITIAL_WINDOW, 100, 1 << 16);
    long[12] = 0xff;
    assert!(matches!(dropped(fresh(), &[long]), Error::Protocol(_)));
}

#[test]
fn frames_that_no_honest_peer_sends_end_it() {
    let open = || frame(OPEN, false, 1, GET);
    let cases: Vec<(&str, Connection, Vec<Vec<u8>>)> = vec![
        ("unknown kind", host(), vec![frame(9, false, 1, b"")]),
        ("id again", host(), vec![open(), open()]),
        (
            "id not growing",
            host(),
            vec![frame(OPEN, true, 5, GET), frame(OPEN, true, 4, GET)],
        ),
        (
            "body on a stream never opened",
            host(),
            vec![frame(DATA, false, 1, b"x")],
        ),
        (
            "reset of a stream never opened",
            host(),
            vec![frame(RESET, false, 1, &[0, 1])],
        ),
        (
            "credit for a stream never opened",
            host(),
            vec![frame(WINDOW, false, 1, &[0, 0, 0, 1])],
        ),
        (
            "response to a host",
            host(),
            vec![open(), frame(HEAD, false, 1, OK)],
        ),
        (
            "request to a visitor",
            visitor(),
            vec![frame(OPEN, false, 2, GET)],
        ),
        (
            "response to nothing",
            visitor(),
            vec![frame(HEAD, false, 2, OK)],
        ),
        (
            "two responses",
            visitor(),
            vec![frame(HEAD, false, 1, OK), frame(HEAD, false, 1, OK)],
        ),
        (
            "body before its head",
            visitor(),
            vec![frame(DATA, false, 1, b"x")],
        ),
        (
            "credit of nothing",
            host(),
            vec![open(), frame(WINDOW, false, 1, &[0; 4])],
        ),
        (
            "credit never owed",
            host(),
            vec![open(), frame(WINDOW, false, 1, &[0, 0, 0, 1])],
        ),
        (
            "credit overflowing",
            host(),
            vec![open(), frame(WINDOW, false, 1, &[0xff; 4])],
        ),
        (
            "long farewell",
            host(),
            vec![frame(GOAWAY, false, 0, &[b'x'; 257])],
        ),
    ];
    for (name, conn, frames) in cases {
        let error = dropped(conn, &frames);
        assert!(matches!(error, Error::Protocol(_)), "{name}: {error}");
    }
}

#[test]
fn a_body_beyond_its_credit_ends_the_peer() {
    let mut frames = vec![
        frame(OPEN, false, 1, GET),
        frame(DATA, false, 1, &[0; 60_000]),
    ];
    frames.push(frame(
        DATA,
        false,
        1,
        &vec![0; INITIAL_WINDOW as usize - 60_000 + 1],
    ));
    assert_eq!(dropped(host(), &frames), Error::Credit(StreamId(1)));
    // Up to it, all is well, and taken bytes give room again.
    frames[2] = frame(DATA, false, 1, &vec![0; INITIAL_WINDOW as usize - 60_000]);
    let mut conn = host();
    frames.iter().for_each(|f| conn.receive(f).unwrap());
    conn.consumed(StreamId(1), 40_000);
    let grant = conn.poll_transmit(100).unwrap();
    assert_eq!(grant, frame(WINDOW, false, 1, &40_000u32.to_be_bytes()));
    conn.receive(&frame(DATA, false, 1, &[0; 40_000])).unwrap();
}

#[test]
fn more_consumed_than_received_grants_nothing_extra() {
    let mut conn = host();
    conn.receive(&frame(OPEN, false, 1, GET)).unwrap();
    conn.receive(&frame(DATA, false, 1, &[0; 40_000])).unwrap();
    conn.consumed(StreamId(1), usize::MAX);
    conn.consumed(StreamId(1), usize::MAX);
    assert_eq!(
        conn.poll_transmit(100).unwrap(),
        frame(WINDOW, false, 1, &40_000u32.to_be_bytes())
    );
    assert!(!conn.wants_transmit());
}

#[test]
fn bad_heads_end_the_peer() {
    let open = |head: &[u8]| dropped(host(), &[frame(OPEN, false, 1, head)]);
    assert_eq!(
        open(b"\x03\0\x01GETx\0\0"),
        Error::PeerHead(HeadFault::Path)
    );
    assert_eq!(
        open(b"\x03\0\x01G T/\0\0"),
        Error::PeerHead(HeadFault::Method)
    );
    assert_eq!(
        open(b"\x03\0\x01GET/\0\x01\x01\0\x01a\n"),
        Error::PeerHead(HeadFault::Value)
    );
    assert_eq!(
        open(b"\x03\0\x01GET/\0\x01\x01\0\x01 v"),
        Error::PeerHead(HeadFault::Name)
    );
    assert_eq!(
        open(b"\x03\0\x01GET/\xff\xff"),
        Error::PeerHead(HeadFault::Count)
    );
    assert_eq!(open(b""), Error::PeerHead(HeadFault::Encoding));
    let head = |head: &[u8]| dropped(visitor(), &[frame(HEAD, false, 1, head)]);
    assert_eq!(head(&[0, 99, 0, 0]), Error::PeerHead(HeadFault::Status));
}

#[test]
fn a_head_too_large_ends_its_stream_alone() {
    let large = vec![0; Config::default().max_head + 1];
    let mut conn = host();
    conn.receive(&frame(OPEN, false, 1, &large)).unwrap();
    conn.receive(&frame(DATA, true, 1, b"its body")).unwrap();
    assert_eq!((events(&mut conn), conn.streams()), (vec![], 0));
    assert_eq!(
        conn.poll_transmit(100).unwrap(),
        frame(RESET, false, 1, &[0, 3])
    );
    conn.receive(&frame(OPEN, true, 2, GET)).unwrap();
    assert_eq!(events(&mut conn).len(), 1);

    let mut conn = visitor();
    let (id, code) = (StreamId(1), ResetCode::TooLarge);
    conn.receive(&frame(HEAD, false, 1, &large)).unwrap();
    assert_eq!(events(&mut conn), [Event::Reset { id, code }]);
    assert_eq!(
        conn.poll_transmit(100).unwrap(),
        frame(RESET, false, 1, &[0, 3])
    );
    conn.receive(&frame(DATA, true, 1, b"its body")).unwrap();
    assert_eq!(events(&mut conn), []);
}

#[test]
fn frames_that_arrive_late_do_no_harm() {
    let id = StreamId(1);
    let mut conn = visitor();
    conn.reset(id, ResetCode::Cancelled);
    for late in [
        frame(HEAD, false, 1, OK),
        frame(DATA, true, 1, b"x"),
        frame(WINDOW, false, 1, &[0, 0, 0, 9]),
        frame(RESET, false, 1, &[0, 1]),
    ] {
        conn.receive(&late).unwrap();
    }
    assert_eq!(events(&mut conn), []);

    let mut conn = host();
    conn.receive(&frame(OPEN, false, 1, GET)).unwrap();
    conn.reset(id, ResetCode::Refused);
    for late in [
        frame(DATA, false, 1, b"x"),
        frame(RESET, false, 1, &[0, 1]),
        frame(RESET, false, 1, &[0, 1]),
    ] {
        conn.receive(&late).unwrap();
    }
    assert_eq!(events(&mut conn), []);
}

#[test]
fn a_body_after_its_end_ends_the_stream_alone() {
    let mut conn = host();
    conn.receive(&frame(OPEN, true, 1, GET)).unwrap();
    events(&mut conn);
    conn.receive(&frame(DATA, false, 1, b"more")).unwrap();
    assert_eq!(
        events(&mut conn),
        [Event::Reset {
            id: StreamId(1),
            code: ResetCode::Protocol
        }]
    );
    assert_eq!(
        conn.poll_transmit(100).unwrap(),
        frame(RESET, false, 1, &[0, 5])
    );
}

#[test]
fn streams_beyond_the_limit_are_refused() {
    let max = Config::default().max_streams as u32;
    let mut conn = host();
    for id in 1..=max + 1 {
        conn.receive(&frame(OPEN, true, id, GET)).unwrap();
    }
    assert_eq!(
        (events(&mut conn).len(), conn.streams()),
        (max as usize, max as usize)
    );
    assert_eq!(
        conn.poll_transmit(100).unwrap(),
        frame(RESET, false, max + 1, &[0, 2])
    );
    // An answered stream makes room, but only when the answer has left.
    conn.respond(StreamId(1), &ok(), true).unwrap();
    assert_eq!(conn.streams(), max as usize);
    conn.poll_transmit(100).unwrap();
    conn.receive(&frame(OPEN, true, max + 2, GET)).unwrap();
    assert_eq!(events(&mut conn).len(), 1);
}

/// The peer sends the same thing again and again and reads nothing: when is it dropped?
fn flood(mut conn: Connection, poll: bool, mut make: impl FnMut(u32) -> Vec<u8>) -> (u32, Error) {
    for n in 1..200_000 {
        if let Err(error) = conn.receive(&make(n)) {
            assert_eq!(error.ends(), Ends::Peer);
            return (n, error);
        }
        while poll && conn.poll_event().is_some() {}
    }
    panic!("never dropped");
}

#[test]
fn floods_end_the_peer() {
    let (n, error) = flood(host(), true, |n| {
        frame(PING, false, 0, &u64::from(n).to_be_bytes())
    });
    assert_eq!((n, error), (65, Error::Flood("pings")));

    let refused = |n| frame(OPEN, true, n, GET);
    let (n, error) = flood(host(), true, refused);
    assert_eq!(error, Error::Flood("frames to be answered"));
    assert!(n < 2000, "{n}");

    // Open and reset in one breath, many times.
    let rapid = |n| [frame(OPEN, true, n, GET), frame(RESET, false, n, &[0, 1])].concat();
    let (n, error) = flood(host(), false, rapid);
    assert_eq!((n, error), (513, Error::Flood("resets")));

    // An application that never polls is protected as well.
    let mut conn = host();
    conn.receive(&frame(OPEN, false, 1, GET)).unwrap();
    let (n, error) = flood(conn, false, |_| frame(DATA, false, 1, b"x"));
    assert!(
        matches!(error, Error::Credit(_) | Error::Flood("events")) && n <= INITIAL_WINDOW + 1,
        "{n} {error}"
    );
}

#[test]
fn an_honest_load_is_no_flood() {
    let mut conn = host();
    for n in 1..2000u32 {
        conn.receive(&frame(OPEN, true, n, GET)).unwrap();
        conn.receive(&frame(PING, false, 0, &[0; 8])).unwrap();
        conn.receive(&frame(RESET, false, n, &[0, 1])).unwrap();
        events(&mut conn);
        assert!(conn.poll_transmit(65536).is_some());
    }
}

#[test]
fn an_answer_to_no_ping_is_no_event() {
    let mut conn = host();
    conn.receive(&frame(PING, true, 0, &[7; 8])).unwrap();
    assert_eq!(events(&mut conn), []);
    conn.receive(&frame(GOAWAY, false, 0, b"\xff\xfe")).unwrap();
    conn.receive(&frame(GOAWAY, false, 0, b"again")).unwrap();
    assert_eq!(
        events(&mut conn),
        [Event::GoAway {
            reason: "\u{fffd}\u{fffd}".into()
        }]
    );
}
