//! Labels that had a host here lately and have none now: their visitors get the error "offline" and not "unknown".
//!
//! Two generations: labels are inserted into the young one; when it is full it becomes the old one, and the
//! former old one is dropped. So there is always room, and dropped labels have been offline for long.

use std::collections::HashSet;
use std::mem;

use identity::Label;

use super::address::Address;
use super::shares::Shares;

/// Labels that one address has in a generation: all sites of some browsers.
const MAX_PER_ADDRESS: usize = 1024;

/// The same for this machine.
const MAX_OF_LOOPBACK: usize = 8192;

/// A bounded set of labels.
#[derive(Debug)]
pub struct RecentLabels {
    capacity: usize,
    young: HashSet<Label>,
    old: HashSet<Label>,
    shares: Shares,
}

impl RecentLabels {
    /// An empty set for two generations of `capacity` labels.
    pub fn new(capacity: usize) -> Self {
        let capacity = capacity / 2;
        Self {
            capacity,
            young: HashSet::new(),
            old: HashSet::new(),
            shares: Shares::new(MAX_PER_ADDRESS, MAX_OF_LOOPBACK, capacity),
        }
    }

    /// The host of a label went offline. Beyond its address' share it is not stored.
    pub fn insert(&mut self, label: &Label, host: Address) {
        if self.young.contains(label) {
            return;
        }
        if self.young.len() >= self.capacity {
            self.old = mem::take(&mut self.young);
            self.shares = Shares::new(MAX_PER_ADDRESS, MAX_OF_LOOPBACK, self.capacity);
        }
        if self.shares.take(host, 1) {
            self.young.insert(label.clone());
        }
    }

    /// Is it in the set?
    pub fn contains(&self, label: &Label) -> bool {
        self.young.contains(label) || self.old.contains(label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::{PublicKey, SiteName};

    fn label(n: usize) -> Label {
        let name = SiteName::suggest(&format!("site-{n}"));
        Label::new(name, &PublicKey::from([0; 32]))
    }

    #[test]
    fn there_is_always_room_and_the_oldest_are_forgotten() {
        let mut known = RecentLabels::new(8);
        for n in 0..100 {
            known.insert(&label(n), Address::V4([192, 0, 2, 1]));
            assert!(known.contains(&label(n)));
        }
        assert!(known.contains(&label(96)) && !known.contains(&label(50)));
        assert!(known.young.len() + known.old.len() <= 8);
    }

    #[test]
    fn one_address_does_not_push_out_the_rest() {
        let mut known = RecentLabels::new(8 * MAX_PER_ADDRESS);
        known.insert(&label(0), Address::V4([192, 0, 2, 1]));
        for n in 1..9 * MAX_PER_ADDRESS {
            known.insert(&label(n), Address::V4([192, 0, 2, 2]));
        }
        assert!(known.contains(&label(0)));
        assert!(known.contains(&label(MAX_PER_ADDRESS)));
        assert!(!known.contains(&label(MAX_PER_ADDRESS + 1)));
    }
}
