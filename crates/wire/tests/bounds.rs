//! What one peer can make the other hold.

#![allow(clippy::unwrap_used)]

mod common;

use common::{GET, World, body, frame, get, hello, ok};
use wire::{
    Config, Connection, Ends, Error, Event, INITIAL_CONNECTION_WINDOW, INITIAL_WINDOW, ResetCode,
    Role,
};

/// A host that holds the least that the protocol allows.
fn narrow() -> Config {
    Config {
        connection_window: INITIAL_CONNECTION_WINDOW,
        ..Config::default()
    }
}

/// A stream's first window of body, which takes two frames.
fn window(id: u32) -> Vec<u8> {
    let half = body(id, INITIAL_WINDOW as usize / 2);
    [frame(3, false, id, &half), frame(3, false, id, &half)].concat()
}

#[test]
fn a_peer_that_sends_more_than_the_connections_window_is_dropped() {
    let mut host = Connection::new(Role::Host, narrow());
    host.receive(&hello(INITIAL_WINDOW, 100, 1 << 16)).unwrap();
    let streams = INITIAL_CONNECTION_WINDOW / INITIAL_WINDOW;
    for id in 1..=streams + 1 {
        host.receive(&frame(1, false, id, GET)).unwrap();
        let sent = host.receive(&window(id));
        match id > streams {
            true => assert_eq!(sent.unwrap_err().ends(), Ends::Peer),
            false => sent.unwrap(),
        }
    }
}

#[test]
fn a_stream_that_is_over_gives_its_part_of_the_connections_window_back() {
    let mut host = Connection::new(Role::Host, narrow());
    host.receive(&hello(INITIAL_WINDOW, 100, 1 << 16)).unwrap();
    for id in 1..100 {
        host.receive(&frame(1, false, id, GET)).unwrap();
        host.receive(&window(id)).unwrap();
        match id % 2 {
            0 => host.reset(id_of(id), ResetCode::Refused),
            _ => host.receive(&frame(4, false, id, &[0, 1])).unwrap(),
        }
        while host.poll_event().is_some() {}
        while host.poll_transmit(65536).is_some() {}
    }
}

fn id_of(id: u32) -> wire::StreamId {
    wire::StreamId(id)
}

#[test]
fn uploads_that_nobody_takes_wait_and_go_on_when_they_are_taken() {
    let mut world = World::new(Config::default(), narrow());
    let size = 200_000;
    let mut ids = Vec::new();
    for n in 0..20 {
        let id = world.visitor.conn.open(&get("/"), false).unwrap();
        world.visitor.offering.insert(id, body(n, size).into());
        world.host.slow.insert(id);
        ids.push(id);
    }
    world.settle(|_, _, _| ());
    let held: usize = world.host.got.values().map(Vec::len).sum();
    assert_eq!(held, INITIAL_CONNECTION_WINDOW as usize);
    // One by one they are taken: each body arrives, though all others stay untaken where they can.
    for _ in 0..200 {
        world.host.take_held();
        world.settle(|_, _, _| ());
    }
    for (n, id) in ids.iter().enumerate() {
        assert_eq!(world.host.got[id], body(n as u32, size), "{n}");
        assert!(world.host.ended.contains(id));
    }
}

#[test]
fn what_idle_streams_owe_never_stops_the_others() {
    let mut world = World::new(Config::default(), narrow());
    world.settle(|_, _, _| ());
    // Each sends less than any batch that would be granted, and stays open.
    for n in 0..100 {
        let id = world.visitor.conn.open(&get("/"), false).unwrap();
        world.visitor.conn.send_data(id, &body(n, 1_000)).unwrap();
    }
    world.settle(|_, _, _| ());
    let big = world.visitor.conn.open(&get("/"), false).unwrap();
    world
        .visitor
        .offering
        .insert(big, body(7, 2_000_000).into());
    world.settle(|_, _, _| ());
    assert_eq!(world.host.got[&big], body(7, 2_000_000));
}

#[test]
fn a_request_whose_rest_nobody_wants_is_over_with_its_response() {
    let mut world = World::new(Config::default(), narrow());
    let mut ids = Vec::new();
    for n in 0..5 {
        let id = world.visitor.conn.open(&get("/"), false).unwrap();
        world.visitor.offering.insert(id, body(n, 1 << 20).into());
        ids.push(id);
    }
    world.settle(|host, id, _| {
        host.slow.insert(id);
        host.conn.respond(id, &ok(), false).unwrap();
        host.conn.send_data(id, b"not allowed").unwrap();
        host.conn.finish(id).unwrap();
        host.conn.discard(id);
    });
    for id in ids {
        assert_eq!(world.visitor.got[&id], b"not allowed");
        assert!(world.visitor.ended.contains(&id));
        assert_eq!(world.visitor.resets[&id], ResetCode::Cancelled);
    }
    assert_eq!(
        (world.visitor.conn.streams(), world.host.conn.streams()),
        (0, 0)
    );
}

#[test]
fn what_is_queued_is_counted_until_it_has_left_or_is_dropped() {
    let mut host = Connection::new(Role::Host, Config::default());
    host.receive(&hello(INITIAL_WINDOW, 100, 1 << 16)).unwrap();
    for id in 1..=2 {
        host.receive(&frame(1, true, id, GET)).unwrap();
        host.respond(id_of(id), &ok(), false).unwrap();
        assert_eq!(host.send_data(id_of(id), &body(id, 100_000)), Ok(100_000));
    }
    assert_eq!(host.queued(), 200_000);
    while host.poll_transmit(65536).is_some() {}
    let rest = 100_000 - INITIAL_WINDOW as usize;
    assert_eq!(host.queued(), 2 * rest, "beyond the peer's credit");
    host.reset(id_of(1), ResetCode::Internal);
    assert_eq!(host.queued(), rest);
    // A smaller buffer takes nothing more before that has gone.
    host.set_send_buffer(0);
    assert_eq!(host.send_data(id_of(2), b"more"), Ok(0));
    host.receive(&frame(5, false, 2, &INITIAL_WINDOW.to_be_bytes()))
        .unwrap();
    while host.poll_transmit(65536).is_some() {}
    let events: Vec<Event> = std::iter::from_fn(|| host.poll_event()).collect();
    assert!(events.contains(&Event::Writable { id: id_of(2) }));
    assert_eq!(host.queued(), 0);
}

#[test]
fn a_hello_with_too_small_a_connections_window_is_refused() {
    let mut bytes = hello(INITIAL_WINDOW, 100, 1 << 16);
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&(INITIAL_CONNECTION_WINDOW - 1).to_be_bytes());
    let mut host = Connection::new(Role::Host, Config::default());
    assert!(matches!(host.receive(&bytes), Err(Error::Protocol(_))));
}
