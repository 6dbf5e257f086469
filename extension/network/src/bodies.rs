//! How many stored bodies are read at one time, for one visitor and for all.
//!
//! A body that is being read holds memory outside of this document's own count: the pipe that the browser fills, and
//! the piece that waits. It must not know what is read.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    future::poll_fn,
    task::{Poll, Waker},
};

/// Bodies read at one time for all visitors: with half a MiB each, 64 MiB.
const ALL: usize = 128;
/// For one visitor: twice what a browser asks of one HTTP/1.1 server, and more.
const MOST: usize = 16;
/// For each visitor whatever the others do: a page goes on beside two videos that are paused.
const LEAST: usize = 4;

/// The bodies being read.
#[derive(Default)]
pub struct Bodies {
    all: Cell<usize>,
    visitors: RefCell<HashMap<String, Visitor>>,
}

#[derive(Default)]
struct Visitor {
    open: usize,
    waiting: Vec<Waker>,
}

/// Leave to read one body, until it is dropped.
pub struct Body<'a> {
    bodies: &'a Bodies,
    visitor: String,
}

impl Bodies {
    /// Wait until one more body may be read for this visitor.
    pub async fn read(&self, visitor: &str) -> Body<'_> {
        poll_fn(|context| {
            let mut visitors = self.visitors.borrow_mut();
            let own = visitors.entry(visitor.to_owned()).or_default();
            if own.open >= limit(self.all.get()) {
                own.waiting.push(context.waker().clone());
                return Poll::Pending;
            }
            own.open += 1;
            self.all.set(self.all.get() + 1);
            Poll::Ready(Body {
                bodies: self,
                visitor: visitor.to_owned(),
            })
        })
        .await
    }
}

impl Drop for Body<'_> {
    fn drop(&mut self) {
        let Bodies { all, visitors } = self.bodies;
        all.set(all.get().saturating_sub(1));
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

/// What one visitor may have while all have so many: an eighth of what is left.
fn limit(all: usize) -> usize {
    (ALL.saturating_sub(all) / 8).clamp(LEAST, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    /// As many as this visitor gets at once.
    fn take<'a>(bodies: &'a Bodies, visitor: &str) -> Vec<Body<'a>> {
        std::iter::from_fn(|| bodies.read(visitor).now_or_never()).collect()
    }

    #[test]
    fn a_visitor_reads_few_at_a_time_and_goes_on_when_one_ends() {
        let bodies = Bodies::default();
        let mut own = take(&bodies, "a");
        assert!((8..=MOST).contains(&own.len()), "{}", own.len());
        own.truncate(7);
        assert!(bodies.read("a").now_or_never().is_some());
    }

    #[test]
    fn many_greedy_visitors_leave_some_to_each_and_hold_little() {
        let bodies = Bodies::default();
        let greedy: Vec<_> = (0..200).map(|n| take(&bodies, &n.to_string())).collect();
        assert!(bodies.all.get() <= ALL + 200 * LEAST);
        assert_eq!(take(&bodies, "late").len(), LEAST);
        drop(greedy);
        assert_eq!(bodies.all.get(), 0);
        assert!(bodies.visitors.borrow().is_empty());
    }
}
