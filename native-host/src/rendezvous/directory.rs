//! Who is connected, who hosts what, and which attempts are under way: the whole memory of a rendezvous.
//!
//! Everything is passed on between exactly the two sockets of an attempt, by its id; what is of no
//! attempt under way is dropped. It must not know sockets or clocks: it puts messages into outboxes, and
//! its caller brings the time. Keys have been proved before it hears of them.

use std::collections::{HashMap, HashSet};

use identity::{AttemptId, Label};
use signalling::{NetworkId, ServerMessage};
use tracing::info;

use super::Limits;
use super::attempt::Attempt;
use super::claims::Claims;
use super::outbox::Outbox;

/// Names one socket for as long as the process lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(u64);

#[derive(Debug)]
struct Peer {
    outbox: Outbox,
    /// What hosts see of its network.
    network: NetworkId,
    hosts: HashSet<Label>,
    watches: HashSet<Label>,
    attempts: HashSet<AttemptId>,
}

/// The memory of a rendezvous.
#[derive(Debug)]
pub struct Directory {
    limits: Limits,
    next: u64,
    peers: HashMap<SocketId, Peer>,
    hosts: HashMap<Label, SocketId>,
    /// Labels that had a host since the start; bounded by the greatest number of names.
    known: HashSet<Label>,
    watchers: HashMap<Label, HashSet<SocketId>>,
    attempts: HashMap<AttemptId, Attempt>,
    offers: u64,
    /// The bare names.
    pub claims: Claims,
}

impl Directory {
    /// A memory with nothing but claims.
    pub fn new(limits: Limits, claims: Claims) -> Self {
        Self {
            limits,
            next: 0,
            peers: HashMap::new(),
            hosts: HashMap::new(),
            known: HashSet::new(),
            watchers: HashMap::new(),
            attempts: HashMap::new(),
            offers: 0,
            claims,
        }
    }

    /// A socket has said hello.
    pub fn join(&mut self, outbox: Outbox, network: NetworkId) -> SocketId {
        self.next += 1;
        let id = SocketId(self.next);
        let peer = Peer {
            outbox,
            network,
            hosts: HashSet::new(),
            watches: HashSet::new(),
            attempts: HashSet::new(),
        };
        self.peers.insert(id, peer);
        id
    }

    /// A socket is gone: its labels are offline and the other sides of its attempts are told.
    pub fn leave(&mut self, id: SocketId) {
        let Some(peer) = self.peers.remove(&id) else {
            return;
        };
        for label in &peer.hosts {
            self.hosts.remove(label);
            info!(%label, "host offline");
        }
        for label in &peer.watches {
            self.forget_watch(label, id);
        }
        for attempt in &peer.attempts {
            self.close(attempt, Some(id));
        }
    }

    /// This socket hosts this label now, in place of any other. `false` if it hosts too many.
    pub fn host(&mut self, id: SocketId, label: &Label) -> bool {
        let Some(peer) = self.peers.get_mut(&id) else {
            return false;
        };
        if peer.hosts.len() >= self.limits.hosts_per_socket && !peer.hosts.contains(label) {
            return false;
        }
        peer.hosts.insert(label.clone());
        let before = self.hosts.insert(label.clone(), id);
        if self.known.len() < self.limits.names {
            self.known.insert(label.clone());
        }
        match before {
            Some(before) if before == id => {}
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
        if self
            .peers
            .get_mut(&id)
            .is_some_and(|peer| peer.hosts.remove(label))
        {
            self.hosts.remove(label);
            info!(%label, "host offline");
        }
    }

    /// Tells this socket when the label has a host: now, or once later. `false` if it watches too many.
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

    /// Labels with a host now.
    pub fn hosts(&self) -> usize {
        self.hosts.len()
    }

    /// Sockets that ever said hello, and offers that were passed on.
    pub fn totals(&self) -> (u64, u64) {
        (self.next, self.offers)
    }

    /// Had this label ever a host, as far as is remembered?
    fn is_known(&self, label: &Label) -> bool {
        self.known.contains(label) || self.claims.label(label.name()).as_ref() == Some(label)
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
#[cfg(test)]
mod tests;
