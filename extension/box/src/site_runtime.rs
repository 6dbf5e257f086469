//! The site in the box: passes the owner's messages to the sandbox, and posts the sandbox's effects to the owner.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use database::transfer::Import;
use database::{Database, Limits};
use gloo_timers::callback::Timeout;
use js_sys::Uint8Array;
use layout::Place;
use messages::file::{Body, FileOperation, FileResult, NamedFile};
use messages::object::{Json, Pairs};
use messages::site_box::{FinalStatus, FromBox, RequestEvent, ToBox};
use messages::{BoxAsk, Message as _};
use script::{
    Effect, Engine, FileError, FileOp, FileReply, Input, Level, LogEntry, Platform, Program,
    RequestHead, RequestId, Sandbox, Visitor,
};
use wasm_bindgen::prelude::*;

use crate::message::{post, post_alive, post_alive_if_grown};
use crate::owner;
use crate::platform::Machine;

/// The site's folder. Its place among all private files is known to `box.js`, which leaves nothing here but the folder
/// itself, under whatever name.
const FOLDER: &str = "site";

/// The site in this Worker.
pub struct SiteRuntime {
    engine: Engine,
    program: Rc<Program>,
    sandbox: Sandbox,
    /// The site's database.
    pub database: Rc<Database>,
    /// What the owner asked while a request had the database.
    asked: VecDeque<(u64, BoxAsk)>,
    wake: Option<Timeout>,
}

thread_local! {
    static RUNTIME: RefCell<Option<SiteRuntime>> = const { RefCell::new(None) };
    /// What came while the site was being started.
    static EARLY: RefCell<VecDeque<ToBox>> = const { RefCell::new(VecDeque::new()) };
}

/// Handles a `messages::site_box::ToBox` of the owner. What is none is ignored.
#[wasm_bindgen(js_name = handleMessage)]
pub async fn handle_message(message: JsValue) {
    let Some(message) = ToBox::read(&message) else {
        return;
    };
    if let ToBox::Start { files, .. } = message {
        match start(files).await {
            Ok(runtime) => {
                runtime.post_ready();
                RUNTIME.set(Some(runtime));
                for early in EARLY.take() {
                    with(|runtime| runtime.handle_message(early));
                }
                with(|_| ());
            }
            Err(message) => post(&FromBox::Failed { message }),
        }
    } else if RUNTIME.with_borrow(Option::is_none) {
        EARLY.with_borrow_mut(|early| early.push_back(message));
    } else {
        with(|runtime| runtime.handle_message(message));
    }
}

fn with(act: impl FnOnce(&mut SiteRuntime)) {
    RUNTIME.with_borrow_mut(|runtime| {
        if let Some(runtime) = runtime {
            act(runtime);
            runtime.pump();
            // The messages are on their way: meanwhile the next request gets its runtime.
            runtime.sandbox.prepare();
            post_alive_if_grown();
        }
    });
}

async fn start(files: Vec<NamedFile>) -> Result<SiteRuntime, String> {
    let machine = Machine::get();
    machine.check()?;
    let engine = Engine::new(machine.clone()).map_err(|error| error.to_string())?;
    let (program, seeds) = read(&engine, files)?;
    let connection = crate::database::open(FOLDER)
        .await
        .map_err(|error| error.to_string())?;
    // A statement may take as long as the code that waits for it, and no longer.
    let most = Duration::from_millis(program.limits().cpu_ms);
    let time_is_up = move || Machine::get().turn() > most;
    let database = Database::open(connection, Limits::default(), time_is_up)
        .map_err(|error| error.to_string())?;
    let program = Rc::new(program);
    let database = Rc::new(database);
    let runtime = SiteRuntime {
        sandbox: Sandbox::new(engine.clone(), program.clone(), Some(database.clone())),
        engine,
        program,
        database,
        asked: VecDeque::new(),
        wake: None,
    };
    runtime.plant(&seeds);
    Ok(runtime)
}

/// Rows that a collection begins with: the file and its text.
type Seeds = Vec<(String, String)>;

