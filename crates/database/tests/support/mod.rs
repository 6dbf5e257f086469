//! Databases for tests, and random bytes that are the same every time.
#![allow(dead_code, reason = "each test file uses its own part")]

use database::rusqlite::Connection;
use database::{Database, Limits};

/// A database in memory.
pub fn database() -> Database {
    limited(Limits::default())
}

/// A database in memory with limits.
pub fn limited(limits: Limits) -> Database {
    Database::open(Connection::open_in_memory().unwrap(), limits, || false).unwrap()
}

/// Bytes that differ at every call.
pub fn random() -> impl FnMut(&mut [u8]) {
    let mut state = 1_u64;
    move |bytes| {
        for byte in bytes {
            // Knuth's linear congruential generator (MMIX).
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56) as u8;
        }
    }
}
