//! All requests of one site: who runs, who waits, and what each wants.
//!
//! `admission` is who runs and who waits, `calls` takes up what a request's code asked, `responses` is what its
//! visitor gets, `start` how its code begins.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use database::Database;
use layout::{Limits, Lookup};

use crate::effect::{Effect, Input};
use crate::host_calls::reply::Reply;
use crate::host_calls::request_body::RequestBody;
use crate::limits::AFTERMATH_SECONDS;
use crate::request::{RequestHead, RequestId, Visitor};
use crate::runtime::engine::Engine;
use crate::runtime::program::Program;
use crate::runtime::realm::{Allowance, Realm, Turn};
use crate::sandbox::bus::Bus;
use crate::sandbox::exchange::{Exchange, Phase};
use crate::sandbox::failure::Failure;
use crate::sandbox::transaction::Transactions;

mod admission;
mod bus;
mod calls;
mod exchange;
mod failure;
mod responses;
mod shares;
mod start;
mod transaction;

/// Answers the requests of one site with its program.
///
/// After every call that may change something (`start`, `input`, `wake`) take effects until
/// [`Sandbox::poll`] gives `None`, and call [`Sandbox::wake`] at [`Sandbox::wake_at`].
pub struct Sandbox {
    engine: Engine,
    program: Rc<Program>,
    /// A runtime that is ready for the next request.
    spare: Option<Realm>,
    /// The request that ended last. Taking its runtime apart takes a while, for which its answer need not wait.
    ended: Option<Exchange>,
    under_way: BTreeMap<RequestId, Exchange>,
    waiting: VecDeque<Waiting>,
    bus: Bus,
    transactions: Transactions,
    work: VecDeque<(RequestId, Job)>,
    effects: VecDeque<Effect>,
}

/// A request that waits for its turn.
struct Waiting {
    id: RequestId,
    head: RequestHead,
    route: String,
    params: Vec<(String, String)>,
    deadline: Duration,
}

/// Something that a request's code has to be told.
enum Job {
    Settle(u32, Reply),
    Fire(u32),
    Leave,
}

impl Sandbox {
    /// A sandbox for a program. The database is the site's own; without one, code that wants it fails.
    pub fn new(engine: Engine, program: Rc<Program>, database: Option<Rc<Database>>) -> Self {
        Self {
            engine,
            program,
            spare: None,
            ended: None,
            under_way: BTreeMap::new(),
            waiting: VecDeque::new(),
            bus: Bus::default(),
            transactions: Transactions::new(database),
            work: VecDeque::new(),
            effects: VecDeque::new(),
        }
    }

    /// Requests from now on are answered by another program; those under way end with theirs.
    pub fn replace(&mut self, program: Rc<Program>) {
        self.program = program;
        self.spare = None;
    }

    /// Tidies up after the last request, and makes a runtime ready for the next one, if none is. Good to call when
    /// there is nothing else to do: that request starts sooner by it.
    pub fn prepare(&mut self) {
        self.ended = None;
        if self.spare.is_none() {
            self.spare = self.new_realm().ok();
        }
    }

    /// Takes a request. Its target decides the route; where there is none, the answer is 404 or 405.
    pub fn start(&mut self, id: RequestId, head: RequestHead) {
        let program = self.program.clone();
        match program.table().lookup(&head.method, &head.target) {
            Lookup::Route(found) => self.admit(Waiting {
                id,
                route: found.route.file.clone(),
                params: found.params,
                deadline: self.now() + Duration::from_secs(self.limits().deadline_seconds),
                head,
            }),
            Lookup::Options(allow) => {
                self.head(id, 204, vec![("allow".to_owned(), allow.to_string())]);
                self.effects.push_back(Effect::End(id));
            }
            Lookup::NotAllowed(allow) => {
                let allow = ("allow".to_owned(), allow.to_string());
                let page = site::page::page::<()>(
                    405,
                    "Not possible",
                    "This address does not take requests of this kind.",
                    None,
                );
                self.page(id, page, [allow], head.method == "HEAD");
            }
            Lookup::Static => {
                let page = site::page::page::<()>(
                    404,
                    "Not found",
                    "There is nothing at this address.",
                    None,
                );
                self.page(id, page, [], head.method == "HEAD");
            }
        }
        self.run();
    }