/// The site's code, from its files.
fn read(engine: &Engine, files: Vec<NamedFile>) -> Result<(Program, Seeds), String> {
    let files = files.into_iter();
    let files = files.map(|file| (file.path, file.bytes.to_vec()));
    let files = files.collect::<Vec<_>>();
    let program = Program::build(engine, files.iter().map(|(path, bytes)| (path, bytes)))
        .map_err(|error| error.to_string())?;
    let seeds = files.into_iter().filter_map(|(path, bytes)| {
        matches!(Place::of(&path), Some(Place::Data(_)))
            .then(|| (path, String::from_utf8_lossy(&bytes).into_owned()))
    });
    Ok((program, seeds.collect()))
}

impl SiteRuntime {
    /// Puts in the rows of collections that are not there yet. What is wrong with a file goes to the log.
    fn plant(&self, seeds: &Seeds) {
        for (file, text) in seeds {
            let Some(Place::Data(name)) = Place::of(file) else {
                continue;
            };
            let machine = Machine::get();
            let mut random = |bytes: &mut [u8]| machine.random(bytes);
            let planted = self
                .database
                .collection(name)
                .and_then(|rows| rows.import(file, text, Import::Seed, &mut random));
            if let Err(error) = planted {
                self.log(&LogEntry {
                    level: Level::Error,
                    request: RequestId(0),
                    route: file.clone(),
                    message: error.to_string(),
                    incident: None,
                    at: None,
                    stack: String::new(),
                    time: machine.now(),
                });
            }
        }
    }

    fn post_ready(&self) {
        let routes = serde_json::to_string(self.program.table()).unwrap_or_default();
        post(&FromBox::Ready { routes });
    }

    /// What is wrong with the site's files.
    pub fn problems(&self) -> Vec<messages::Problem> {
        let ours = self.program.problems().iter();
        let ours = ours.map(|problem| messages::Problem {
            file: problem
                .at
                .as_ref()
                .map_or(&problem.file, |at| &at.file)
                .clone(),
            line: problem.at.as_ref().map(|at| at.line),
            message: problem.message.clone(),
        });
        ours.collect()
    }

    fn handle_message(&mut self, message: ToBox) {
        match message {
            ToBox::Request {
                id,
                method,
                target,
                headers,
                origin,
                body,
                visitor,
                network,
                transport,
            } => {
                let head = RequestHead {
                    method,
                    target,
                    headers: headers.0,
                    origin,
                    has_body: body,
                    visitor: Visitor {
                        id: visitor,
                        network,
                        transport,
                    },
                };
                self.sandbox.start(RequestId(id), head);
            }
            ToBox::RequestBody { id, bytes } => self.input(id, Input::Body(bytes.to_vec())),
            ToBox::RequestBodyEnd { id } => self.input(id, Input::BodyEnd),
            ToBox::ResponseBodyConsumed { id } => self.input(id, Input::Room),
            ToBox::Cancel { id } => self.input(id, Input::Left),
            ToBox::File { id, ticket, result } => {
                self.input(id, Input::File(ticket, file_reply(result)));
            }
            ToBox::Program { files } => self.renew(files),
            ToBox::Ask { id, ask } => self.asked.push_back((id, ask.0)),
            ToBox::Ping {} => post_alive(),
            // The first message was the start.
            ToBox::Start { .. } => {}
        }
    }

    fn input(&mut self, id: u64, input: Input) {
        self.sandbox.input(RequestId(id), input);
    }

    /// Another version of the site's code. Requests under way end with the old one.
    fn renew(&mut self, files: Vec<NamedFile>) {
        match read(&self.engine, files) {
            Ok((program, seeds)) => {
                self.program = Rc::new(program);
                self.sandbox.replace(self.program.clone());
                self.plant(&seeds);
                self.post_ready();
            }
            Err(message) => post(&FromBox::Failed { message }),
        }
    }

