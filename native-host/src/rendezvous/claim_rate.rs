//! How many new names one address may claim: without an end to it, one machine with ever new keys could
//! take all names for ever.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Instant;

use super::address::Address;
use super::rate::TokenBucket;

/// Addresses remembered at once, some 50 bytes each. Beyond it new ones wait until old ones are
/// forgotten.
const MOST_ADDRESSES: usize = 100_000;

/// Seconds in an hour.
const HOUR: u32 = 3600;

/// Counts new claims by address. Tokens are seconds, so that whole numbers say "so many an hour".
#[derive(Debug)]
pub struct ClaimRate {
    an_hour: u32,
    buckets: HashMap<Address, TokenBucket>,
}

impl ClaimRate {
    /// So many an hour, and as many at once.
    pub fn new(an_hour: u32) -> Self {
        Self {
            an_hour,
            buckets: HashMap::new(),
        }
    }

    /// May this address claim one more name now? This machine always may.
    pub fn take(&mut self, address: IpAddr, now: Instant) -> bool {
        let address = Address::from(address);
        if address == Address::Loopback {
            return true;
        }
        if self.an_hour == 0 {
            return false;
        }
        if !self.buckets.contains_key(&address) && self.buckets.len() >= MOST_ADDRESSES {
            // Who could take all that a bucket holds is as good as new.
            self.buckets.retain(|_, bucket| !bucket.is_full(now));
            if self.buckets.len() >= MOST_ADDRESSES {
                return false;
            }
        }
        let fresh = || TokenBucket::new(HOUR, 1, now);
        self.buckets
            .entry(address)
            .or_insert_with(fresh)
            .take(HOUR.div_ceil(self.an_hour), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn an_address_claims_so_many_an_hour() {
        let start = Instant::now();
        let mut rate = ClaimRate::new(2);
        let (one, two) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        assert!(rate.take(one, start) && rate.take(one, start));
        assert!(!rate.take(one, start));
        assert!(rate.take(two, start));
        assert!(!rate.take(one, start + Duration::from_secs(1799)));
        assert!(rate.take(one, start + Duration::from_secs(1800)));
    }

    #[test]
    fn this_machine_claims_what_it_likes() {
        let mut rate = ClaimRate::new(0);
        assert!(rate.take("::1".parse().unwrap(), Instant::now()));
        assert!(!rate.take("192.0.2.1".parse().unwrap(), Instant::now()));
    }
}
