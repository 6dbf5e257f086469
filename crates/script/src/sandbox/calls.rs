//! What a request's code asked, once it has given the thread back.

use std::rc::Rc;

use super::{Job, Sandbox};
use crate::effect::Effect;
use crate::host_calls::call::HostCall;
use crate::host_calls::reply::Reply;
use crate::host_calls::request_body::Step;
use crate::host_calls::session::Wish;
use crate::request::RequestId;
use crate::sandbox::exchange::Phase;
use crate::sandbox::failure::Failure;

impl Sandbox {
    pub(super) fn take_up(&mut self, id: RequestId, ask: HostCall) {
        let now = self.now();
        let Some(exchange) = self.under_way.get_mut(&id) else {
            return;
        };
        match ask {
            HostCall::Body(ticket, want) => {
                let step = exchange.inbound.want(ticket, want, now);
                self.step(id, step);
            }
            HostCall::Room(ticket) if exchange.gone => {
                self.job(id, Job::Settle(ticket, Reply::left()));
            }
            HostCall::Room(ticket) => {
                exchange.wants_room = Some(ticket);
                self.give_room(id);
            }
            HostCall::Respond(status, headers, whole) => self.respond(id, status, headers, whole),
            HostCall::Stream(status, headers) => self.stream(id, status, headers),
            HostCall::Write(bytes) => self.send(id, |request| Effect::Chunk { request, bytes }),
            HostCall::End => {
                self.send(id, Effect::End);
                self.forget(id);
            }
            HostCall::Fail(status, name, message, stack) => {
                let fault = match message.is_empty() && exchange.realm.is_full() {
                    true => Failure::OutOfMemory,
                    false => Failure::thrown(status, name, message, stack),
                };
                self.fail(id, fault);
            }
            HostCall::Log(level, message) => {
                let route = exchange.route.clone();
                self.log(id, level, route, message);
            }
            HostCall::Timer(timer, delay) => exchange.set_timer(timer, now + delay),
            HostCall::ClearTimer(timer) => exchange.clear_timer(timer),
            HostCall::File(ticket, op) => self.effects.push_back(Effect::File {
                request: id,
                ticket,
                op,
            }),
            HostCall::Publish(topic, json) => match exchange.phase {
                Phase::Handling => exchange.unpublished.push((topic, json)),
                Phase::Streaming => self.publish(&topic, &json),
            },
            // Whoever has the database must not wait for a visitor: what may still be read of the body comes first.
            HostCall::Lock(ticket, reads) if reads && exchange.phase == Phase::Handling => {
                exchange.wants_lock.push(ticket);
                let step = exchange.inbound.gather(now);
                self.step(id, step);
            }
            HostCall::Lock(ticket, _) => {
                self.transactions.wait(id, ticket);
                self.next_transaction();
            }
            HostCall::Finish(ticket, keep, session, wish) => {
                self.finish_transaction(id, ticket, keep, session, wish);
            }
            HostCall::Subscribe(subscription, topics) => {
                self.bus.subscribe(id, subscription, topics)
            }
            HostCall::NextMessage(ticket, _) if exchange.gone => {
                self.job(id, Job::Settle(ticket, Reply::left()));
            }
            HostCall::NextMessage(ticket, subscription) => {
                if let Some(reply) = self.bus.next(id, subscription, ticket) {
                    self.job(id, Job::Settle(ticket, reply));
                }
            }
            HostCall::Unsubscribe(subscription) => self.bus.unsubscribe(id, subscription),
            HostCall::Inspected(_) => {}
        }
    }

    /// Gives the database to who is next, if nobody has it.
    pub(super) fn next_transaction(&mut self) {
        while let Some((id, ticket, begun)) = self.transactions.next() {
            let reply = match begun {
                Ok(()) => Reply::Done,
                Err(error) => Reply::failed(error.to_string()),
            };
            if let Some(exchange) = self.under_way.get(&id) {
                exchange.realm.facts.holds.set(matches!(reply, Reply::Done));
            }
            self.job(id, Job::Settle(ticket, reply));
        }
    }

    pub(super) fn finish_transaction(
        &mut self,
        id: RequestId,
        ticket: u32,
        keep: bool,
        session: Option<serde_json::Value>,
        wish: Wish,
    ) {
        let Some(exchange) = self.under_way.get(&id) else {
            return;
        };
        let facts = &exchange.realm.facts;
        facts.holds.set(false);
        let reply = if keep {
            let platform = &*self.engine.platform;
            match self.transactions.commit(id, facts, session, wish, platform) {
                Ok(Some(cookie)) => Reply::Text(cookie),
                Ok(None) => Reply::Done,
                Err(error) => Reply::failed(error.to_string()),
            }
        } else {
            self.transactions.roll_back(id);
            Reply::Done
        };
        self.job(id, Job::Settle(ticket, reply));
        self.next_transaction();
    }

    pub(super) fn publish(&mut self, topic: &Rc<str>, json: &Rc<str>) {
        for (request, ticket, reply) in self.bus.publish(topic, json) {
            self.job(request, Job::Settle(ticket, reply));
        }
    }

    /// The handler has answered: the events that it published leave.
    pub(super) fn answered(&mut self, id: RequestId) {
        let events = self
            .under_way
            .get_mut(&id)
            .map(|exchange| std::mem::take(&mut exchange.unpublished));
        for (topic, json) in events.unwrap_or_default() {
            self.publish(&topic, &json);
        }
    }

    /// The next step with a request's body.
    pub(super) fn step(&mut self, id: RequestId, step: Step) {
        if step.ask {
            self.effects.push_back(Effect::Body(id));
        }
        if let Some((ticket, reply)) = step.settle {
            self.job(id, Job::Settle(ticket, reply));
        }
        self.lock_if_gathered(id);
    }

    /// Gets in line for the transaction, once no more of the body will come.
    pub(super) fn lock_if_gathered(&mut self, id: RequestId) {
        let Some(exchange) = self.under_way.get_mut(&id) else {
            return;
        };
        if !exchange.inbound.is_over() || exchange.wants_lock.is_empty() {
            return;
        }
        for ticket in std::mem::take(&mut exchange.wants_lock) {
            self.transactions.wait(id, ticket);
        }
        self.next_transaction();
    }

    /// Tells a stream that there is room for its next piece, if there is, if it waits for it, and if it has
    /// rested.
    pub(super) fn give_room(&mut self, id: RequestId) {
        let now = self.now();
        let Some(exchange) = self.under_way.get_mut(&id) else {
            return;
        };
        if !exchange.has_room || exchange.rests_until(now).is_some() {
            return;
        }
        if let Some(ticket) = exchange.wants_room.take() {
            exchange.has_room = false;
            self.job(id, Job::Settle(ticket, Reply::Done));
        }
    }
}
