//! What two honest sides see of each other.

#![allow(clippy::unwrap_used)]

mod common;

use common::{World, body, get, ok};
use wire::{
    Config, Connection, Error, Event, INITIAL_HEAD, INITIAL_STREAMS, RequestHead, ResetCode,
    ResponseHead, Role,
};

fn world() -> World {
    World::new(Config::default(), Config::default())
}

fn events(conn: &mut Connection) -> Vec<Event> {
    std::iter::from_fn(|| conn.poll_event()).collect()
}

/// Everything that one side has to send, as one slice.
fn flush(conn: &mut Connection) -> Vec<u8> {
    std::iter::from_fn(|| conn.poll_transmit(65536))
        .flatten()
        .collect()
}

#[test]
fn a_small_exchange_takes_one_message_each_way_and_no_extra_round_trip() {
    let mut visitor = Connection::new(Role::Visitor, Config::default());
    let mut host = Connection::new(Role::Host, Config::default());
    let mut asked = RequestHead {
        method: "POST".into(),
        ..get("/form?x=1")
    };
    asked.headers.push("Cookie", "a=1");
    asked.headers.push("cookie", "b=2");
    let id = visitor.open(&asked, false).unwrap();
    assert_eq!(visitor.send_data(id, b"question"), Ok(8));
    visitor.finish(id).unwrap();
    host.receive(&visitor.poll_transmit(65536).unwrap())
        .unwrap();
    assert!(!visitor.wants_transmit());
    assert_eq!(
        events(&mut host),
        [
            Event::Ready { version: 1 },
            Event::Request {
                id,
                head: asked,
                end: false
            },
            Event::Data {
                id,
                bytes: b"question".to_vec(),
                end: true
            },
        ]
    );
    let answered = ResponseHead {
        status: 201,
        headers: [("set-cookie", "a"), ("set-cookie", "b")]
            .into_iter()
            .collect(),
    };
    host.respond(id, &answered, false).unwrap();
    assert_eq!(host.send_data(id, b"answer"), Ok(6));
    host.finish(id).unwrap();
    visitor
        .receive(&host.poll_transmit(65536).unwrap())
        .unwrap();
    assert!(!host.wants_transmit());
    assert_eq!(
        events(&mut visitor),
        [
            Event::Ready { version: 1 },
            Event::Response {
                id,
                head: answered,
                end: false
            },
            Event::Data {
                id,
                bytes: b"answer".to_vec(),
                end: true
            },
        ]
    );
    assert_eq!((visitor.streams(), host.streams()), (0, 0));
    assert!(visitor.is_ready() && host.is_ready());
}

#[test]
fn heads_without_bodies_end_with_their_heads() {
    let mut world = world();
    let id = world.visitor.conn.open(&get("/"), true).unwrap();
    world.settle(|host, id, _| {
        host.conn
            .respond(
                id,
                &ResponseHead {
                    status: 304,
                    ..ok()
                },
                true,
            )
            .unwrap()
    });
    assert_eq!(world.visitor.responses[&id].status, 304);
    assert!(world.visitor.ended.contains(&id) && world.host.ended.contains(&id));
    assert!(
        !world.visitor.got.contains_key(&id),
        "no empty body is reported"
    );
}

#[test]
fn a_response_may_end_before_the_request_and_the_stream_stays_until_both_have() {
    let mut world = world();
    let id = world.visitor.conn.open(&get("/"), false).unwrap();
    world.settle(|host, id, _| host.conn.respond(id, &ok(), true).unwrap());
    assert!(world.visitor.ended.contains(&id));
    assert_eq!(world.visitor.conn.send_data(id, b"still talking"), Ok(13));
    world.settle(|_, _, _| ());
    assert_eq!(world.host.got[&id], b"still talking");
    world.visitor.conn.finish(id).unwrap();
    world.settle(|_, _, _| ());
    assert_eq!(
        (world.visitor.conn.streams(), world.host.conn.streams()),
        (0, 0)
    );
}

#[test]
fn a_slow_reader_holds_back_its_own_stream_only() {
    let mut world = world();
    let size = 3 << 20;
    let slow = world.visitor.conn.open(&get("/slow"), true).unwrap();
    let quick = world.visitor.conn.open(&get("/quick"), true).unwrap();
    world.visitor.slow.insert(slow);
    world.settle(|host, id, head| {
        host.conn.respond(id, &ok(), false).unwrap();
        host.offering
            .insert(id, body(head.path.len() as u32, size).into());
    });
    assert_eq!(world.visitor.got[&quick], body(6, size));
    assert!(world.visitor.ended.contains(&quick));
    assert_eq!(
        world.visitor.got[&slow].len(),
        Config::default().stream_window as usize,
        "one window and no more"
    );
    // The host holds at most one send buffer, not the rest of the body.
    let held = size - Config::default().stream_window as usize - world.host.offering[&slow].len();
    assert!(held <= Config::default().send_buffer, "{held}");
    world.visitor.take_held();
    world.settle(|_, _, _| ());
    assert_eq!(world.visitor.got[&slow], body(5, size));
    assert!(world.visitor.ended.contains(&slow));
}

