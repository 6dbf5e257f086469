//! Limits how many connections, sockets or requests clients have open at once. Must not know which of them it counts.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::address::Address;
use super::shares::Shares;

/// A semaphore with a share for each client.
#[derive(Debug)]
pub struct Permits(Mutex<Shares>);

impl Permits {
    /// As many permits for each address, for loopback, and for all together.
    pub fn new(each: usize, loopback: usize, total: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Shares::new(each, loopback, total))))
    }

    /// Acquires a permit, which is released when it is dropped; `None` if the client or all have as many as they may.
    pub fn acquire(self: &Arc<Self>, client: Address) -> Option<Permit> {
        self.shares().take(client, 1).then(|| Permit {
            of: Arc::clone(self),
            client,
        })
    }

    fn shares(&self) -> MutexGuard<'_, Shares> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Permission for one connection, socket or request.
#[derive(Debug)]
pub struct Permit {
    of: Arc<Permits>,
    client: Address,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.of.shares().release(self.client, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permit_is_released_when_it_is_dropped() {
        let permits = Permits::new(1, 2, 100);
        let client = Address::of("192.0.2.1");
        let permit = permits.acquire(client).unwrap();
        assert!(permits.acquire(client).is_none());
        drop(permit);
        assert!(permits.acquire(client).is_some());
    }
}
