//! Rate limits by network: a token bucket for each. The caller passes the time, and the cost in tokens, whose unit it
//! chooses.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::address::{Address, Network};
use super::rate::TokenBucket;
use super::settings::Rate;

/// Most networks with buckets of their own, some 60 bytes each. Others share one bucket until old ones are removed.
const MAX_NETWORKS: usize = 100_000;

/// How often full buckets are removed: it takes some milliseconds.
const FORGET_EVERY: Duration = Duration::from_secs(10);

/// The token buckets of all networks.
#[derive(Debug)]
pub struct Rates {
    rate: Rate,
    /// How many addresses' shares this machine has; none: it is not counted.
    loopback: Option<u32>,
    buckets: HashMap<Network, TokenBucket>,
    most: usize,
    forgot: Option<Instant>,
}

impl Rates {
    /// A rate of each address, and how many addresses' shares this machine has (`None`: it is not counted).
    pub fn new(rate: Rate, loopback: Option<u32>) -> Self {
        Self {
            rate,
            loopback,
            buckets: HashMap::new(),
            most: MAX_NETWORKS,
            forgot: None,
        }
    }

    /// May this client do now what costs so many tokens? If so they are taken, from each of its networks.
    pub fn take(&mut self, client: Address, cost: u32, now: Instant) -> bool {
        if client == Address::Loopback && self.loopback.is_none() {
            return true;
        }
        // Widest first: who may do no more in a wide network makes no buckets of narrow ones.
        for network in client.networks() {
            if !self.bucket(client, network, now).holds(cost, now) {
                return false;
            }
        }
        for network in client.networks() {
            self.bucket(client, network, now).take(cost, now);
        }
        true
    }

    fn bucket(&mut self, client: Address, network: Network, now: Instant) -> &mut TokenBucket {
        self.forget(now);
        let full = self.buckets.len() >= self.most && !self.buckets.contains_key(&network);
        let network = if full { Network::REST } else { network };
        let shares = match (client, self.loopback) {
            (Address::Loopback, Some(shares)) if !full => shares,
            _ => network.shares(),
        };
        let Rate {
            at_once,
            per_second,
        } = self.rate;
        self.buckets.entry(network).or_insert_with(|| {
            TokenBucket::new(
                at_once.saturating_mul(shares),
                per_second.saturating_mul(shares),
                now,
            )
        })
    }

    /// Removes the buckets that are full: they are like new ones.
    fn forget(&mut self, now: Instant) {
        let rested = self
            .forgot
            .is_none_or(|forgot| now.saturating_duration_since(forgot) >= FORGET_EVERY);
        if self.buckets.len() >= self.most && rested {
            self.buckets.retain(|_, bucket| !bucket.is_full(now));
            self.forgot = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: Rate = Rate {
        at_once: 2,
        per_second: 1,
    };

    #[test]
    fn an_address_does_so_much_at_once_and_so_much_a_second() {
        let start = Instant::now();
        let mut rates = Rates::new(TWO, None);
        let (one, two) = (Address::of("192.0.2.1"), Address::of("192.0.2.2"));
        assert!(rates.take(one, 2, start));
        assert!(!rates.take(one, 1, start));
        assert!(rates.take(two, 1, start));
        assert!(!rates.take(one, 1, start + Duration::from_millis(999)));
        assert!(rates.take(one, 1, start + Duration::from_secs(1)));
    }

    #[test]
    fn a_wide_network_of_ipv6_gets_little_more_than_an_address() {
        let now = Instant::now();
        let mut rates = Rates::new(TWO, None);
        let taken = |rates: &mut Rates, client: String| rates.take(Address::of(&client), 1, now);
        let of_48 = (0..5000)
            .filter(|n| taken(&mut rates, format!("2001:db8:0:{n:x}::1")))
            .count();
        assert_eq!(of_48, 8);
        assert!(
            rates.buckets.len() < 20,
            "who is refused is not remembered: {}",
            rates.buckets.len()
        );
        let of_32 = (1..5000)
            .filter(|n| taken(&mut rates, format!("2001:db8:{n:x}::1")))
            .count();
        assert_eq!(of_48 + of_32, 32);
        assert!(taken(&mut rates, "2001:db9::1".to_owned()));
    }

    #[test]
    fn this_machine_is_counted_as_so_many_addresses_or_not_at_all() {
        let now = Instant::now();
        let mut rates = Rates::new(TWO, None);
        assert!((0..99).all(|_| rates.take(Address::Loopback, 1, now)));
        let mut rates = Rates::new(TWO, Some(3));
        let taken = (0..99).filter(|_| rates.take(Address::Loopback, 1, now));
        assert_eq!(taken.count(), 6);
    }

    #[test]
    fn a_full_memory_keeps_no_newcomer_out_and_forgets_who_rested() {
        let start = Instant::now();
        let mut rates = Rates::new(TWO, None);
        rates.most = 3;
        let client = |n: usize| Address::of(&format!("192.0.2.{n}"));
        assert!((0..3).all(|n| rates.take(client(n), 1, start)));
        let newcomers = (3..99).filter(|n| rates.take(client(*n), 1, start));
        assert_eq!(newcomers.count(), 32, "together they have a bucket");
        assert!(rates.buckets.len() <= 4);
        let later = start + FORGET_EVERY + Duration::from_secs(60);
        assert!(rates.take(client(200), 2, later));
        assert_eq!(rates.buckets.len(), 1);
    }
}