#[test]
fn a_small_answer_overtakes_downloads_and_downloads_go_on_beside_small_answers() {
    let mut visitor = Connection::new(Role::Visitor, Config::default());
    let mut host = Connection::new(Role::Host, Config::default());
    let bulk: Vec<_> = (0..3)
        .map(|_| visitor.open(&get("/big"), true).unwrap())
        .collect();
    host.receive(&flush(&mut visitor)).unwrap();
    for id in &bulk {
        host.respond(*id, &ok(), false).unwrap();
        assert_eq!(
            host.send_data(*id, &body(1, 1 << 20)),
            Ok(Config::default().send_buffer)
        );
    }
    let first = host.poll_transmit(65536).unwrap();
    visitor.receive(&first).unwrap();
    let served = |events: &[Event], id| -> usize {
        events
            .iter()
            .map(|e| {
                if let Event::Data { id: i, bytes, .. } = e {
                    if *i == id { bytes.len() } else { 0 }
                } else {
                    0
                }
            })
            .sum()
    };
    events(&mut visitor);
    let mut moved = [0; 3];
    for _ in 0..6 {
        // A burst of small requests arrives while the downloads go on …
        let small: Vec<_> = (0..20)
            .map(|_| visitor.open(&get("/small"), true).unwrap())
            .collect();
        host.receive(&flush(&mut visitor)).unwrap();
        for id in &small {
            host.respond(*id, &ok(), false).unwrap();
            host.send_data(*id, &[1; 1000]).unwrap();
            host.finish(*id).unwrap();
        }
        // … and is answered with the next message, which has room for a download too.
        let message = host.poll_transmit(65536).unwrap();
        assert!(message.len() > 65000);
        visitor.receive(&message).unwrap();
        let events = events(&mut visitor);
        for id in small {
            assert_eq!(served(&events, id), 1000);
        }
        for (moved, id) in moved.iter_mut().zip(&bulk) {
            *moved += served(&events, *id);
        }
    }
    assert!(
        moved.iter().all(|n| *n > 60_000),
        "each download had its turns: {moved:?}"
    );
}

#[test]
fn a_download_keeps_a_quarter_of_each_message_however_many_small_answers_wait() {
    let mut visitor = Connection::new(Role::Visitor, Config::default());
    let mut host = Connection::new(Role::Host, Config::default());
    let big = visitor.open(&get("/big"), true).unwrap();
    host.receive(&flush(&mut visitor)).unwrap();
    visitor
        .receive(&host.poll_transmit(65536).unwrap())
        .unwrap();
    host.respond(big, &ok(), false).unwrap();
    host.send_data(big, &body(1, 1 << 20)).unwrap();
    visitor
        .receive(&host.poll_transmit(65536).unwrap())
        .unwrap();
    // Far more small answers than one message holds.
    let small: Vec<_> = (0..100)
        .map(|_| visitor.open(&get("/small"), true).unwrap())
        .collect();
    host.receive(&flush(&mut visitor)).unwrap();
    for id in small {
        host.respond(id, &ok(), false).unwrap();
        host.send_data(id, &[1; 8000]).unwrap();
        host.finish(id).unwrap();
    }
    for _ in 0..5 {
        events(&mut visitor);
        visitor
            .receive(&host.poll_transmit(65536).unwrap())
            .unwrap();
        let (mut download, mut answers) = (0, 0);
        for event in events(&mut visitor) {
            if let Event::Data { id, bytes, .. } = event {
                *if id == big {
                    &mut download
                } else {
                    &mut answers
                } += bytes.len();
            }
        }
        assert!(
            download >= 16_000 && answers >= 40_000,
            "{download} {answers}"
        );
    }
}

