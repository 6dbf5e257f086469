//! A rate limiter. The caller passes the time.

use std::time::Instant;

/// A token bucket: holds at most `max` tokens and gains `per_second`.
#[derive(Debug)]
pub struct TokenBucket {
    max: f64,
    per_second: f64,
    tokens: f64,
    since: Instant,
}

impl TokenBucket {
    /// A full bucket.
    pub fn new(max: u32, per_second: u32, now: Instant) -> Self {
        Self {
            max: max.into(),
            per_second: per_second.into(),
            tokens: max.into(),
            since: now,
        }
    }

    /// Does it hold all it can?
    pub fn is_full(&self, now: Instant) -> bool {
        let gained = now.saturating_duration_since(self.since).as_secs_f64() * self.per_second;
        self.tokens + gained >= self.max
    }

    /// Does it hold so many tokens?
    pub fn holds(&mut self, tokens: u32, now: Instant) -> bool {
        let gained = now.saturating_duration_since(self.since).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + gained).min(self.max);
        self.since = self.since.max(now);
        self.tokens >= f64::from(tokens)
    }

    /// Takes so many tokens; `false`, and takes none, if there are fewer.
    pub fn take(&mut self, tokens: u32, now: Instant) -> bool {
        let enough = self.holds(tokens, now);
        if enough {
            self.tokens -= f64::from(tokens);
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_burst_is_taken_and_then_the_rate() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(3, 2, start);
        assert!(bucket.is_full(start));
        assert!(bucket.take(3, start));
        assert!(!bucket.is_full(start + Duration::from_millis(1499)));
        assert!(bucket.is_full(start + Duration::from_millis(1500)));
        assert!(!bucket.take(1, start));
        assert!(!bucket.take(1, start + Duration::from_millis(400)));
        assert!(bucket.take(1, start + Duration::from_millis(500)));
        assert!(!bucket.take(1, start + Duration::from_millis(500)));
    }

    #[test]
    fn it_never_holds_more_than_its_most_and_survives_a_clock_that_goes_back() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(3, 2, start);
        let late = start + Duration::from_secs(60);
        assert!(!bucket.take(4, late));
        assert!(bucket.take(3, late));
        assert!(!bucket.take(1, start));
        assert!(!bucket.take(1, late));
    }
}
