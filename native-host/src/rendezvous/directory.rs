//! Which peers are connected, which labels they host, and which attempts are under way: the whole state of a rendezvous.
//!
//! Messages of an attempt are relayed between exactly its two sockets; those of an unknown attempt are dropped. It must
//! not know sockets or clocks: it puts messages into outboxes, and its caller passes the time. The caller has proved
//! keys before.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use identity::{AttemptId, Label};
use signalling::{NetworkId, ServerMessage};
use tracing::info;

use super::Limits;
use super::address::Address;
use super::attempt::Attempt;
use super::claims::Claims;
use super::day::Day;
use super::outbox::Outbox;
use super::rates::Rates;
use super::recent_labels::RecentLabels;
use super::shares::Shares;
pub use super::socket_id::SocketId;

/// How many addresses' shares of a rate this machine has: every tab, test and proxied client of it is one address.
pub const LOOPBACK_SHARES: u32 = 64;

#[derive(Debug)]
struct Peer {
    outbox: Outbox,
    /// What its shares are counted by.
    client: Address,
    /// What hosts see of its network.
    network: NetworkId,
    /// Attempts under way at it as a host, by visitors' addresses.
    visitors: Shares,
    hosts: HashSet<Label>,
    watches: HashSet<Label>,
    attempts: HashSet<AttemptId>,
}

/// The state of a rendezvous.
#[derive(Debug)]
pub struct Directory {
    limits: Limits,
    next: u64,
    peers: HashMap<SocketId, Peer>,
    hosts: HashMap<Label, SocketId>,
    /// Labels with a host, by hosts' addresses.
    hosts_of: Shares,
    recent: RecentLabels,
    watchers: HashMap<Label, HashSet<SocketId>>,
    attempts: HashMap<AttemptId, Attempt>,
    /// Attempts under way, by visitors' addresses.
    attempts_of: Shares,
    /// Rates of the bytes that are relayed from visitors to hosts.
    relayed: Rates,
    offers: u64,
    /// The day on which the claims of those who host were kept up last.
    renewed: Option<Day>,
    /// The bare names.
    pub claims: Claims,
}

impl Directory {
    /// A state with nothing but claims.
    pub fn new(limits: Limits, claims: Claims) -> Self {
        Self {
            hosts_of: Shares::new(
                limits.hosts_per_address,
                limits.hosts_per_loopback,
                limits.hosts,
            ),
            recent: RecentLabels::new(limits.names),
            attempts_of: Shares::new(
                limits.attempts_per_address,
                limits.attempts_per_loopback,
                limits.attempts,
            ),
            relayed: Rates::new(limits.relayed, Some(LOOPBACK_SHARES)),
            limits,
            next: 0,
            peers: HashMap::new(),
            hosts: HashMap::new(),
            watchers: HashMap::new(),
            attempts: HashMap::new(),
            offers: 0,
            renewed: None,
            claims,
        }
    }

    /// A socket has said hello.
    pub fn join(&mut self, outbox: Outbox, client: Address, network: NetworkId) -> SocketId {
        self.next += 1;
        let id = SocketId(self.next);
        let peer = Peer {
            outbox,
            client,
            network,
            visitors: Shares::new(
                self.limits.attempts_per_host_and_address,
                self.limits.attempts_per_host_and_loopback,
                self.limits.attempts_per_host,
            ),
            hosts: HashSet::new(),
            watches: HashSet::new(),
            attempts: HashSet::new(),
        };
        self.peers.insert(id, peer);
        id
    }

    /// A socket is closed: its labels are offline, and the other sides of its attempts are notified.
    pub fn leave(&mut self, id: SocketId) {
        let Some(peer) = self.peers.remove(&id) else {
            return;
        };
        for label in &peer.hosts {
            self.hosts.remove(label);
            self.hosts_of.release(peer.client, 1);
            self.recent.insert(label, peer.client);
            info!(%label, "host offline");
        }
        for label in &peer.watches {
            self.forget_watch(label, id);
        }
        for attempt in &peer.attempts {
            self.close(attempt, Some(id));
        }
    }