    /// Something happened to a request. What concerns none that is under way is ignored: it ended meanwhile.
    pub fn input(&mut self, id: RequestId, input: Input) {
        if matches!(input, Input::Left) {
            self.waiting.retain(|waiting| waiting.id != id);
        }
        let now = self.now();
        let Some(exchange) = self.under_way.get_mut(&id) else {
            return;
        };
        match input {
            Input::Body(bytes) => {
                let step = exchange.inbound.piece(bytes, now);
                self.step(id, step);
            }
            Input::BodyEnd => {
                let step = exchange.inbound.end(now);
                self.step(id, step);
            }
            Input::Room => {
                exchange.has_room = true;
                self.give_room(id);
            }
            Input::File(ticket, Ok(reply)) => self.job(id, Job::Settle(ticket, Reply::File(reply))),
            Input::File(ticket, Err(error)) => {
                self.job(id, Job::Settle(ticket, Reply::failed(error.to_string())))
            }
            Input::Left => self.leave(id),
        }
        self.run();
    }

    /// When [`Sandbox::wake`] should be called, by the platform's clock; earlier does no harm.
    pub fn wake_at(&self) -> Option<Duration> {
        let now = self.now();
        let under_way = self.under_way.values().filter_map(|one| one.wake_at(now));
        let waiting = self.waiting.iter().map(|waiting| waiting.deadline);
        let silent = self.silent_at();
        under_way.chain(waiting).chain(silent).min()
    }

    /// Time has passed.
    pub fn wake(&mut self) {
        let now = self.now();
        let ids: Vec<_> = self.under_way.keys().copied().collect();
        for id in ids {
            let Some(exchange) = self.under_way.get_mut(&id) else {
                continue;
            };
            if exchange.deadline.is_some_and(|deadline| deadline <= now) {
                self.fail(id, Failure::Deadline);
                continue;
            }
            for timer in exchange.due(now) {
                self.job(id, Job::Fire(timer));
            }
            self.give_room(id);
        }
        let late = |waiting: &mut Waiting| waiting.deadline <= now;
        let late: Vec<_> = extract(&mut self.waiting, late);
        for waiting in late {
            self.refuse(waiting.id, &waiting.route, &waiting.head, &Failure::Busy);
        }
        self.run();
    }

