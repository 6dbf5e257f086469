//! The directory's part about offers: whether there is room for an attempt to connect, and its way to the host.

use std::time::Instant;

use identity::{AttemptId, Label};
use signalling::{FailReason, NetworkId, ServerMessage};
use tracing::debug;

use super::super::attempt::Attempt;
use super::{Address, Directory, SocketId};

/// What an attempt counts of the bytes that a visitor makes pass, at least: a host makes a connection for each.
const ATTEMPT_BYTES: u32 = 4096;

/// Why an attempt is not made, for code and for a person.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusal(pub FailReason, pub &'static str);

const NO_HOST: Refusal = Refusal(
    FailReason::HostOffline,
    "The browser that serves this site is not connected now.",
);
const NOT_KNOWN: Refusal = Refusal(
    FailReason::UnknownLabel,
    "No browser has served a site with this address here.",
);
const ITSELF: Refusal = Refusal(
    FailReason::Refused,
    "A host cannot visit itself over one connection.",
);
pub(super) const TOO_MANY: Refusal = Refusal(
    FailReason::Busy,
    "Too many connections are being made from your network; try again in a while.",
);
const NO_ROOM: Refusal = Refusal(
    FailReason::Busy,
    "The site has more visitors than it can take at once; try again in a while.",
);

/// Room for one attempt at a host.
#[derive(Debug, Clone, Copy)]
struct Seat {
    visitor: SocketId,
    host: SocketId,
    from: Address,
    network: NetworkId,
}

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
        let (from, outbox) = (visitor.client, visitor.outbox.clone());
        if self.attempts.contains_key(&attempt) {
            let message =
                "This attempt's id is in use; take a fresh one for each attempt.".to_owned();
            outbox.send(&ServerMessage::Error {
                message,
                fatal: false,
            });
            return;
        }
        let cost = ATTEMPT_BYTES.max(u32::try_from(sdp.len()).unwrap_or(u32::MAX));
        let passed_on = self
            .seat(id, &label, now, cost)
            .and_then(|seat| self.pass_on(seat, attempt, &label, sdp, now));
        if let Err(Refusal(reason, message)) = passed_on {
            debug!(%attempt, %label, ?reason, ?from, "attempt failed");
            outbox.send(&ServerMessage::Failed {
                attempt,
                reason,
                message: message.to_owned(),
            });
        }
    }

    /// Finds the host of a label, and takes room for an attempt of this visitor there.
    fn seat(
        &mut self,
        id: SocketId,
        label: &Label,
        now: Instant,
        cost: u32,
    ) -> Result<Seat, Refusal> {
        let Some(&host_id) = self.hosts.get(label) else {
            return Err(if self.is_known(label) {
                NO_HOST
            } else {
                NOT_KNOWN
            });
        };
        if host_id == id {
            return Err(ITSELF);
        }
        let Some(visitor) = self.peers.get(&id) else {
            return Err(TOO_MANY);
        };
        let (from, network) = (visitor.client, visitor.network);
        if visitor.attempts.len() >= self.limits.attempts_per_visitor
            || !self.relayed.take(from, cost, now)
        {
            return Err(TOO_MANY);
        }
        let Some(host) = self.peers.get_mut(&host_id) else {
            return Err(NO_HOST);
        };
        if !self.attempts_of.take(from, 1) {
            return Err(TOO_MANY);
        }
        if !host.visitors.take(from, 1) {
            self.attempts_of.give_back(from, 1);
            return Err(NO_ROOM);
        }
        Ok(Seat {
            visitor: id,
            host: host_id,
            from,
            network,
        })
    }

    /// Passes an offer on to a host at which there is room for it.
    fn pass_on(
        &mut self,
        seat: Seat,
        attempt: AttemptId,
        label: &Label,
        sdp: String,
        now: Instant,
    ) -> Result<(), Refusal> {
        let Seat {
            visitor,
            host,
            from,
            network,
        } = seat;
        let offer = ServerMessage::Offer {
            attempt,
            label: label.clone(),
            sdp,
            network: Some(network),
        };
        self.attempts
            .insert(attempt, Attempt::new(visitor, host, from, now));
        for side in [visitor, host] {
            if let Some(peer) = self.peers.get_mut(&side) {
                peer.attempts.insert(attempt);
            }
        }
        if !self.relay(host, &offer, from) {
            self.remove(&attempt);
            return Err(NO_ROOM);
        }
        self.offers += 1;
        Ok(())
    }
}
