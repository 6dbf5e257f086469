//! One request under way.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use crate::host_calls::request_body::RequestBody;
use crate::limits;
use crate::request::Visitor;
use crate::runtime::realm::Realm;

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The handler has not answered yet.
    Handling,
    /// The head is out; the body is being streamed.
    Streaming,
}

/// One request and its runtime.
pub(crate) struct Exchange {
    pub realm: Realm,
    pub visitor: Visitor,
    pub route: String,
    pub phase: Phase,
    pub head_only: bool,
    /// When it is given up; `None` once an answer is streamed.
    pub deadline: Option<Duration>,
    pub inbound: RequestBody,
    /// The visitor is gone: nothing more is sent.
    pub gone: bool,
    /// The questions that wait for the body before they wait for the transaction.
    pub wants_lock: Vec<u32>,
    /// The question that waits for room.
    pub wants_room: Option<u32>,
    /// Events that leave when the handler has answered.
    pub unpublished: Vec<(Rc<str>, Rc<str>)>,
    /// Room that nobody has asked for yet.
    pub has_room: bool,
    timers: Vec<(Duration, u32)>,
    /// Until when a stream has rested for what it computed.
    rested_at: Duration,
    /// Work of the sandbox for it that has not been done yet.
    pub queued: Cell<u32>,
}

impl Exchange {
    pub fn new(
        realm: Realm,
        visitor: Visitor,
        route: String,
        head_only: bool,
        deadline: Duration,
        inbound: RequestBody,
    ) -> Self {
        Self {
            realm,
            visitor,
            route,
            phase: Phase::Handling,
            head_only,
            deadline: Some(deadline),
            inbound,
            gone: false,
            wants_lock: Vec::new(),
            wants_room: None,
            unpublished: Vec::new(),
            has_room: true,
            timers: Vec::new(),
            rested_at: Duration::ZERO,
            queued: Cell::default(),
        }
    }

    pub fn set_timer(&mut self, id: u32, due: Duration) {
        self.timers.push((due, id));
    }

    pub fn clear_timer(&mut self, id: u32) {
        self.timers.retain(|(_, other)| *other != id);
        self.realm.asks.timers.set(self.timers.len());
    }

    /// A stream has computed this long, and has to rest for it.
    pub fn has_computed(&mut self, time: Duration, now: Duration) {
        self.rested_at = self.rested_at.max(now) + time * limits::STREAM_REST;
    }

    /// When a stream that owes too much rest may go on.
    pub fn rests_until(&self, now: Duration) -> Option<Duration> {
        let debt = Duration::from_millis(limits::STREAM_DEBT_MS);
        let until = self.rested_at.saturating_sub(debt);
        (until > now && !self.gone).then_some(until)
    }

    /// Timers that are due, the earliest first; they run no more. While a stream rests, none is.
    pub fn due(&mut self, now: Duration) -> Vec<u32> {
        if self.rests_until(now).is_some() {
            return Vec::new();
        }
        let mut due: Vec<_> = self.timers.extract_if(.., |(at, _)| *at <= now).collect();
        due.sort_by_key(|(at, _)| *at);
        self.realm.asks.timers.set(self.timers.len());
        due.into_iter().map(|(_, id)| id).collect()
    }

    /// When it wants to be looked at again.
    pub fn wake_at(&self, now: Duration) -> Option<Duration> {
        let timers = self.timers.iter().map(|(at, _)| *at);
        let room = (self.has_room && self.wants_room.is_some()).then_some(now);
        let wanted = timers.chain(room).min();
        let rested = wanted.map(|at| self.rests_until(now).map_or(at, |until| at.max(until)));
        rested.into_iter().chain(self.deadline).min()
    }

    /// Can nothing ever happen to it again by itself?
    pub fn is_stuck(&self) -> bool {
        self.queued.get() == 0 && self.timers.is_empty() && self.realm.asks.open.get() == 0
    }
}