#[test]
fn send_data_accepts_what_fits_and_writable_follows() {
    let config = Config {
        send_buffer: 1000,
        ..Config::default()
    };
    let mut visitor = Connection::new(Role::Visitor, config);
    let id = visitor.open(&get("/"), false).unwrap();
    assert_eq!(visitor.send_data(id, &[0; 600]), Ok(600));
    assert_eq!(
        visitor.send_data(id, &[0; 600]),
        Ok(424),
        "the least buffer is 1024"
    );
    assert_eq!(visitor.send_data(id, &[0; 600]), Ok(0));
    assert_eq!(visitor.poll_event(), None);
    flush(&mut visitor);
    assert_eq!(events(&mut visitor), [Event::Writable { id }]);
    assert_eq!(visitor.send_data(id, &[0; 600]), Ok(600));
    flush(&mut visitor);
    assert_eq!(visitor.poll_event(), None, "nobody waits");
}

#[test]
fn a_reset_ends_both_directions_and_what_is_under_way_does_no_harm() {
    let mut world = world();
    let id = world.visitor.conn.open(&get("/"), false).unwrap();
    world.visitor.offering.insert(id, body(1, 2 << 20).into());
    world.settle(|host, id, _| {
        host.slow.insert(id);
        host.conn.respond(id, &ok(), false).unwrap();
        host.offering.insert(id, body(2, 4 << 20).into());
    });
    // Both are in the middle of their bodies.
    world.host.conn.consumed(id, 1 << 20);
    world.host.reset(id, ResetCode::Other(77));
    world.host.reset(id, ResetCode::Internal);
    world.visitor.reset(id, ResetCode::Cancelled);
    world.settle(|_, _, _| ());
    assert!(
        world.visitor.resets.is_empty() && world.host.resets.is_empty(),
        "each knew already"
    );
    assert_eq!(
        (world.visitor.conn.streams(), world.host.conn.streams()),
        (0, 0)
    );
    assert_eq!(
        world.visitor.conn.send_data(id, b"x"),
        Err(Error::NoStream(id))
    );
    // The connection goes on.
    let next = world.visitor.conn.open(&get("/"), true).unwrap();
    world.settle(|host, id, _| host.conn.respond(id, &ok(), true).unwrap());
    assert!(world.visitor.ended.contains(&next));
}

#[test]
fn the_other_side_learns_of_a_reset_with_its_code() {
    let mut world = world();
    let id = world.visitor.conn.open(&get("/"), false).unwrap();
    world.settle(|_, _, _| ());
    world.host.reset(id, ResetCode::Timeout);
    world.settle(|_, _, _| ());
    assert_eq!(world.visitor.resets[&id], ResetCode::Timeout);
    assert!(!world.visitor.ended.contains(&id));
}

#[test]
fn a_request_reset_before_it_left_leaves_no_trace() {
    let mut visitor = Connection::new(Role::Visitor, Config::default());
    flush(&mut visitor);
    let id = visitor.open(&get("/"), false).unwrap();
    visitor.send_data(id, b"x").unwrap();
    visitor.reset(id, ResetCode::Cancelled);
    assert!(!visitor.wants_transmit());
    assert_eq!(visitor.streams(), 0);
}

#[test]
fn events_of_a_stream_that_the_application_reset_vanish() {
    let mut visitor = Connection::new(Role::Visitor, Config::default());
    let mut host = Connection::new(Role::Host, Config::default());
    let id = visitor.open(&get("/"), false).unwrap();
    visitor.send_data(id, b"x").unwrap();
    host.receive(&flush(&mut visitor)).unwrap();
    host.reset(id, ResetCode::Refused);
    assert_eq!(events(&mut host), [Event::Ready { version: 1 }]);
}

#[test]
fn pings_are_answered_with_their_tokens() {
    let mut world = world();
    world.visitor.conn.ping(7);
    world.visitor.conn.ping(u64::MAX);
    world.host.conn.ping(9);
    world.settle(|_, _, _| ());
    let ready = Event::Ready { version: 1 };
    assert_eq!(
        world.visitor.others,
        [
            ready.clone(),
            Event::Pong { token: 7 },
            Event::Pong { token: u64::MAX }
        ]
    );
    assert_eq!(world.host.others, [ready, Event::Pong { token: 9 }]);
}

#[test]
fn going_away_lets_open_streams_end_and_refuses_new_ones() {
    let mut world = world();
    let id = world.visitor.conn.open(&get("/"), true).unwrap();
    world.settle(|_, _, _| ());
    world.host.conn.go_away(&"hosting is öff ".repeat(100));
    world.host.conn.go_away("again");
    // A request that crosses the farewell.
    let late = world.visitor.conn.open(&get("/late"), true).unwrap();
    world.settle(|_, _, _| panic!("a request reached the application"));
    assert_eq!(world.visitor.resets[&late], ResetCode::Refused);
    let [_, Event::GoAway { reason }] = world.visitor.others.as_slice() else {
        panic!("{:?}", world.visitor.others)
    };
    assert!(reason.starts_with("hosting is öff ") && (250..=256).contains(&reason.len()));
    assert_eq!(
        world.visitor.conn.open(&get("/"), true),
        Err(Error::GoingAway)
    );
    world.host.conn.respond(id, &ok(), true).unwrap();
    world.settle(|_, _, _| ());
    assert!(world.visitor.ended.contains(&id));
}