    /// Posts the sandbox's effects until there are none, and has it woken when it is time.
    fn pump(&mut self) {
        let mut effects = VecDeque::new();
        while let Some(effect) = self.sandbox.poll() {
            effects.push_back(effect);
        }
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Head {
                    request,
                    status,
                    headers,
                } => {
                    // A small answer is one message.
                    let mut first = None;
                    if let Some(Effect::Chunk { request: of, bytes }) = effects.front()
                        && *of == request
                    {
                        first = Some(Uint8Array::from(&**bytes));
                        effects.pop_front();
                    }
                    let end = effects.front() == Some(&Effect::End(request));
                    if end {
                        effects.pop_front();
                    }
                    let event = RequestEvent::Response {
                        status: FinalStatus(status),
                        headers: Pairs(headers),
                        bytes: first,
                        end,
                    };
                    post_event(request, event);
                }
                effect => self.send(effect),
            }
        }
        while !self.database.in_transaction()
            && let Some((id, ask)) = self.asked.pop_front()
        {
            let answer = match owner::answer(&self.database, || self.problems(), ask) {
                Ok(json) => FromBox::Answer { id, json },
                Err(message) => FromBox::Refused { id, message },
            };
            post(&answer);
        }
        self.wake = self.sandbox.wake_at().map(|at| {
            let wait = at.saturating_sub(Machine::get().now());
            // Rounded up, so that it is not woken for nothing; a day is far beyond any deadline.
            let wait = u32::try_from(wait.as_millis())
                .unwrap_or(86_400_000)
                .saturating_add(1);
            Timeout::new(wait, || with(|runtime| runtime.sandbox.wake()))
        });
    }

    fn send(&self, effect: Effect) {
        match effect {
            Effect::Body(request) => post_event(request, RequestEvent::BodyWanted {}),
            Effect::Chunk { request, bytes } => {
                let bytes = Uint8Array::from(&*bytes);
                post_event(request, RequestEvent::ResponseBody { bytes });
            }
            Effect::End(request) => post_event(request, RequestEvent::ResponseEnd {}),
            Effect::Reset(request) => post_event(request, RequestEvent::ResponseReset {}),
            Effect::File {
                request,
                ticket,
                op,
            } => {
                let operation = match op {
                    FileOp::Read(path) => FileOperation::Read { path },
                    FileOp::Write(path, bytes) => FileOperation::Write {
                        path,
                        bytes: Uint8Array::from(&*bytes),
                        max_total: self.sandbox.limits().files_bytes(),
                    },
                    FileOp::Delete(path) => FileOperation::Delete { path },
                    FileOp::List(prefix) => FileOperation::List { prefix },
                };
                post_event(request, RequestEvent::File { ticket, operation });
            }
            Effect::Log(entry) => self.log(&entry),
            // `pump` posts these.
            Effect::Head { .. } => {}
        }
    }

    fn log(&self, entry: &LogEntry) {
        let machine = Machine::get();
        let age = machine.now().saturating_sub(entry.time);
        let time = machine.unix_time().saturating_sub(age);
        let entry = messages::LogEntry {
            time: u64::try_from(time.as_millis()).unwrap_or_default(),
            level: match entry.level {
                Level::Debug => messages::LogLevel::Debug,
                Level::Info => messages::LogLevel::Info,
                Level::Warn => messages::LogLevel::Warn,
                Level::Error => messages::LogLevel::Error,
            },
            route: entry.route.clone(),
            message: entry.message.clone(),
            incident: entry.incident.clone(),
            at: entry.at.as_ref().map(ToString::to_string),
            stack: entry.stack.clone(),
        };
        post(&FromBox::Log { entry: Json(entry) });
    }
}

fn post_event(request: RequestId, event: RequestEvent) {
    let id = request.0;
    post(&FromBox::Request { id, event });
}

fn file_reply(result: FileResult) -> Result<FileReply, FileError> {
    Ok(match result {
        FileResult::Refused { message } => return Err(FileError(message)),
        FileResult::Contents { body, media_type } => FileReply::Read(Some(match body {
            Body::Bytes { bytes } => (bytes.to_vec(), media_type),
            // The owner has made bytes of it.
            Body::Empty {} | Body::Blob { .. } => (Vec::new(), media_type),
        })),
        FileResult::NotFound {} => FileReply::Read(None),
        FileResult::Written {} => FileReply::Done,
        FileResult::Deleted { existed } => FileReply::Deleted(existed),
        FileResult::List { files } => {
            let files = files.into_iter();
            FileReply::List(files.map(|file| (file.path, file.size)).collect())
        }
    })
}
