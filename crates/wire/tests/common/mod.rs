//! Two connections joined by pipes that the tests split, delay and cut, with a small application on each.
#![allow(dead_code, clippy::unwrap_used)] // Every test file uses its own part.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use wire::{
    Config, Connection, Error, Event, Headers, RequestHead, ResetCode, ResponseHead, Role, StreamId,
};

/// Bytes that differ by seed and by position, also across 64 KiB.
pub fn body(seed: u32, len: usize) -> Vec<u8> {
    let mut word = seed.wrapping_mul(0x9e37_79b9) | 1;
    let mut out = Vec::with_capacity(len + 4);
    while out.len() < len {
        word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        out.extend_from_slice(&word.to_be_bytes());
    }
    out.truncate(len);
    out
}

pub fn get(path: &str) -> RequestHead {
    RequestHead {
        method: "GET".into(),
        path: path.into(),
        headers: Headers::new(),
    }
}

pub fn ok() -> ResponseHead {
    ResponseHead {
        status: 200,
        headers: Headers::new(),
    }
}

/// What the application on one side sends and has got.
pub struct Peer {
    pub conn: Connection,
    /// Body bytes still to be offered, and whether the body is finished after them.
    pub offering: BTreeMap<StreamId, VecDeque<u8>>,
    pub got: BTreeMap<StreamId, Vec<u8>>,
    pub ended: BTreeSet<StreamId>,
    pub resets: BTreeMap<StreamId, ResetCode>,
    /// Streams that this application reset.
    pub given_up: BTreeSet<StreamId>,
    pub requests: BTreeMap<StreamId, RequestHead>,
    pub responses: BTreeMap<StreamId, ResponseHead>,
    /// Streams whose bytes are not taken.
    pub slow: BTreeSet<StreamId>,
    /// Bytes not taken.
    pub held: BTreeMap<StreamId, usize>,
    /// Everything else, in order.
    pub others: Vec<Event>,
    blocked: BTreeSet<StreamId>,
}

impl Peer {
    pub fn new(role: Role, config: Config) -> Self {
        Peer {
            conn: Connection::new(role, config),
            offering: BTreeMap::new(),
            got: BTreeMap::new(),
            ended: BTreeSet::new(),
            resets: BTreeMap::new(),
            given_up: BTreeSet::new(),
            requests: BTreeMap::new(),
            responses: BTreeMap::new(),
            slow: BTreeSet::new(),
            held: BTreeMap::new(),
            others: Vec::new(),
            blocked: BTreeSet::new(),
        }
    }

    /// Takes events, then offers bodies wherever there is room. Requests that arrived, and were not
    /// reset at once, are returned.
    pub fn work(&mut self) -> Vec<(StreamId, RequestHead)> {
        let mut new = Vec::new();
        while let Some(event) = self.conn.poll_event() {
            if let Some(id) = event.stream() {
                assert!(!self.resets.contains_key(&id), "{event:?} after a reset");
            }
            match event {
                Event::Request { id, head, end } => {
                    new.push((id, head.clone()));
                    assert!(
                        self.requests.insert(id, head).is_none(),
                        "two requests on {id}"
                    );
                    self.end(id, end);
                }
                Event::Response { id, head, end } => {
                    assert!(
                        self.responses.insert(id, head).is_none(),
                        "two responses on {id}"
                    );
                    self.end(id, end);
                }
                Event::Data { id, bytes, end } => {
                    assert!(!self.ended.contains(&id), "body after the end of {id}");
                    assert!(end || !bytes.is_empty());
                    assert!(self.requests.contains_key(&id) || self.responses.contains_key(&id));
                    self.got.entry(id).or_default().extend_from_slice(&bytes);
                    if self.slow.contains(&id) {
                        *self.held.entry(id).or_default() += bytes.len();
                    } else {
                        self.conn.consumed(id, bytes.len());
                    }
                    self.end(id, end);
                }
                Event::Reset { id, code } => {
                    self.resets.insert(id, code);
                    self.offering.remove(&id);
                }
                Event::Writable { id } => {
                    assert!(self.blocked.remove(&id), "writable without having waited");
                }
                other => self.others.push(other),
            }
        }
        self.offer();
        new.retain(|(id, _)| !self.resets.contains_key(id));
        new
    }

    fn end(&mut self, id: StreamId, end: bool) {
        if end {
            assert!(self.ended.insert(id), "two ends of {id}");
        }
    }