    /// What is wanted outside.
    pub fn poll(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// How many requests run, are streamed or wait.
    pub fn load(&self) -> usize {
        self.under_way.len() + self.waiting.len()
    }

    /// What the site's code may use.
    pub fn limits(&self) -> &Limits {
        self.program.limits()
    }

    fn now(&self) -> Duration {
        self.engine.platform.now()
    }

    /// Those whose requests are so far.
    fn visitors(&self, phase: Phase) -> impl Iterator<Item = &Visitor> {
        let same = self
            .under_way
            .values()
            .filter(move |one| one.phase == phase);
        same.map(|one| &one.visitor)
    }

    fn new_realm(&self) -> Result<Realm, String> {
        let allowance = Allowance::from(self.limits());
        let database = self.transactions.database();
        Realm::new(&self.engine, &self.program.code, database, allowance)
    }

    fn launch(&mut self, waiting: Waiting) {
        let Waiting {
            id,
            head,
            route,
            params,
            deadline,
        } = waiting;
        let realm = match self.spare.take().map_or_else(|| self.new_realm(), Ok) {
            Ok(realm) => realm,
            Err(error) => return self.refuse(id, &route, &head, &Failure::Engine(error)),
        };
        let head_only = head.method == "HEAD";
        realm.facts.set(&head);
        let inbound = RequestBody::new(head.has_body, self.limits().body_bytes());
        let exchange = Exchange::new(
            realm,
            head.visitor.clone(),
            route,
            head_only,
            deadline,
            inbound,
        );
        let route = exchange.route.clone();
        self.under_way.insert(id, exchange);
        self.turn(id, |realm| {
            realm.turn("start", |ctx, args| {
                args.push_arg(start::head_object(ctx, &head, &route, &params)?)
            })
        });
    }

    /// Works until there is nothing left to do by itself.
    fn run(&mut self) {
        loop {
            if let Some((id, job)) = self.work.pop_front() {
                if let Some(exchange) = self.under_way.get(&id) {
                    exchange.queued.set(exchange.queued.get() - 1);
                    self.turn(id, |realm| match job {
                        Job::Settle(ticket, reply) => realm.settle(ticket, reply),
                        Job::Fire(timer) => realm.turn("fire", |_, args| args.push_arg(timer)),
                        Job::Leave => realm.turn("leave", |_, _| Ok(())),
                    });
                }
            } else if let Some(waiting) = self.next_to_run() {
                self.launch(waiting);
            } else {
                return;
            }
        }
    }

    fn job(&mut self, id: RequestId, job: Job) {
        if let Some(exchange) = self.under_way.get(&id) {
            exchange.queued.set(exchange.queued.get() + 1);
            self.work.push_back((id, job));
        }
    }

    /// Gives the thread to a request's code, and takes up what it asked.
    fn turn(&mut self, id: RequestId, turn: impl FnOnce(&Realm) -> Turn) {
        let Some(exchange) = self.under_way.get(&id) else {
            return;
        };
        if exchange.phase == Phase::Streaming {
            exchange.realm.budget.renew();
        }
        self.engine.platform.turn(id);
        let turned = turn(&exchange.realm);
        let asks = exchange.realm.asks.take();
        let (streams, used) = (
            exchange.phase == Phase::Streaming,
            exchange.realm.budget.used(),
        );
        let now = self.now();
        if let Some(exchange) = self.under_way.get_mut(&id).filter(|_| streams) {
            exchange.has_computed(used, now);
        }
        for ask in asks {
            self.take_up(id, ask);
        }
        match turned {
            Turn::Fine => {}
            Turn::OutOfTime => return self.fail(id, Failure::OutOfTime),
            Turn::Broken(error) => return self.fail(id, Failure::Engine(error)),
        }
        if let Some(exchange) = self.under_way.get(&id)
            && exchange.is_stuck()
        {
            let fault = match exchange.realm.is_full() {
                true => Failure::OutOfMemory,
                false => Failure::Stuck,
            };
            self.fail(id, fault);
        }
    }

    fn leave(&mut self, id: RequestId) {
        let now = self.now();
        let Some(exchange) = self.under_way.get_mut(&id) else {
            return;
        };
        exchange.gone = true;
        if exchange.phase == Phase::Streaming {
            exchange.deadline = Some(now + Duration::from_secs(AFTERMATH_SECONDS));
        }
        let mut open = self.bus.abandon(id);
        open.extend(exchange.inbound.abandon());
        open.extend(exchange.wants_room.take());
        self.job(id, Job::Leave);
        self.lock_if_gathered(id);
        for ticket in open {
            self.job(id, Job::Settle(ticket, Reply::left()));
        }
    }

    fn forget(&mut self, id: RequestId) {
        self.bus.forget(id);
        self.ended = self.under_way.remove(&id);
        self.transactions.roll_back(id);
        self.next_transaction();
    }
}

/// Takes out what `wanted` picks, in order.
fn extract<T>(from: &mut VecDeque<T>, mut wanted: impl FnMut(&mut T) -> bool) -> Vec<T> {
    let mut taken = Vec::new();
    for mut item in std::mem::take(from) {
        match wanted(&mut item) {
            true => taken.push(item),
            false => from.push_back(item),
        }
    }
    taken
}