    /// This socket hosts this label now, in place of any other. `false` if it, its network, or all host too many.
    pub fn host(&mut self, id: SocketId, label: &Label) -> bool {
        let Some(peer) = self.peers.get(&id) else {
            return false;
        };
        if peer.hosts.contains(label) {
            return true;
        }
        if peer.hosts.len() >= self.limits.hosts_per_socket {
            return false;
        }
        // A browser that comes back takes the place of its old socket, which nobody noticed to be dead.
        let client = peer.client;
        let before = self.hosts.get(label).and_then(|old| self.peers.get(old));
        let before = before.map(|old| old.client);
        if let Some(before) = before {
            self.hosts_of.release(before, 1);
        }
        if !self.hosts_of.take(client, 1) {
            if let Some(before) = before {
                self.hosts_of.take(before, 1);
            }
            return false;
        }
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.hosts.insert(label.clone());
        }
        match self.hosts.insert(label.clone(), id) {
            Some(before) => {
                info!(%label, "host replaced");
                if let Some(old) = self.peers.get_mut(&before) {
                    old.hosts.remove(label);
                    let reason = "The same site is hosted by a newer connection with the same key."
                        .to_owned();
                    old.outbox.send(&ServerMessage::HostRefused {
                        label: label.clone(),
                        reason,
                    });
                }
            }
            None => info!(%label, "host online"),
        }
        for watcher in self.watchers.remove(label).unwrap_or_default() {
            if let Some(peer) = self.peers.get_mut(&watcher) {
                peer.watches.remove(label);
                peer.outbox.send(&ServerMessage::HostOnline {
                    label: label.clone(),
                });
            }
        }
        true
    }

    /// This socket no longer hosts this label, if it did. Its attempts go on.
    pub fn unhost(&mut self, id: SocketId, label: &Label) {
        if let Some(peer) = self.peers.get_mut(&id)
            && peer.hosts.remove(label)
        {
            self.hosts.remove(label);
            self.hosts_of.release(peer.client, 1);
            self.recent.insert(label, peer.client);
            info!(%label, "host offline");
        }
    }

    /// Notifies this socket when the label has a host: now, or once later. `false` if it watches too many.
    pub fn watch(&mut self, id: SocketId, label: Label) -> bool {
        let online = self.hosts.contains_key(&label);
        let Some(peer) = self.peers.get_mut(&id) else {
            return true;
        };
        if online {
            peer.outbox.send(&ServerMessage::HostOnline { label });
            return true;
        }
        if peer.watches.len() >= self.limits.watches_per_socket && !peer.watches.contains(&label) {
            return false;
        }
        peer.watches.insert(label.clone());
        self.watchers.entry(label).or_default().insert(id);
        true
    }

    /// Ends attempts that took too long, and once a day keeps up the claims of the labels that have a host. Called
    /// every few seconds.
    pub fn sweep(&mut self, now: Instant, today: Day) {
        self.end_late_attempts(now);
        if self.renewed.replace(today) != Some(today) {
            for label in self.hosts.keys() {
                self.claims.renew_label(label, today);
            }
        }
    }

    /// Labels with a host now.
    pub fn hosts(&self) -> usize {
        self.hosts.len()
    }

    /// Sockets that ever said hello, and offers that were passed on.
    pub fn totals(&self) -> (u64, u64) {
        (self.next, self.offers)
    }

    /// Had this label a host lately, or has it a claim?
    fn is_known(&self, label: &Label) -> bool {
        self.recent.contains(label) || self.claims.label(label.name()).as_ref() == Some(label)
    }

    fn forget_watch(&mut self, label: &Label, id: SocketId) {
        if let Some(watchers) = self.watchers.get_mut(label) {
            watchers.remove(&id);
            if watchers.is_empty() {
                self.watchers.remove(label);
            }
        }
    }
}

mod attempts;
mod offers;
#[cfg(test)]
mod tests;
