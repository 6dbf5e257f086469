//! One attempt to connect: its two sides and how far it has come.

use std::time::{Duration, Instant};

use signalling::Candidate;

use super::address::Address;
use super::socket_id::SocketId;

/// Bytes of a host's candidates that wait for its answer: a machine with many addresses has some dozens of 150.
const MAX_EARLY_BYTES: usize = 8 * 1024;

/// A side of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Who made the offer.
    Visitor,
    /// Who answers it.
    Host,
}

/// An attempt under way.
#[derive(Debug)]
pub struct Attempt {
    /// The socket that made the offer.
    pub visitor: SocketId,
    /// The socket that the offer went to.
    pub host: SocketId,
    /// The visitor's address, which it is counted by.
    pub from: Address,
    since: Instant,
    answered: bool,
    /// The host's candidates that came before its answer.
    early: Vec<Candidate>,
    early_bytes: usize,
    candidates: [usize; 2],
}

impl Attempt {
    /// An offer has just been passed on.
    pub fn new(visitor: SocketId, host: SocketId, from: Address, now: Instant) -> Self {
        Self {
            visitor,
            host,
            from,
            since: now,
            answered: false,
            early: Vec::new(),
            early_bytes: 0,
            candidates: [0; 2],
        }
    }

    /// The side that a socket is; `None` if it is neither.
    pub fn side(&self, id: SocketId) -> Option<Side> {
        match id {
            _ if id == self.visitor => Some(Side::Visitor),
            _ if id == self.host => Some(Side::Host),
            _ => None,
        }
    }

    /// The socket of a side.
    pub const fn id(&self, side: Side) -> SocketId {
        match side {
            Side::Visitor => self.visitor,
            Side::Host => self.host,
        }
    }

    /// The socket across from a side.
    pub const fn other(&self, side: Side) -> SocketId {
        match side {
            Side::Visitor => self.host,
            Side::Host => self.visitor,
        }
    }

    /// The answer came: the candidates that came before it, or `None` if it is not the first.
    pub fn answer(&mut self) -> Option<Vec<Candidate>> {
        let first = !std::mem::replace(&mut self.answered, true);
        first.then(|| std::mem::take(&mut self.early))
    }

    /// Is there an answer yet?
    pub const fn is_answered(&self) -> bool {
        self.answered
    }

    /// A candidate of one side came: given back if it is to be passed on now. One of the host's is kept
    /// until its answer went; more than `most` of a side, or too many bytes that are kept, are dropped.
    pub fn candidate(
        &mut self,
        side: Side,
        candidate: Candidate,
        most: usize,
    ) -> Option<Candidate> {
        let [visitor, host] = &mut self.candidates;
        let count = if side == Side::Visitor { visitor } else { host };
        if *count >= most {
            return None;
        }
        *count += 1;
        if side == Side::Host && !self.answered {
            self.early_bytes += size(&candidate);
            if self.early_bytes <= MAX_EARLY_BYTES {
                self.early.push(candidate);
            }
            return None;
        }
        Some(candidate)
    }

    /// Has it waited too long for its answer, or lived too long?
    pub fn is_late(&self, now: Instant, answer_within: Duration, lifetime: Duration) -> bool {
        let most = if self.answered {
            lifetime
        } else {
            answer_within
        };
        now.saturating_duration_since(self.since) > most
    }
}

/// Bytes that a candidate takes, about.
pub fn size(candidate: &Candidate) -> usize {
    let more = [&candidate.sdp_mid, &candidate.username_fragment];
    let more = more.into_iter().flatten().map(String::len);
    size_of::<Candidate>() + candidate.candidate.len() + more.sum::<usize>()
}
