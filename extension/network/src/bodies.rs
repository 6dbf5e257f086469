//! Limits how many stored bodies are read at one time, for one visitor and for all.
//!
//! A body that is being read holds memory outside of this document's own count: the pipe that the browser fills, and
//! the piece that waits. It must not know what is read.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    future::poll_fn,
    task::{Poll, Waker},
};

/// Most bodies read at one time for all visitors: with half a MiB each, 64 MiB.
const MAX_OPEN: usize = 128;
/// Most for one visitor: twice what a browser asks of one HTTP/1.1 server, and more.
const MAX_PER_VISITOR: usize = 16;
/// Every visitor may have as many, whatever the others do: a page loads beside two videos that are paused.
const MIN_PER_VISITOR: usize = 4;

/// The bodies being read: a semaphore with a share for each visitor.
#[derive(Default)]
pub struct Bodies {
    open: Cell<usize>,
    visitors: RefCell<HashMap<String, Visitor>>,
}

#[derive(Default)]
struct Visitor {
    open: usize,
    waiting: Vec<Waker>,
}

/// The permission to read one body, until it is dropped.
pub struct BodyPermit<'a> {
    bodies: &'a Bodies,
    visitor: String,
}

impl Bodies {
    /// Wait until one more body may be read for this visitor.
    pub async fn acquire(&self, visitor: &str) -> BodyPermit<'_> {
        poll_fn(|context| {
            let mut visitors = self.visitors.borrow_mut();
            let own = visitors.entry(visitor.to_owned()).or_default();
            if own.open >= limit(self.open.get()) {
                own.waiting.push(context.waker().clone());
                return Poll::Pending;
            }
            own.open += 1;
            self.open.set(self.open.get() + 1);
            Poll::Ready(BodyPermit {
                bodies: self,
                visitor: visitor.to_owned(),
            })
        })
        .await
    }
}

impl Drop for BodyPermit<'_> {
    fn drop(&mut self) {
        let Bodies { open, visitors } = self.bodies;
        open.set(open.get().saturating_sub(1));
        let mut visitors = visitors.borrow_mut();
        let Some(own) = visitors.get_mut(&self.visitor) else {
            return;
        };
        own.open = own.open.saturating_sub(1);
        let waiting = std::mem::take(&mut own.waiting);
        if own.open == 0 {
            visitors.remove(&self.visitor);
        }
        drop(visitors);
        waiting.into_iter().for_each(Waker::wake);
    }
}

/// How many one visitor may read while `open` are being read for all visitors: an eighth of what is left.
fn limit(open: usize) -> usize {
    (MAX_OPEN.saturating_sub(open) / 8).clamp(MIN_PER_VISITOR, MAX_PER_VISITOR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    /// As many as this visitor gets at once.
    fn acquire_all<'a>(bodies: &'a Bodies, visitor: &str) -> Vec<BodyPermit<'a>> {
        std::iter::from_fn(|| bodies.acquire(visitor).now_or_never()).collect()
    }

    #[test]
    fn a_visitor_reads_few_at_a_time_and_goes_on_when_one_ends() {
        let bodies = Bodies::default();
        let mut own = acquire_all(&bodies, "a");
        assert!((8..=MAX_PER_VISITOR).contains(&own.len()), "{}", own.len());
        own.truncate(7);
        assert!(bodies.acquire("a").now_or_never().is_some());
    }

    #[test]
    fn many_greedy_visitors_leave_some_to_each_and_hold_little() {
        let bodies = Bodies::default();
        let greedy: Vec<_> = (0..200)
            .map(|n| acquire_all(&bodies, &n.to_string()))
            .collect();
        assert!(bodies.open.get() <= MAX_OPEN + 200 * MIN_PER_VISITOR);
        assert_eq!(acquire_all(&bodies, "late").len(), MIN_PER_VISITOR);
        drop(greedy);
        assert_eq!(bodies.open.get(), 0);
        assert!(bodies.visitors.borrow().is_empty());
    }
}
