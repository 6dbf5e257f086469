//! The directory's part about attempts under way: from the host's answer to their end.

use std::collections::HashMap;
use std::time::Instant;

use identity::{AttemptId, PublicKey, Signature};
use signalling::{Candidate, FailReason, ServerMessage};
use tracing::debug;

use super::super::attempt::{self, Attempt, Side};
use super::offers::{Refusal, TOO_MANY};
use super::{Address, Directory, SocketId};

impl Directory {
    /// A host's answer goes to the visitor of its attempt, and behind it the candidates that came early.
    pub fn answer(
        &mut self,
        id: SocketId,
        attempt: AttemptId,
        sdp: String,
        key: PublicKey,
        signature: Signature,
    ) {
        let Some((Side::Host, under_way)) = Self::under_way(&mut self.attempts, id, &attempt)
        else {
            return;
        };
        let visitor = under_way.visitor;
        let Some(early) = under_way.answer() else {
            debug!(%attempt, "second answer dropped");
            return;
        };
        let Some(from) = self.peers.get(&id).map(|host| host.client) else {
            return;
        };
        let answer = ServerMessage::Answer {
            attempt,
            sdp,
            key,
            signature,
        };
        if !self.relay(visitor, &answer, from) {
            // The visitor reads too little: without the answer the attempt is worth nothing.
            let Refusal(reason, message) = TOO_MANY;
            self.close(&attempt, Some(visitor));
            self.fail(visitor, attempt, reason, message);
            return;
        }
        for candidate in early {
            self.relay(
                visitor,
                &ServerMessage::Candidate { attempt, candidate },
                from,
            );
        }
    }

    /// A candidate goes to the other side of its attempt. One for which there is no room is dropped: ICE does with
    /// fewer.
    pub fn candidate(
        &mut self,
        id: SocketId,
        attempt: AttemptId,
        candidate: Candidate,
        now: Instant,
    ) {
        let most = self.limits.candidates_per_side;
        let Some((side, under_way)) = Self::under_way(&mut self.attempts, id, &attempt) else {
            return;
        };
        let other = under_way.other(side);
        let Some(candidate) = under_way.candidate(side, candidate, most) else {
            return;
        };
        let Some(from) = self.peers.get(&id).map(|peer| peer.client) else {
            return;
        };
        let cost = u32::try_from(attempt::size(&candidate)).unwrap_or(u32::MAX);
        if side == Side::Visitor && !self.relayed.take(from, cost, now) {
            debug!(%attempt, "candidate beyond its network's rate dropped");
            return;
        }
        self.relay(
            other,
            &ServerMessage::Candidate { attempt, candidate },
            from,
        );
    }

    /// Puts what somebody causes into another's queue, if there is room.
    pub(super) fn relay(&self, to: SocketId, message: &ServerMessage, from: Address) -> bool {
        let relayed = self
            .peers
            .get(&to)
            .is_some_and(|peer| peer.outbox.relay(message, from));
        if !relayed {
            debug!(?from, "no room in the other's queue");
        }
        relayed
    }

    /// A host does not take an offer.
    pub fn reject(&mut self, id: SocketId, attempt: AttemptId, reason: FailReason) {
        let Some((Side::Host, under_way)) = Self::under_way(&mut self.attempts, id, &attempt)
        else {
            return;
        };
        let visitor = under_way.visitor;
        self.remove(&attempt);
        let message = match reason {
            FailReason::Busy => {
                "The site has more visitors than it can take now; try again in a while."
            }
            FailReason::UnknownLabel => "The browser that answered does not serve this site.",
            FailReason::HostOffline | FailReason::Gone => "The site has just been taken offline.",
            FailReason::Refused => "The site refused this connection.",
        };
        self.fail(visitor, attempt, reason, message);
    }

    /// One side ends an attempt; the other is told.
    pub fn end(&mut self, id: SocketId, attempt: AttemptId) {
        if Self::under_way(&mut self.attempts, id, &attempt).is_some() {
            self.close(&attempt, Some(id));
        }
    }

    /// Ends attempts that took too long.
    pub(super) fn end_late_attempts(&mut self, now: Instant) {
        let limits = &self.limits;
        let late =
            |attempt: &Attempt| attempt.is_late(now, limits.answer_within, limits.attempt_lifetime);
        let late: Vec<AttemptId> = self
            .attempts
            .iter()
            .filter(|(_, one)| late(one))
            .map(|(id, _)| *id)
            .collect();
        for attempt in late {
            debug!(%attempt, "attempt took too long");
            self.close(&attempt, None);
        }
    }

    /// The attempt with this id and the side that a socket is of it; `None`, and a word in the log, if it
    /// is not under way or not this socket's.
    fn under_way<'a>(
        attempts: &'a mut HashMap<AttemptId, Attempt>,
        id: SocketId,
        attempt: &AttemptId,
    ) -> Option<(Side, &'a mut Attempt)> {
        let found = attempts
            .get_mut(attempt)
            .and_then(|it| Some((it.side(id)?, it)));
        if found.is_none() {
            debug!(%attempt, "stale signal dropped");
        }
        found
    }

    /// Removes an attempt and tells its sides, except `but`, that it is over: `Failed` to a visitor who
    /// has no answer yet, else `Gone`.
    pub(super) fn close(&mut self, attempt: &AttemptId, but: Option<SocketId>) {
        let Some(over) = self.remove(attempt) else {
            return;
        };
        for side in [Side::Visitor, Side::Host] {
            let to = over.id(side);
            if Some(to) == but {
                continue;
            }
            if side == Side::Visitor && !over.is_answered() {
                self.fail(
                    to,
                    *attempt,
                    FailReason::Gone,
                    "The browser that serves this site did not answer.",
                );
            } else if let Some(peer) = self.peers.get(&to) {
                peer.outbox
                    .relay_end(&ServerMessage::Gone { attempt: *attempt });
            }
        }
    }

    fn fail(&self, visitor: SocketId, attempt: AttemptId, reason: FailReason, message: &str) {
        debug!(%attempt, ?reason, "attempt failed");
        if let Some(peer) = self.peers.get(&visitor) {
            peer.outbox.send(&ServerMessage::Failed {
                attempt,
                reason,
                message: message.to_owned(),
            });
        }
    }

    pub(super) fn remove(&mut self, attempt: &AttemptId) -> Option<Attempt> {
        let removed = self.attempts.remove(attempt)?;
        self.attempts_of.release(removed.from, 1);
        if let Some(host) = self.peers.get_mut(&removed.host) {
            host.visitors.release(removed.from, 1);
        }
        for side in [removed.visitor, removed.host] {
            if let Some(peer) = self.peers.get_mut(&side) {
                peer.attempts.remove(attempt);
            }
        }
        Some(removed)
    }
}
