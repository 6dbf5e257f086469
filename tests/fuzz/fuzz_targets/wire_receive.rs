//! Arbitrary bytes into a host and into a visitor with open streams. Nothing may panic, every error ends the
//! peer, and what the connection itself sends in answer must be acceptable to an honest peer.
//!
//! Input: one byte of choices (bit 0: a good hello first; bits 1–7: chunk size, 0 for one chunk), then the
//! bytes from the peer.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::{Config, Connection, Ends, Event, Headers, RequestHead, ResetCode, ResponseHead, Role};

const HELLO: &[u8] = b"PeerWire\0\x01\0\x01\0\x0c\0\x10\0\0\0\0\0\x80\0\x01\0\0";

fuzz_target!(|input: &[u8]| {
    let Some((choices, bytes)) = input.split_first() else {
        return;
    };
    for role in [Role::Host, Role::Visitor] {
        let mut conn = Connection::new(role, Config::default());
        if choices & 1 == 1 {
            conn.receive(HELLO).expect("a good hello is taken");
        }
        if role == Role::Visitor {
            let head = RequestHead {
                method: "GET".into(),
                path: "/".into(),
                headers: Headers::new(),
            };
            for end in [true, false, false] {
                let id = conn.open(&head, end).expect("three streams are allowed");
                if !end {
                    conn.send_data(id, &[7; 1000]).expect("the stream is open");
                }
            }
        }
        drive(&mut conn, bytes, usize::from(choices >> 1));
    }
});

/// Feeds the bytes in chunks, with an application that answers what it is asked.
fn drive(conn: &mut Connection, bytes: &[u8], chunk: usize) {
    for chunk in bytes.chunks(if chunk == 0 {
        bytes.len().max(1)
    } else {
        chunk
    }) {
        if let Err(error) = conn.receive(chunk) {
            assert_eq!(error.ends(), Ends::Peer);
            assert!(conn.receive(b"").is_err() && !conn.wants_transmit());
            while conn.poll_event().is_some() {}
            return;
        }
        while let Some(event) = conn.poll_event() {
            answer(conn, event);
        }
        let max = 1 + chunk.len();
        assert_eq!(conn.wants_transmit(), {
            let message = conn.poll_transmit(max);
            assert!(
                message
                    .as_ref()
                    .is_none_or(|m| (1..=max).contains(&m.len()))
            );
            message.is_some()
        });
    }
}

fn answer(conn: &mut Connection, event: Event) {
    match event {
        Event::Request { id, head, .. } => {
            assert!(head.path.starts_with('/'));
            match id.0 % 4 {
                0 => conn.reset(id, ResetCode::Cancelled),
                end => {
                    let head = ResponseHead {
                        status: 200,
                        headers: head.headers,
                    };
                    // A reset may have followed in the same chunk.
                    if conn.respond(id, &head, end == 1).is_ok() && end != 1 {
                        conn.send_data(id, &[7; 1000]).expect("the stream is open");
                    }
                }
            }
        }
        Event::Response { head, .. } => assert!((100..=599).contains(&head.status)),
        Event::Data { id, bytes, end } => {
            assert!(end || !bytes.is_empty());
            conn.consumed(id, bytes.len());
            if end && conn.finish(id).is_err() {
                conn.reset(id, ResetCode::Internal);
            }
        }
        Event::Ready { version } => assert_eq!(version, 1),
        Event::Reset { .. }
        | Event::Writable { .. }
        | Event::Pong { .. }
        | Event::GoAway { .. } => {}
    }
}
