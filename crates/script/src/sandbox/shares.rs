//! How much of what all visitors share one of them may have.
//!
//! A visitor is a connection, of which one machine can have several; so its network has a share too, which leaves
//! something for the others. Visitors of one household or office have the same network: its share is larger.

use layout::Limits;

use crate::request::Visitor;

/// How many of something one visitor may have, and all of one network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    all: u64,
    visitor: u64,
    network: u64,
}

impl Share {
    /// Requests that run: half, and three quarters.
    pub fn of_concurrency(limits: &Limits) -> Self {
        let all = limits.concurrency;
        Self::new(all, all / 2, all * 3 / 4)
    }

    /// Requests that wait: a quarter, and half.
    pub fn of_queue(limits: &Limits) -> Self {
        let all = limits.queue;
        Self::new(all, all / 4, all / 2)
    }

    /// Answers that are streamed: a quarter, and half.
    pub fn of_streams(limits: &Limits) -> Self {
        let all = limits.streams;
        Self::new(all, all / 4, all / 2)
    }

    fn new(all: u64, visitor: u64, network: u64) -> Self {
        Self {
            all,
            visitor: visitor.max(1),
            network: network.max(1),
        }
    }

    /// Is there room for one more of this visitor beside those that there are?
    pub fn has_room<'v>(self, visitor: &Visitor, those: impl Iterator<Item = &'v Visitor>) -> bool {
        let (mut all, mut own, mut near) = (0, 0, 0);
        for other in those {
            all += 1;
            own += u64::from(other.id == visitor.id);
            near += u64::from(other.network == visitor.network);
        }
        // Visitors of whom no network is known have none in common.
        let is_near = !visitor.network.is_empty() && near >= self.network;
        all < self.all && own < self.visitor && !is_near
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(id: &str, network: &str) -> Visitor {
        Visitor {
            id: id.to_owned(),
            network: network.to_owned(),
            transport: String::new(),
        }
    }

    #[test]
    fn one_visitor_and_one_network_leave_room_for_others() {
        let limits = Limits::default();
        let mut there = Vec::new();
        let mut take = |id: &str, network: &str| {
            let one = visitor(id, network);
            let fits = Share::of_concurrency(&limits).has_room(&one, there.iter());
            if fits {
                there.push(one);
            }
            fits
        };
        assert_eq!((0..9).filter(|_| take("a", "n")).count(), 4);
        assert_eq!((0..9).filter(|_| take("b", "n")).count(), 2);
        assert_eq!((0..9).filter(|_| take("c", "")).count(), 2);
        assert!(!take("d", "m"));
    }

    #[test]
    fn whatever_the_limit_one_has_a_chance_if_there_is_any() {
        for (concurrency, queue, streams) in [(1, 0, 0), (2, 1, 1), (16, 1024, 256)] {
            let limits = Limits {
                concurrency,
                queue,
                streams,
                ..Limits::default()
            };
            let one = visitor("a", "n");
            let none = [].iter();
            assert!(Share::of_concurrency(&limits).has_room(&one, none.clone()));
            assert_eq!(
                Share::of_queue(&limits).has_room(&one, none.clone()),
                queue > 0
            );
            assert_eq!(Share::of_streams(&limits).has_room(&one, none), streams > 0);
        }
    }
}
