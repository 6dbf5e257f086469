//! The date, to the day: all that a claim's age is counted in.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Seconds in a day.
pub const SECONDS: u32 = 86_400;

/// A day, counted from 1 January 1970 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(u32);

impl Day {
    /// Today, by the system's clock.
    pub fn today() -> Self {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self(u32::try_from(since.as_secs() / u64::from(SECONDS)).unwrap_or(u32::MAX))
    }

    /// Days from another to this one; none if that is later.
    pub const fn since(self, other: Self) -> u32 {
        self.0.saturating_sub(other.0)
    }
}

#[cfg(test)]
impl Day {
    /// The day of this number.
    pub const fn of(number: u32) -> Self {
        Self(number)
    }
}