#[test]
fn the_smaller_limits_hold_for_both() {
    let small = Config {
        stream_window: 100_000,
        max_streams: 40,
        ..Config::default()
    };
    for (visitor, host) in [
        (small.clone(), Config::default()),
        (Config::default(), small),
    ] {
        let mut world = World::new(visitor, host);
        world.settle(|_, _, _| ());
        let id = world.visitor.conn.open(&get("/"), true).unwrap();
        world.visitor.slow.insert(id);
        for _ in 1..40 {
            world.visitor.conn.open(&get("/x"), true).unwrap();
        }
        assert_eq!(
            world.visitor.conn.open(&get("/"), true),
            Err(Error::TooManyStreams { max: 40 })
        );
        world.settle(|host, id, head| {
            if head.path == "/" {
                host.conn.respond(id, &ok(), false).unwrap();
                host.offering.insert(id, body(1, 300_000).into());
            }
        });
        assert_eq!(world.visitor.got[&id].len(), 100_000);
        world.visitor.take_held();
        world.settle(|_, _, _| ());
        assert_eq!(world.visitor.got[&id].len(), 300_000);
    }
}

#[test]
fn until_the_hello_arrives_the_least_limits_hold() {
    let mut visitor = Connection::new(Role::Visitor, Config::default());
    let mut large = get("/");
    large.headers.push("x", "v".repeat(INITIAL_HEAD));
    assert!(matches!(
        visitor.open(&large, true),
        Err(Error::HeadTooLarge {
            max: INITIAL_HEAD,
            ..
        })
    ));
    let id = visitor.open(&get("/"), false).unwrap();
    for _ in 1..INITIAL_STREAMS {
        visitor.open(&get("/"), true).unwrap();
    }
    assert_eq!(
        visitor.open(&get("/"), true),
        Err(Error::TooManyStreams {
            max: INITIAL_STREAMS
        })
    );
    visitor.send_data(id, &body(1, 200_000)).unwrap();
    let sent = flush(&mut visitor);
    assert!((65_536..70_000).contains(&sent.len()), "{}", sent.len());
    // With the host's hello the rest follows.
    let mut host = Connection::new(Role::Host, Config::default());
    host.receive(&sent).unwrap();
    visitor.receive(&flush(&mut host)).unwrap();
    visitor.open(&large, true).unwrap();
    host.receive(&flush(&mut visitor)).unwrap();
    let got: usize = events(&mut host)
        .iter()
        .map(|e| {
            if let Event::Data { bytes, .. } = e {
                bytes.len()
            } else {
                0
            }
        })
        .sum();
    assert_eq!(got, 200_000);
}

#[test]
fn misuse_is_an_error_of_that_request() {
    let mut visitor = Connection::new(Role::Visitor, Config::default());
    let mut host = Connection::new(Role::Host, Config::default());
    let id = visitor.open(&get("/"), false).unwrap();
    host.receive(&flush(&mut visitor)).unwrap();
    let bad = RequestHead {
        method: "G T".into(),
        ..get("/")
    };
    let errors = [
        visitor.open(&bad, true).unwrap_err(),
        host.open(&get("/"), true).unwrap_err(),
        visitor.respond(id, &ok(), true).unwrap_err(),
        host.send_data(id, b"x").unwrap_err(),
        host.finish(id).unwrap_err(),
        host.respond(
            id,
            &ResponseHead {
                status: 600,
                ..ok()
            },
            true,
        )
        .unwrap_err(),
        {
            host.respond(id, &ok(), true).unwrap();
            host.respond(id, &ok(), true).unwrap_err()
        },
        host.send_data(id, b"x").unwrap_err(),
        {
            visitor.finish(id).unwrap();
            visitor.finish(id).unwrap_err()
        },
    ];
    for error in errors {
        assert_eq!(error.ends(), wire::Ends::Request, "{error}");
    }
    host.receive(&flush(&mut visitor)).unwrap();
    visitor.receive(&flush(&mut host)).unwrap();
    assert_eq!((visitor.streams(), host.streams()), (0, 0));
}
