//! The site in the box: passes the owner's messages to the sandbox, and posts the sandbox's effects to the owner. Must not
//! know how code or database work inside.

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
use crate::owner_requests;
use crate::platform::WorkerPlatform;

/// The site's folder. `box.js` opens the real one among all private files, and `least_privilege.js` returns it for
/// whatever name is opened here.
const FOLDER: &str = "site";

/// The site in this Worker.
pub struct SiteRuntime {
    engine: Engine,
    program: Rc<Program>,
    sandbox: Sandbox,
    /// The site's database.
    pub database: Rc<Database>,
    /// What the owner owner_requests while a request had the database.
    owner_requests: VecDeque<(u64, BoxAsk)>,
    wake: Option<Timeout>,
}

thread_local! {
    static RUNTIME: RefCell<Option<SiteRuntime>> = const { RefCell::new(None) };
    /// Messages that came while the site was being started.
    static QUEUED: RefCell<VecDeque<ToBox>> = const { RefCell::new(VecDeque::new()) };
}

/// Handles a `messages::site_box::ToBox` of the owner. Anything else is ignored.
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
                for queued in QUEUED.take() {
                    with_runtime(|runtime| runtime.handle_message(queued));
                }
                with_runtime(|_| ());
            }
            Err(message) => post(&FromBox::Failed { message }),
        }
    } else if RUNTIME.with_borrow(Option::is_none) {
        QUEUED.with_borrow_mut(|queued| queued.push_back(message));
    } else {
        with_runtime(|runtime| runtime.handle_message(message));
    }
}

fn with_runtime(act: impl FnOnce(&mut SiteRuntime)) {
    RUNTIME.with_borrow_mut(|runtime| {
        if let Some(runtime) = runtime {
            act(runtime);
            runtime.post_effects();
            // The messages are sent: now the next request's runtime can be prepared.
            runtime.sandbox.prepare();
            post_alive_if_grown();
        }
    });
}

async fn start(files: Vec<NamedFile>) -> Result<SiteRuntime, String> {
    let platform = WorkerPlatform::get();
    platform.check_random()?;
    let engine = Engine::new(platform.clone()).map_err(|error| error.to_string())?;
    let (program, seeds) = build_program(&engine, files)?;
    let connection = crate::database::open(FOLDER)
        .await
        .map_err(|error| error.to_string())?;
    // A statement may take as long as the code that waits for it, and no longer.
    let max_duration = Duration::from_millis(program.limits().cpu_ms);
    let time_is_up = move || WorkerPlatform::get().turn_elapsed() > max_duration;
    let database = Database::open(connection, Limits::default(), time_is_up)
        .map_err(|error| error.to_string())?;
    let program = Rc::new(program);
    let database = Rc::new(database);
    let runtime = SiteRuntime {
        sandbox: Sandbox::new(engine.clone(), program.clone(), Some(database.clone())),
        engine,
        program,
        database,
        owner_requests: VecDeque::new(),
        wake: None,
    };
    runtime.import_seeds(&seeds);
    Ok(runtime)
}

/// Rows that a new collection starts with: a file's path and text.
type Seeds = Vec<(String, String)>;

/// Compiles the site's code and collects its seeds.
fn build_program(engine: &Engine, files: Vec<NamedFile>) -> Result<(Program, Seeds), String> {
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
    /// Imports the rows of collections that do not exist yet. Errors in a file are logged.
    fn import_seeds(&self, seeds: &Seeds) {
        for (file, text) in seeds {
            let Some(Place::Data(name)) = Place::of(file) else {
                continue;
            };
            let platform = WorkerPlatform::get();
            let mut random = |bytes: &mut [u8]| platform.random(bytes);
            let imported = self
                .database
                .collection(name)
                .and_then(|rows| rows.import(file, text, Import::Seed, &mut random));
            if let Err(error) = imported {
                self.log(&LogEntry {
                    level: Level::Error,
                    request: RequestId(0),
                    route: file.clone(),
                    message: error.to_string(),
                    incident: None,
                    at: None,
                    stack: String::new(),
                    time: platform.now(),
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
            ToBox::UpdateCode { files } => self.update_code(files),
            ToBox::OwnerRequest { id, request } => self.owner_requests.push_back((id, request.0)),
            ToBox::Ping {} => post_alive(),
            // The first message was the start.
            ToBox::Start { .. } => {}
        }
    }

    fn input(&mut self, id: u64, input: Input) {
        self.sandbox.input(RequestId(id), input);
    }

    /// Replaces the site's code. Requests under way end with the old version.
    fn update_code(&mut self, files: Vec<NamedFile>) {
        match build_program(&self.engine, files) {
            Ok((program, seeds)) => {
                self.program = Rc::new(program);
                self.sandbox.replace(self.program.clone());
                self.import_seeds(&seeds);
                self.post_ready();
            }
            Err(message) => post(&FromBox::Failed { message }),
        }
    }

    /// Posts the sandbox's effects until there are none, handles the owner's requests, and sets the timer for the next wake-up.
    fn post_effects(&mut self) {
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
                    // A small response is one message.
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
                effect => self.post_effect(effect),
            }
        }
        while !self.database.in_transaction()
            && let Some((id, request)) = self.owner_requests.pop_front()
        {
            let reply = match owner_requests::handle(&self.database, || self.problems(), request) {
                Ok(json) => FromBox::OwnerReply { id, json },
                Err(message) => FromBox::OwnerError { id, message },
            };
            post(&reply);
        }
        self.wake = self.sandbox.wake_at().map(|at| {
            let wait = at.saturating_sub(WorkerPlatform::get().now());
            // Rounded up, so that it is not woken for nothing; a day is far beyond any deadline.
            let wait = u32::try_from(wait.as_millis())
                .unwrap_or(86_400_000)
                .saturating_add(1);
            Timeout::new(wait, || with_runtime(|runtime| runtime.sandbox.wake()))
        });
    }

    fn post_effect(&self, effect: Effect) {
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
            // `post_effects` posts these.
            Effect::Head { .. } => {}
        }
    }

    fn log(&self, entry: &LogEntry) {
        let platform = WorkerPlatform::get();
        let age = platform.now().saturating_sub(entry.time);
        let time = platform.unix_time().saturating_sub(age);
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
