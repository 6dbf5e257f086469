//! What clients hold open at once: connections, sockets, requests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::address::Address;
use super::shares::Shares;

/// Counts what is open by address.
#[derive(Debug)]
pub struct Addresses(Mutex<Shares>);

impl Addresses {
    /// Room for so many of each address, of loopback, and of all together.
    pub fn new(each: usize, loopback: usize, total: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Shares::new(each, loopback, total))))
    }

    /// A seat, if there is one; dropping it gives it back.
    pub fn enter(self: &Arc<Self>, client: Address) -> Option<Seat> {
        self.shares().take(client, 1).then(|| Seat {
            of: Arc::clone(self),
            client,
        })
    }

    fn shares(&self) -> MutexGuard<'_, Shares> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the things a client holds open.
#[derive(Debug)]
pub struct Seat {
    of: Arc<Addresses>,
    client: Address,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.of.shares().give_back(self.client, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_given_back_when_it_is_dropped() {
        let addresses = Addresses::new(1, 2, 100);
        let client = Address::of("192.0.2.1");
        let seat = addresses.enter(client).unwrap();
        assert!(addresses.enter(client).is_none());
        drop(seat);
        assert!(addresses.enter(client).is_some());
    }
}
