//! How long a runtime may run: time on the processor, counted while its code has the thread.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use crate::platform::Platform;

/// Counts the time of one runtime. The interpreter asks [`Budget::is_over`] every few thousand steps.
pub(crate) struct Budget {
    platform: Rc<dyn Platform>,
    limit: Duration,
    used: Cell<Duration>,
    since: Cell<Option<Duration>>,
    over: Cell<bool>,
}

impl Budget {
    pub fn new(platform: Rc<dyn Platform>, limit: Duration) -> Self {
        Self {
            platform,
            limit,
            used: Cell::default(),
            since: Cell::default(),
            over: Cell::default(),
        }
    }

    /// The code has the thread from here on.
    pub fn begin(&self) {
        self.since.set(Some(self.platform.now()));
    }

    /// The code gave the thread back.
    pub fn end(&self) {
        self.used.set(self.spent());
        self.since.set(None);
    }

    /// What was used so far counts no more.
    pub fn renew(&self) {
        self.used.set(Duration::ZERO);
    }

    /// What was used since the last renewal.
    pub fn used(&self) -> Duration {
        self.used.get()
    }

    /// Is the time used up? Once it is, it stays so.
    pub fn is_over(&self) -> bool {
        if !self.over.get() && self.spent() > self.limit {
            self.over.set(true);
        }
        self.over.get()
    }

    fn spent(&self) -> Duration {
        let running = self.since.get().map_or(Duration::ZERO, |since| {
            self.platform.now().saturating_sub(since)
        });
        self.used.get() + running
    }
}
