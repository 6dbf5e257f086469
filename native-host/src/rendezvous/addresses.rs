//! How much one network address may hold open at once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::address::Address;

/// Counts what is open by address.
#[derive(Debug)]
pub struct Addresses {
    each: usize,
    loopback: usize,
    total: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    by_address: HashMap<Address, usize>,
    total: usize,
}

impl Addresses {
    /// Room for so many of each address, of loopback, and of all together.
    pub fn new(each: usize, loopback: usize, total: usize) -> Arc<Self> {
        Arc::new(Self {
            each,
            loopback,
            total,
            open: Mutex::default(),
        })
    }

    /// A seat, if there is one; dropping it gives it back.
    pub fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Seat> {
        let address = Address::from(address);
        let most = if address == Address::Loopback {
            self.loopback
        } else {
            self.each
        };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.total >= self.total
            || open
                .by_address
                .get(&address)
                .is_some_and(|count| *count >= most)
        {
            return None;
        }
        *open.by_address.entry(address).or_default() += 1;
        open.total += 1;
        Some(Seat {
            of: Arc::clone(self),
            address,
        })
    }
}

/// One of the things an address holds open.
#[derive(Debug)]
pub struct Seat {
    of: Arc<Addresses>,
    address: Address,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.of.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.total = open.total.saturating_sub(1);
        if let Some(count) = open.by_address.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn each_address_has_its_own_room() {
        let addresses = Addresses::new(1, 2, 100);
        let seat = addresses.enter(ip("192.0.2.1")).unwrap();
        assert!(addresses.enter(ip("192.0.2.1")).is_none());
        assert!(
            addresses.enter(ip("::ffff:192.0.2.1")).is_none(),
            "the same address inside IPv6"
        );
        assert!(addresses.enter(ip("192.0.2.2")).is_some());
        drop(seat);
        assert!(addresses.enter(ip("192.0.2.1")).is_some());
        assert!(
            addresses.open.lock().unwrap().by_address.is_empty(),
            "nothing is kept of who left"
        );
    }

    #[test]
    fn one_subscriber_of_ipv6_is_one_address() {
        let addresses = Addresses::new(1, 2, 100);
        let _seat = addresses.enter(ip("2001:db8::1")).unwrap();
        assert!(addresses.enter(ip("2001:db8::ffff:1")).is_none());
        assert!(addresses.enter(ip("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn loopback_is_one_address_with_room_of_its_own() {
        let addresses = Addresses::new(1, 2, 100);
        let _four = addresses.enter(ip("127.0.0.1")).unwrap();
        let _six = addresses.enter(ip("::1")).unwrap();
        assert!(addresses.enter(ip("127.0.0.2")).is_none());
    }

    #[test]
    fn all_together_have_an_end() {
        let addresses = Addresses::new(9, 9, 2);
        let _one = addresses.enter(ip("192.0.2.1")).unwrap();
        let _two = addresses.enter(ip("192.0.2.2")).unwrap();
        assert!(addresses.enter(ip("192.0.2.3")).is_none());
    }
}
