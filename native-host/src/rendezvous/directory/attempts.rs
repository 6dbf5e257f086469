//! The directory's part about attempts to connect: from a visitor's offer to its end.

use std::collections::HashMap;
use std::time::Instant;

use identity::{AttemptId, Label, PublicKey, Signature};
use signalling::{Candidate, FailReason, ServerMessage};
use tracing::debug;

use super::super::attempt::{Attempt, Side};
use super::{Directory, SocketId};

impl Directory {
    /// A visitor's offer goes to the label's host.
    pub fn connect(
        &mut self,
        id: SocketId,
        attempt: AttemptId,
        label: Label,
        sdp: String,
        now: Instant,
    ) {
        let Some(visitor) = self.peers.get(&id) else {
            return;
        };
        let fail = |reason, message: &str| {
            debug!(%attempt, %label, ?reason, "attempt failed");
            visitor.outbox.send(&ServerMessage::Failed {
                attempt,
                reason,
                message: message.to_owned(),
            });
        };
        if self.attempts.contains_key(&attempt) {
            let message =
                "This attempt's id is in use; take a fresh one for each attempt.".to_owned();
            visitor.outbox.send(&ServerMessage::Error {
                message,
                fatal: false,
            });
            return;
        }
        let Some(&host_id) = self.hosts.get(&label) else {
            return if self.is_known(&label) {
                fail(
                    FailReason::HostOffline,
                    "The browser that serves this site is not connected now.",
                )
            } else {
                fail(
                    FailReason::UnknownLabel,
                    "No browser has served a site with this address here.",
                )
            };
        };
        if host_id == id {
            return fail(
                FailReason::Refused,
                "A host cannot visit itself over one connection.",
            );
        }
        if visitor.attempts.len() >= self.limits.attempts_per_visitor {
            return fail(
                FailReason::Busy,
                "Too many connections are being made at once; try again in a while.",
            );
        }
        let Some(host) = self.peers.get(&host_id) else {
            return;
        };
        if host.attempts.len() >= self.limits.attempts_per_host {
            return fail(
                FailReason::Busy,
                "The site has more visitors than it can take at once; try again in a while.",
            );
        }
        host.outbox.send(&ServerMessage::Offer {
            attempt,
            label,
            sdp,
            network: Some(visitor.network),
        });
        self.attempts
            .insert(attempt, Attempt::new(id, host_id, now));
        self.offers += 1;
        for side in [id, host_id] {
            if let Some(peer) = self.peers.get_mut(&side) {
                peer.attempts.insert(attempt);
            }
        }
    }

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
        let Some(early) = under_way.answer() else {
            debug!(%attempt, "second answer dropped");
            return;
        };
        let Some(visitor) = self.peers.get(&under_way.visitor) else {
            return;
        };
        visitor.outbox.send(&ServerMessage::Answer {
            attempt,
            sdp,
            key,
            signature,
        });
        for candidate in early {
            visitor
                .outbox
                .send(&ServerMessage::Candidate { attempt, candidate });
        }
    }

    /// A candidate goes to the other side of its attempt.
    pub fn candidate(&mut self, id: SocketId, attempt: AttemptId, candidate: Candidate) {
        let most = self.limits.candidates_per_side;
        let Some((side, under_way)) = Self::under_way(&mut self.attempts, id, &attempt) else {
            return;
        };
        let other = under_way.other(side);
        if let Some(candidate) = under_way.candidate(side, candidate, most)
            && let Some(peer) = self.peers.get(&other)
        {
            peer.outbox
                .send(&ServerMessage::Candidate { attempt, candidate });
        }
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

    /// Ends attempts that took too long. Called every few seconds.
    pub fn sweep(&mut self, now: Instant) {
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
                peer.outbox.send(&ServerMessage::Gone { attempt: *attempt });
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

    fn remove(&mut self, attempt: &AttemptId) -> Option<Attempt> {
        let removed = self.attempts.remove(attempt)?;
        for side in [removed.visitor, removed.host] {
            if let Some(peer) = self.peers.get_mut(&side) {
                peer.attempts.remove(attempt);
            }
        }
        Some(removed)
    }
}
