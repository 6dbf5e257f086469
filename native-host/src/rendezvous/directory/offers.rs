//! The directory's part about offers: limits attempts to connect, and forwards offers to hosts.

use std::time::Instant;

use identity::{AttemptId, Label};
use signalling::{FailReason, NetworkId, ServerMessage};
use tracing::debug;

use super::super::attempt::Attempt;
use super::{Address, Directory, SocketId};

/// Bytes that an attempt counts at least towards its visitor's rate: a host makes a connection for each.
const ATTEMPT_BYTES: u32 = 4096;

/// Why an attempt is refused, for code and for a person.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusal(pub FailReason, pub &'static str);

const NO_HOST: Refusal = Refusal(
    FailReason::HostOffline,
    "The browser that serves this site is not connected now.",
);
const UNKNOWN_LABEL: Refusal = Refusal(
    FailReason::UnknownLabel,
    "No browser has served a site with this address here.",
);
const OWN_LABEL: Refusal = Refusal(
    FailReason::Refused,
    "A host cannot visit itself over one connection.",
);
pub(super) const TOO_MANY: Refusal = Refusal(
    FailReason::Busy,
    "Too many connections are being made from your network; try again in a while.",
);
const HOST_FULL: Refusal = Refusal(
    FailReason::Busy,
    "The site has more visitors than it can take at once; try again in a while.",
);

/// A reserved slot for one attempt at a host.
#[derive(Debug, Clone, Copy)]
struct AttemptSlot {
    visitor: SocketId,
    host: SocketId,
    from: Address,
    network: NetworkId,
}

impl Directory {
    /// Forwards a visitor's offer to the label's host.
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
        let forwarded = self
            .reserve(id, &label, now, cost)
            .and_then(|slot| self.forward(slot, attempt, &label, sdp, now));
        if let Err(Refusal(reason, message)) = forwarded {
            debug!(%attempt, %label, ?reason, ?from, "attempt failed");
            outbox.send(&ServerMessage::Failed {
                attempt,
                reason,
                message: message.to_owned(),
            });
        }
    }

    /// Finds the host of a label, and reserves a slot for an attempt of this visitor there.
    fn reserve(
        &mut self,
        id: SocketId,
        label: &Label,
        now: Instant,
        cost: u32,
    ) -> Result<AttemptSlot, Refusal> {
        let Some(&host_id) = self.hosts.get(label) else {
            return Err(if self.is_known(label) {
                NO_HOST
            } else {
                UNKNOWN_LABEL
            });
        };
        if host_id == id {
            return Err(OWN_LABEL);
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
            self.attempts_of.release(from, 1);
            return Err(HOST_FULL);
        }
        Ok(AttemptSlot {
            visitor: id,
            host: host_id,
            from,
            network,
        })
    }

    /// Forwards an offer to the host of a reserved slot.
    fn forward(
        &mut self,
        slot: AttemptSlot,
        attempt: AttemptId,
        label: &Label,
        sdp: String,
        now: Instant,
    ) -> Result<(), Refusal> {
        let AttemptSlot {
            visitor,
            host,
            from,
            network,
        } = slot;
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
            return Err(HOST_FULL);
        }
        self.offers += 1;
        Ok(())
    }
}
