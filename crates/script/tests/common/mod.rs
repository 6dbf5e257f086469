//! A site of a few files, asked without anything around it.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)] // Every test file uses its own part.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use cpu_time::ThreadTime;
use database::Database;
use script::{
    Effect, Engine, FileOp, FileReply, Input, LogEntry, Platform, Program, RequestHead, RequestId,
    Sandbox,
};

/// The time that this thread computes, which tests can put forward: so no test hangs on how busy the machine
/// is. And random bytes that are the same every time.
pub struct Clock {
    start: ThreadTime,
    pub skipped: Cell<Duration>,
    random: Cell<u64>,
}

impl Platform for Clock {
    fn now(&self) -> Duration {
        self.start.elapsed() + self.skipped.get()
    }

    fn unix_time(&self) -> Duration {
        Duration::from_secs(1_800_000_000) + self.now()
    }

    fn random(&self, bytes: &mut [u8]) {
        // Knuth's linear congruential generator (TAOCP 2, 3.3.4): no value comes again within a test.
        for byte in bytes {
            let next = self.random.get().wrapping_mul(6_364_136_223_846_793_005);
            self.random
                .set(next.wrapping_add(1_442_695_040_888_963_407));
            *byte = self.random.get().to_be_bytes()[0];
        }
    }
}

/// What a visitor got so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub chunks: usize,
    pub ended: bool,
    pub reset: bool,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        let same = self.headers.iter().filter(|(n, _)| n == name);
        same.map(|(_, value)| value.as_str()).collect()
    }
}

/// A site and all that happened to it.
pub struct Site {
    pub clock: Rc<Clock>,
    pub engine: Engine,
    pub sandbox: Sandbox,
    pub program: Rc<Program>,
    pub database: Rc<Database>,
    pub answers: BTreeMap<u64, Answer>,
    pub log: Vec<LogEntry>,
    pub files: RefCell<BTreeMap<String, Vec<u8>>>,
    /// Pieces of the body of each request that were not asked for yet; what is asked beyond them waits.
    pub bodies: BTreeMap<u64, Vec<Vec<u8>>>,
    /// Requests whose body is not over when its pieces are.
    pub unfinished: Vec<u64>,
    /// Do visitors take pieces of answers as they come?
    pub eager: bool,
    pub wanted: Vec<u64>,
    next: u64,
}

pub fn engine() -> (Rc<Clock>, Engine) {
    let clock = Rc::new(Clock {
        start: ThreadTime::now(),
        skipped: Cell::default(),
        random: Cell::new(1),
    });
    let engine = Engine::new(clock.clone()).unwrap();
    (clock, engine)
}

