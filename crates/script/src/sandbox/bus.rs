//! Events between the requests of one site.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use crate::host_calls::reply::Reply;
use crate::limits::EVENTS_WAITING;
use crate::request::RequestId;

/// A subscription: whose, and which of theirs.
type Key = (RequestId, u32);

/// A topic's name and an event's JSON.
type Event = (Rc<str>, Rc<str>);

#[derive(Default)]
struct Subscription {
    topics: Vec<String>,
    waiting: VecDeque<Event>,
    /// The question that waits for the next event.
    asked: Option<u32>,
}

/// Who is subscribed to what.
#[derive(Default)]
pub(crate) struct Bus {
    subscriptions: BTreeMap<Key, Subscription>,
}

impl Bus {
    pub fn subscribe(&mut self, request: RequestId, id: u32, topics: Vec<String>) {
        let subscription = Subscription {
            topics,
            ..Subscription::default()
        };
        self.subscriptions.insert((request, id), subscription);
    }

    pub fn unsubscribe(&mut self, request: RequestId, id: u32) {
        self.subscriptions.remove(&(request, id));
    }

    /// The request is over.
    pub fn forget(&mut self, request: RequestId) {
        let mut rest = self.subscriptions.split_off(&(request, 0));
        let mut after = rest.split_off(&(RequestId(request.0.saturating_add(1)), 0));
        self.subscriptions.append(&mut after);
    }

    /// The next event, if one waits; otherwise the question is kept.
    pub fn next(&mut self, request: RequestId, id: u32, ticket: u32) -> Option<Reply> {
        let Some(subscription) = self.subscriptions.get_mut(&(request, id)) else {
            return Some(Reply::Failed {
                name: "TypeError",
                message: "this subscription has ended".to_owned(),
                status: 0,
            });
        };
        match subscription.waiting.pop_front() {
            Some((topic, json)) => Some(Reply::Event(topic, json)),
            None => {
                subscription.asked = Some(ticket);
                None
            }
        }
    }

    /// The questions of a request that wait for an event; they wait no more.
    pub fn abandon(&mut self, request: RequestId) -> Vec<u32> {
        self.subscriptions
            .range_mut((request, 0)..=(request, u32::MAX))
            .filter_map(|(_, subscription)| subscription.asked.take())
            .collect()
    }

    /// Gives an event to all who are subscribed: the questions that it answers.
    pub fn publish(&mut self, topic: &Rc<str>, json: &Rc<str>) -> Vec<(RequestId, u32, Reply)> {
        let mut answered = Vec::new();
        for ((request, _), subscription) in &mut self.subscriptions {
            if !subscription.topics.iter().any(|wanted| **wanted == **topic) {
                continue;
            }
            match subscription.asked.take() {
                Some(ticket) => {
                    answered.push((*request, ticket, Reply::Event(topic.clone(), json.clone())));
                }
                None => {
                    if subscription.waiting.len() == EVENTS_WAITING {
                        subscription.waiting.pop_front();
                    }
                    subscription
                        .waiting
                        .push_back((topic.clone(), json.clone()));
                }
            }
        }
        answered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: RequestId = RequestId(7);
    const B: RequestId = RequestId(8);

    fn text(reply: Option<Reply>) -> Option<String> {
        match reply? {
            Reply::Event(topic, json) => Some(format!("{topic} {json}")),
            other => Some(format!("{other:?}")),
        }
    }

    fn publish(bus: &mut Bus, topic: &str, json: &str) -> usize {
        bus.publish(&Rc::from(topic), &Rc::from(json)).len()
    }

    #[test]
    fn events_reach_those_who_asked_and_wait_for_the_others() {
        let mut bus = Bus::default();
        bus.subscribe(A, 1, vec!["x".to_owned(), "y".to_owned()]);
        bus.subscribe(B, 1, vec!["y".to_owned()]);
        assert_eq!(text(bus.next(A, 1, 5)), None);
        assert_eq!(publish(&mut bus, "y", "1"), 1);
        assert_eq!(publish(&mut bus, "x", "2"), 0);
        assert_eq!(text(bus.next(A, 1, 6)).as_deref(), Some("x 2"));
        assert_eq!(text(bus.next(B, 1, 1)).as_deref(), Some("y 1"));
        assert_eq!(text(bus.next(B, 1, 2)), None);
    }

    #[test]
    fn a_slow_reader_misses_the_oldest() {
        let mut bus = Bus::default();
        bus.subscribe(A, 1, vec!["x".to_owned()]);
        for n in 0..=EVENTS_WAITING {
            publish(&mut bus, "x", &n.to_string());
        }
        assert_eq!(text(bus.next(A, 1, 1)).as_deref(), Some("x 1"));
    }

    #[test]
    fn who_is_gone_is_forgotten_and_nobody_else() {
        let mut bus = Bus::default();
        for request in [RequestId(6), A, B] {
            for id in 1..3 {
                bus.subscribe(request, id, vec!["x".to_owned()]);
            }
        }
        bus.next(A, 1, 9);
        assert_eq!(bus.abandon(A), [9]);
        bus.forget(A);
        bus.unsubscribe(B, 2);
        assert_eq!(bus.subscriptions.len(), 3);
        assert!(text(bus.next(A, 1, 1)).unwrap().contains("has ended"));
    }
}