    pub fn offer(&mut self) {
        let ids: Vec<StreamId> = self.offering.keys().copied().collect();
        for id in ids {
            if self.blocked.contains(&id) {
                continue;
            }
            let rest = self.offering.get_mut(&id).unwrap();
            let n = match self.conn.send_data(id, rest.make_contiguous()) {
                Ok(n) => n,
                Err(error) => panic!("stream {id} lost without an event: {error}"),
            };
            rest.drain(..n);
            if rest.is_empty() {
                self.offering.remove(&id);
                self.conn.finish(id).unwrap();
            } else {
                self.blocked.insert(id);
            }
        }
    }

    /// Takes what a slow reader had left.
    pub fn take_held(&mut self) {
        self.slow.clear();
        for (id, n) in std::mem::take(&mut self.held) {
            self.conn.consumed(id, n);
        }
    }

    pub fn reset(&mut self, id: StreamId, code: ResetCode) {
        self.conn.reset(id, code);
        self.given_up.insert(id);
        self.offering.remove(&id);
        self.blocked.remove(&id);
    }
}

/// Two peers and the bytes under way.
pub struct World {
    pub visitor: Peer,
    pub host: Peer,
    pub to_host: VecDeque<u8>,
    pub to_visitor: VecDeque<u8>,
}

impl World {
    pub fn new(visitor: Config, host: Config) -> Self {
        World {
            visitor: Peer::new(Role::Visitor, visitor),
            host: Peer::new(Role::Host, host),
            to_host: VecDeque::new(),
            to_visitor: VecDeque::new(),
        }
    }

    /// One message of at most `max` bytes into the pipe, if there is one.
    pub fn transmit(&mut self, from: Role, max: usize) -> bool {
        let (peer, pipe) = match from {
            Role::Visitor => (&mut self.visitor, &mut self.to_host),
            Role::Host => (&mut self.host, &mut self.to_visitor),
        };
        let wanted = peer.conn.wants_transmit();
        let message = peer.conn.poll_transmit(max);
        assert_eq!(
            wanted,
            message.is_some(),
            "wants_transmit and poll_transmit disagree"
        );
        let Some(message) = message else { return false };
        assert!(
            !message.is_empty() && message.len() <= max,
            "{} of {max}",
            message.len()
        );
        pipe.extend(message);
        true
    }

    /// At most `max` bytes out of the pipe into the connection.
    pub fn deliver(&mut self, to: Role, max: usize) -> Result<bool, Error> {
        let (peer, pipe) = match to {
            Role::Visitor => (&mut self.visitor, &mut self.to_visitor),
            Role::Host => (&mut self.host, &mut self.to_host),
        };
        let n = max.min(pipe.len());
        let chunk: Vec<u8> = pipe.drain(..n).collect();
        peer.conn.receive(&chunk)?;
        Ok(n > 0)
    }

    /// Lets everything happen that can; `respond` says what each request gets.
    pub fn settle(&mut self, mut respond: impl FnMut(&mut Peer, StreamId, RequestHead)) {
        loop {
            self.visitor.work();
            for (id, head) in self.host.work() {
                respond(&mut self.host, id, head);
            }
            self.host.offer();
            let mut moved = self.transmit(Role::Visitor, 65536);
            moved |= self.transmit(Role::Host, 65536);
            moved |= self.deliver(Role::Host, 65536).unwrap();
            moved |= self.deliver(Role::Visitor, 65536).unwrap();
            if !moved {
                break;
            }
        }
    }
}

/// A frame as the crate's documentation describes it.
pub fn frame(kind: u8, flag: bool, id: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![kind | if flag { 0x10 } else { 0 }];
    out.extend_from_slice(&(payload.len() as u32).to_be_bytes()[1..]);
    out.extend_from_slice(&id.to_be_bytes());
    out.extend_from_slice(payload);
    out
}

/// A hello with these limits.
pub fn hello(window: u32, streams: u32, head: u32) -> Vec<u8> {
    let mut out = b"PeerWire\0\x01\0\x01\0\x10".to_vec();
    for limit in [window, streams, head, 1 << 20] {
        out.extend_from_slice(&limit.to_be_bytes());
    }
    out
}

/// The head of `GET /`.
pub const GET: &[u8] = b"\x03\0\x01GET/\0\0";
/// The head of a 200 without headers.
pub const OK: &[u8] = b"\0\xc8\0\0";
