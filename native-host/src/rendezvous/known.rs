//! Labels that had a host here lately and have none now: their visitors hear "offline" and not "unknown".
//!
//! Two generations: names go into the young one; when it is full it becomes the old one, and what was old is
//! forgotten. So there is always room, and what is forgotten is what was offline for long.

use std::collections::HashSet;
use std::mem;

use identity::Label;

use super::address::Address;
use super::shares::Shares;

/// Labels that one address has in a generation: all sites of some browsers.
const OF_ADDRESS: usize = 1024;

/// The same for this machine.
const OF_LOOPBACK: usize = 8192;

/// A memory of labels.
#[derive(Debug)]
pub struct Known {
    most: usize,
    young: HashSet<Label>,
    old: HashSet<Label>,
    shares: Shares,
}

impl Known {
    /// Room for so many.
    pub fn new(most: usize) -> Self {
        let most = most / 2;
        Self {
            most,
            young: HashSet::new(),
            old: HashSet::new(),
            shares: Shares::new(OF_ADDRESS, OF_LOOPBACK, most),
        }
    }

    /// The host of a label went offline. Beyond its address' share it is not remembered.
    pub fn insert(&mut self, label: &Label, host: Address) {
        if self.young.contains(label) {
            return;
        }
        if self.young.len() >= self.most {
            self.old = mem::take(&mut self.young);
            self.shares = Shares::new(OF_ADDRESS, OF_LOOPBACK, self.most);
        }
        if self.shares.take(host, 1) {
            self.young.insert(label.clone());
        }
    }

    /// Is it remembered?
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
        let mut known = Known::new(8);
        for n in 0..100 {
            known.insert(&label(n), Address::V4([192, 0, 2, 1]));
            assert!(known.contains(&label(n)));
        }
        assert!(known.contains(&label(96)) && !known.contains(&label(50)));
        assert!(known.young.len() + known.old.len() <= 8);
    }

    #[test]
    fn one_address_does_not_push_out_the_rest() {
        let mut known = Known::new(8 * OF_ADDRESS);
        known.insert(&label(0), Address::V4([192, 0, 2, 1]));
        for n in 1..9 * OF_ADDRESS {
            known.insert(&label(n), Address::V4([192, 0, 2, 2]));
        }
        assert!(known.contains(&label(0)));
        assert!(known.contains(&label(OF_ADDRESS)));
        assert!(!known.contains(&label(OF_ADDRESS + 1)));
    }
}
