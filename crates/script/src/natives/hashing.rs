//! How much of a site's time the hashing of passwords may take.
//!
//! A hash is slow on purpose, nothing can interrupt it, and anybody may ask for one: by trying a password, by making
//! an account. So hashing has a share of the time: a few at once, then each rests for a multiple of what it took.
//! Browsers that logged in to the account before have a share of their own, so that a crowd of strangers does not
//! keep them out.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::limits::{HASH_REST_OF_NETWORK, HASH_REST_OF_SITE, HASHES_OF_NETWORK, HASHES_OF_SITE};

/// What takes less was no hash: the attempt was refused before.
const LEAST: Duration = Duration::from_millis(5);
/// What seems to take more was a machine that slept meanwhile.
const MOST: Duration = Duration::from_secs(1);

/// Who wants a password to be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asking {
    /// Somebody of whom nothing is known.
    Stranger,
    /// A browser that logged in to the account before.
    Known,
}

/// Until when one has rested for its hashes.
#[derive(Debug, Clone, Copy, Default)]
struct Rest(Duration);

impl Rest {
    /// How long it has to wait until it owes less than the rest for `most` hashes.
    fn wait(self, now: Duration, most: Duration) -> Duration {
        self.0.saturating_sub(now).saturating_sub(most)
    }

    fn owe(&mut self, now: Duration, rest: Duration) {
        self.0 = self.0.max(now) + rest;
    }
}

/// The hashing of one site.
#[derive(Debug, Default)]
pub(crate) struct Hashing {
    sites: [Rest; 2],
    networks: BTreeMap<(Asking, String), Rest>,
    /// How long the last hash took: the next will take as long.
    took: Duration,
}

impl Hashing {
    /// How long there can be no hash for somebody; none if there can be one now.
    pub fn wait(&self, asking: Asking, network: &str, now: Duration) -> Option<Duration> {
        let own = self.networks.get(&(asking, network.to_owned()));
        let own = own.copied().unwrap_or_default();
        let site = self.sites[asking as usize];
        let wait = own
            .wait(now, self.took * HASHES_OF_NETWORK * HASH_REST_OF_NETWORK)
            .max(site.wait(now, self.took * HASHES_OF_SITE * HASH_REST_OF_SITE));
        (wait > Duration::ZERO).then_some(wait)
    }

    /// Notes what may have been a hash, by the time that it took.
    pub fn note(&mut self, asking: Asking, network: &str, now: Duration, took: Duration) {
        if took < LEAST {
            return;
        }
        self.took = took.min(MOST);
        let took = self.took;
        self.sites[asking as usize].owe(now, took * HASH_REST_OF_SITE);
        self.networks.retain(|_, rest| rest.0 > now);
        let own = self.networks.entry((asking, network.to_owned()));
        own.or_default().owe(now, took * HASH_REST_OF_NETWORK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOK: Duration = Duration::from_millis(90);

    /// Hashes that somebody gets within a time, asking without a pause.
    fn hashes(hashing: &mut Hashing, asking: Asking, networks: &[&str], time: Duration) -> u32 {
        let mut now = Duration::from_secs(100);
        let (end, mut count) = (now + time, 0);
        while now < end {
            now += Duration::from_millis(1);
            for network in networks {
                if hashing.wait(asking, network, now).is_none() {
                    now += TOOK;
                    hashing.note(asking, network, now, TOOK);
                    count += 1;
                }
            }
        }
        count
    }

    #[test]
    fn hashing_takes_a_share_of_the_time_and_one_network_less() {
        let minute = Duration::from_secs(60);
        let all = 60_000 / 90;
        let mut hashing = Hashing::default();
        let own = hashes(&mut hashing, Asking::Stranger, &["a"], minute);
        assert!(own < all / 8, "{own} of {all}");
        let many: Vec<String> = (0..50).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let mut hashing = Hashing::default();
        let some = hashes(&mut hashing, Asking::Stranger, &many, minute);
        assert!(some < all / 3 && some > own, "{some} of {all}");
    }

    #[test]
    fn strangers_leave_time_for_known_browsers() {
        let mut hashing = Hashing::default();
        let now = Duration::from_secs(100);
        for n in 0..1_000 {
            hashing.note(Asking::Stranger, &(n % 100).to_string(), now, TOOK);
        }
        assert!(hashing.wait(Asking::Stranger, "new", now).is_some());
        assert_eq!(hashing.wait(Asking::Known, "1", now), None);
    }

    #[test]
    fn attempts_that_are_refused_before_they_are_hashed_change_nothing() {
        let mut hashing = Hashing::default();
        let now = Duration::from_secs(100);
        for _ in 0..10 {
            hashing.note(Asking::Stranger, "a", now, TOOK);
        }
        hashing.note(Asking::Stranger, "b", now, Duration::from_micros(50));
        assert_eq!(hashing.wait(Asking::Stranger, "a", now), None);
    }

    #[test]
    fn networks_that_have_rested_are_forgotten() {
        let mut hashing = Hashing::default();
        for n in 0..1_000_u64 {
            hashing.note(
                Asking::Stranger,
                &n.to_string(),
                Duration::from_secs(n),
                TOOK,
            );
        }
        assert!(hashing.networks.len() < 10);
    }
}
