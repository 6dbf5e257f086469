//! Limits how much of a bounded resource each client holds, so that none holds all of it. The caller passes the client
//! and the amount; this module must not know which resource it is.

use std::collections::HashMap;

use super::address::{Address, Network};

/// Amounts held by network.
#[derive(Debug)]
pub struct Shares {
    each: usize,
    loopback: usize,
    total: usize,
    held: HashMap<Network, usize>,
    sum: usize,
}

impl Shares {
    /// Room for so much of each address, of loopback, and of all together. A network of several addresses may have
    /// several shares (`address`), but half of all at most.
    pub fn new(each: usize, loopback: usize, total: usize) -> Self {
        Self {
            each,
            loopback,
            total,
            held: HashMap::new(),
            sum: 0,
        }
    }

    /// Takes so much for a client; `false`, and takes nothing, if that is more than its share or than there is.
    pub fn take(&mut self, client: Address, amount: usize) -> bool {
        let fits = |held: usize, most: usize| held.checked_add(amount).is_some_and(|it| it <= most);
        let has_room = |network: Network| {
            let held = self.held.get(&network).copied().unwrap_or_default();
            fits(held, self.limit(client, network))
        };
        if !fits(self.sum, self.total) || !client.networks().all(has_room) {
            return false;
        }
        for network in client.networks() {
            *self.held.entry(network).or_default() += amount;
        }
        self.sum += amount;
        true
    }

    /// Releases an amount that was taken.
    pub fn release(&mut self, client: Address, amount: usize) {
        for network in client.networks() {
            if let Some(held) = self.held.get_mut(&network) {
                *held = held.saturating_sub(amount);
                if *held == 0 {
                    self.held.remove(&network);
                }
            }
        }
        self.sum = self.sum.saturating_sub(amount);
    }

    fn limit(&self, client: Address, network: Network) -> usize {
        let half = self.each.max(self.total / 2);
        match client {
            Address::Loopback => self.loopback,
            // Most of its people have nothing to do with each other.
            _ if network.is_provider() => half,
            _ => self
                .each
                .saturating_mul(network.shares() as usize)
                .min(half),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(shares: &mut Shares, clients: impl Iterator<Item = String>) -> usize {
        clients
            .filter(|client| shares.take(Address::of(client), 1))
            .count()
    }

    #[test]
    fn each_address_has_its_own_share() {
        let mut shares = Shares::new(3, 5, 100);
        let one = Address::of("192.0.2.1");
        assert!(shares.take(one, 2));
        assert!(!shares.take(one, 2), "all of it or nothing");
        assert!(shares.take(one, 1));
        let same = Address::of("::ffff:192.0.2.1");
        assert!(!shares.take(same, 1), "the same address inside IPv6");
        assert!(shares.take(Address::of("192.0.2.2"), 3));
        shares.release(one, 2);
        assert!(shares.take(one, 2));
        shares.release(one, 3);
        shares.release(Address::of("192.0.2.2"), 3);
        assert!(shares.held.is_empty(), "nothing is kept of who left");
        assert_eq!(shares.sum, 0);
    }

    #[test]
    fn a_wider_network_of_ipv6_has_some_shares_and_not_all() {
        let mut shares = Shares::new(4, 4, 400);
        let of_64 = taken(&mut shares, (0..99).map(|n| format!("2001:db8::{n}")));
        assert_eq!(of_64, 4);
        let of_56 = taken(&mut shares, (0..99).map(|n| format!("2001:db8:0:{n}::1")));
        assert_eq!(of_64 + of_56, 8);
        let of_48 = taken(&mut shares, (1..99).map(|n| format!("2001:db8:0:{n}00::1")));
        assert_eq!(of_64 + of_56 + of_48, 16);
        let of_32 = taken(&mut shares, (1..999).map(|n| format!("2001:db8:{n}::1")));
        assert_eq!(of_64 + of_56 + of_48 + of_32, 200, "half of all");
        assert!(shares.take(Address::of("2001:db9::1"), 1));
        assert!(shares.take(Address::of("192.0.2.1"), 1));
    }

    #[test]
    fn loopback_is_one_address_with_a_share_of_its_own() {
        let mut shares = Shares::new(1, 2, 100);
        assert!(shares.take(Address::of("127.0.0.1"), 1));
        assert!(shares.take(Address::of("::1"), 1));
        assert!(!shares.take(Address::of("127.0.0.2"), 1));
    }

    #[test]
    fn clients_whose_address_is_not_known_are_one() {
        let mut shares = Shares::new(1, 2, 100);
        assert!(shares.take(Address::Unknown, 1));
        assert!(!shares.take(Address::Unknown, 1));
    }

    #[test]
    fn all_together_have_an_end() {
        let mut shares = Shares::new(9, 9, 2);
        assert!(shares.take(Address::of("192.0.2.1"), 1));
        assert!(shares.take(Address::of("192.0.2.2"), 1));
        assert!(!shares.take(Address::of("192.0.2.3"), 1));
        assert!(!shares.take(Address::of("192.0.2.3"), usize::MAX));
    }
}