impl Site {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let (clock, engine) = engine();
        let connection = database::rusqlite::Connection::open_in_memory().unwrap();
        let database = Database::open(connection, database::Limits::default(), || false).unwrap();
        let database = Rc::new(database);
        let program = Rc::new(Program::build(&engine, files.iter().copied()).unwrap());
        Self {
            clock,
            sandbox: Sandbox::new(engine.clone(), program.clone(), Some(database.clone())),
            engine,
            program,
            database,
            answers: BTreeMap::new(),
            log: Vec::new(),
            files: RefCell::default(),
            bodies: BTreeMap::new(),
            unfinished: Vec::new(),
            eager: true,
            wanted: Vec::new(),
            next: 0,
        }
    }

    /// A site with one route for `* /*rest`, whose handler has this body.
    pub fn handler(body: &str) -> Self {
        Self::with_limits(body, "{}")
    }

    pub fn with_limits(body: &str, limits: &str) -> Self {
        let route = route(body);
        let site = format!("{{\"limits\": {limits}}}");
        let site = Self::new(&[("routes/a.js", &route), ("site.json", &site)]);
        assert_eq!(site.program.problems(), []);
        site
    }

    pub fn start(&mut self, head: RequestHead) -> u64 {
        self.next += 1;
        self.sandbox.start(RequestId(self.next), head);
        self.pump();
        self.next
    }

    /// Starts a request with a body in pieces.
    pub fn start_with(&mut self, mut head: RequestHead, body: &[&[u8]]) -> u64 {
        head.has_body = true;
        let pieces = body.iter().map(|piece| piece.to_vec()).collect();
        self.bodies.insert(self.next + 1, pieces);
        self.start(head)
    }

    /// Starts a request whose body does not come yet.
    pub fn start_unfinished(&mut self, head: RequestHead) -> u64 {
        self.unfinished.push(self.next + 1);
        self.start_with(head, &[])
    }

    pub fn input(&mut self, id: u64, input: Input) {
        self.sandbox.input(RequestId(id), input);
        self.pump();
    }

    /// Does what the sandbox wants until it wants nothing more.
    pub fn pump(&mut self) {
        while let Some(effect) = self.sandbox.poll() {
            match effect {
                Effect::Body(RequestId(id)) => {
                    let pieces = self.bodies.entry(id).or_default();
                    if !pieces.is_empty() {
                        let piece = pieces.remove(0);
                        self.sandbox.input(RequestId(id), Input::Body(piece));
                    } else if self.unfinished.contains(&id) {
                        self.wanted.push(id);
                    } else {
                        self.sandbox.input(RequestId(id), Input::BodyEnd);
                    }
                }
                Effect::Head {
                    request,
                    status,
                    headers,
                } => {
                    let answer = self.answers.entry(request.0).or_default();
                    assert_eq!(answer.status, 0, "one head");
                    answer.status = status;
                    answer.headers = headers;
                }
                Effect::Chunk { request, bytes } => {
                    assert!(!bytes.is_empty());
                    let answer = self.answers.get_mut(&request.0).unwrap();
                    answer.body.extend(bytes);
                    answer.chunks += 1;
                    if self.eager {
                        self.sandbox.input(request, Input::Room);
                    }
                }
                Effect::End(RequestId(id)) => self.answers.get_mut(&id).unwrap().ended = true,
                Effect::Reset(RequestId(id)) => self.answers.get_mut(&id).unwrap().reset = true,
                Effect::File {
                    request,
                    ticket,
                    op,
                } => {
                    let mut files = self.files.borrow_mut();
                    let reply = match op {
                        FileOp::Read(path) => FileReply::Read(
                            files
                                .get(&path)
                                .map(|b| (b.clone(), "text/plain".to_owned())),
                        ),
                        FileOp::Write(path, bytes) => {
                            files.insert(path, bytes);
                            FileReply::Done
                        }
                        FileOp::Delete(path) => FileReply::Deleted(files.remove(&path).is_some()),
                        FileOp::List(prefix) => FileReply::List(
                            files
                                .iter()
                                .filter(|(path, _)| path.starts_with(&prefix))
                                .map(|(path, bytes)| (path.clone(), bytes.len() as u64))
                                .collect(),
                        ),
                    };
                    drop(files);
                    self.sandbox.input(request, Input::File(ticket, Ok(reply)));
                }
                Effect::Log(entry) => self.log.push(entry),
            }
        }
    }

    /// Lets this much time pass.
    pub fn pass(&mut self, time: Duration) {
        let until = self.clock.now() + time;
        while let Some(at) = self.sandbox.wake_at().filter(|at| *at <= until) {
            let ahead = at.saturating_sub(self.clock.now());
            self.clock.skipped.set(self.clock.skipped.get() + ahead);
            self.sandbox.wake();
            self.pump();
        }
        let ahead = until.saturating_sub(self.clock.now());
        self.clock.skipped.set(self.clock.skipped.get() + ahead);
    }

    pub fn answer(&self, id: u64) -> Answer {
        self.answers.get(&id).cloned().unwrap_or_default()
    }

    /// One request and its whole answer; time passes as its timers want.
    pub fn ask(&mut self, head: RequestHead) -> Answer {
        let id = self.start(head);
        self.finish(id)
    }

    pub fn ask_with(&mut self, head: RequestHead, body: &[&[u8]]) -> Answer {
        let id = self.start_with(head, body);
        self.finish(id)
    }

    pub fn get(&mut self, target: &str) -> Answer {
        self.ask(RequestHead::new("GET", target))
    }

    fn finish(&mut self, id: u64) -> Answer {
        for _ in 0..10_000 {
            let answer = self.answer(id);
            if answer.ended || answer.reset {
                return answer;
            }
            let at = self
                .sandbox
                .wake_at()
                .expect("the request goes on by itself");
            let ahead = at.saturating_sub(self.clock.now());
            self.clock.skipped.set(self.clock.skipped.get() + ahead);
            self.sandbox.wake();
            self.pump();
        }
        panic!("the request never ends");
    }

    /// The messages of the log.
    pub fn messages(&self) -> Vec<&str> {
        self.log
            .iter()
            .map(|entry| entry.message.as_str())
            .collect()
    }
}

/// A route's module for all requests, whose handler has this body.
pub fn route(body: &str) -> String {
    format!(
        "export const pattern = \"* /*rest\";\nexport default async function (request, context) {{\n{body}\n}}"
    )
}

/// A request of a visitor of a network.
pub fn of(id: &str, network: &str, mut head: RequestHead) -> RequestHead {
    id.clone_into(&mut head.visitor.id);
    network.clone_into(&mut head.visitor.network);
    head
}

/// The `Cookie` header of a browser that got this answer and had no cookies before.
pub fn cookies(answer: &Answer) -> String {
    let lines = answer.all("set-cookie");
    let pairs: Vec<_> = lines
        .iter()
        .filter_map(|line| line.split(';').next())
        .collect();
    pairs.join("; ")
}

/// What a handler with this body answers to `GET /`.
pub fn result(body: &str) -> String {
    let mut site = Site::handler(body);
    let answer = site.get("/");
    assert_eq!(answer.status, 200, "{:?}", site.log);
    answer.text()
}
