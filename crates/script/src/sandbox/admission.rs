//! Who runs, who waits, and who has to give way.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Sandbox, Waiting};
use crate::request::{RequestId, Visitor};
use crate::sandbox::exchange::Phase;
use crate::sandbox::failure::Failure;
use crate::sandbox::shares::Share;

impl Sandbox {
    /// Lets a request run, wait, or go.
    pub(super) fn admit(&mut self, waiting: Waiting) {
        let length = waiting.head.header("content-length");
        let length = length.and_then(|length| length.parse::<u64>().ok());
        let visitor = &waiting.head.visitor;
        let queue = Share::of_queue(self.limits());
        let fault = if length.is_some_and(|length| length > self.limits().body_bytes()) {
            Failure::BodyTooLarge
        } else if self.can_run(visitor, None) {
            return self.launch(waiting);
        } else if queue.has_room(visitor, self.waiting.iter().map(|one| &one.head.visitor)) {
            return self.waiting.push_back(waiting);
        } else {
            Failure::Busy
        };
        self.refuse(waiting.id, &waiting.route, &waiting.head, &fault);
    }

    /// The request that may run now, the one that has waited longest. If only somebody whose body does not come keeps
    /// it from running, that request is given up.
    pub(super) fn next_to_run(&mut self) -> Option<Waiting> {
        if self.waiting.is_empty() {
            return None;
        }
        let now = self.now();
        let silent: Vec<RequestId> = self
            .under_way
            .iter()
            .filter(|(_, one)| one.phase == Phase::Handling && one.inbound.is_silent(now))
            .map(|(id, _)| *id)
            .collect();
        let mut looked = BTreeSet::new();
        let mut found = None;
        for (at, waiting) in self.waiting.iter().enumerate() {
            let visitor = &waiting.head.visitor;
            if !looked.insert((&visitor.id, &visitor.network)) {
                continue;
            }
            if self.can_run(visitor, None) {
                found = Some((at, None));
                break;
            }
            let gives_way = silent.iter().find(|id| self.can_run(visitor, Some(**id)));
            if let Some(id) = gives_way {
                found = Some((at, Some(*id)));
                break;
            }
        }
        let (at, gives_way) = found?;
        let waiting = self.waiting.remove(at);
        if let Some(id) = gives_way {
            self.fail(id, Failure::BodySilent);
        }
        waiting
    }

    /// When a request whose body does not come has to give way to those that wait.
    pub(super) fn silent_at(&self) -> Option<Duration> {
        if self.waiting.is_empty() {
            return None;
        }
        let now = self.now();
        self.under_way
            .values()
            .filter(|one| one.phase == Phase::Handling)
            .filter_map(|one| one.inbound.silent_at())
            .filter(|at| *at > now)
            .min()
    }

    /// Is there a place for a request of this visitor, if `without` gave its own back?
    fn can_run(&self, visitor: &Visitor, without: Option<RequestId>) -> bool {
        let others = self
            .under_way
            .iter()
            .filter(|(id, one)| one.phase == Phase::Handling && Some(**id) != without)
            .map(|(_, one)| &one.visitor);
        Share::of_concurrency(self.limits()).has_room(visitor, others)
    }
}
