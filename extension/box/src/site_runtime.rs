//! The site in the box: takes what the owner says to the sandbox, and what the sandbox wants to the owner.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use database::transfer::Import;
use database::{Database, Limits};
use gloo_timers::callback::Timeout;
use js_sys::{Array, Uint8Array};
use layout::Place;
use script::{
    Effect, Engine, FileError, FileOp, FileReply, Input, Level, LogEntry, Platform, Program,
    RequestHead, RequestId, Sandbox, Visitor,
};
use wasm_bindgen::prelude::*;

use crate::message::{FromBox, ToBox, flat};
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
    asked: VecDeque<(u64, String)>,
    wake: Option<Timeout>,
}

thread_local! {
    static RUNTIME: RefCell<Option<SiteRuntime>> = const { RefCell::new(None) };
    /// What was heard while the site was moving in.
    static EARLY: RefCell<VecDeque<ToBox>> = const { RefCell::new(VecDeque::new()) };
}

/// Takes a message of the owner ([`crate::border`]).
#[wasm_bindgen(js_name = handleMessage)]
pub async fn handle_message(message: ToBox) {
    if message.kind().as_deref() == Some("start") {
        match start(&message).await {
            Ok(runtime) => {
                runtime.tell_ready();
                RUNTIME.set(Some(runtime));
                for early in EARLY.take() {
                    with(|runtime| runtime.handle_message(&early));
                }
                with(|_| ());
            }
            Err(error) => FromBox::new("failed").with("message", error).send(),
        }
    } else if RUNTIME.with_borrow(Option::is_none) {
        EARLY.with_borrow_mut(|early| early.push_back(message));
    } else {
        with(|runtime| runtime.handle_message(&message));
    }
}

fn with(act: impl FnOnce(&mut SiteRuntime)) {
    RUNTIME.with_borrow_mut(|runtime| {
        if let Some(runtime) = runtime {
            act(runtime);
            runtime.pump();
            // What was said is on its way: meanwhile the next request gets its runtime.
            runtime.sandbox.prepare();
            crate::message::beat_if_grown();
        }
    });
}

async fn start(message: &ToBox) -> Result<SiteRuntime, String> {
    let machine = Machine::get();
    machine.check()?;
    let engine = Engine::new(machine.clone()).map_err(|error| error.to_string())?;
    let (program, seeds) = read(&engine, message)?;
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
fn read(engine: &Engine, message: &ToBox) -> Result<(Program, Seeds), String> {
    let list = Array::from(&message.files());
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut values = list.iter();
    while let (Some(path), Some(bytes)) = (values.next(), values.next()) {
        files.push((
            path.as_string().unwrap_or_default(),
            Uint8Array::new(&bytes).to_vec(),
        ));
    }
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

    fn tell_ready(&self) {
        let table = serde_json::to_string(self.program.table()).unwrap_or_default();
        let problems = serde_json::to_string(&self.problems()).unwrap_or_default();
        FromBox::new("ready")
            .with("table", table)
            .with("problems", problems)
            .send();
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

    fn handle_message(&mut self, message: &ToBox) {
        // Ids and tickets are whole numbers that one side counted.
        let id = message.id().unwrap_or_default() as u64;
        let request = RequestId(id);
        match message.kind().unwrap_or_default().as_str() {
            "request" => self.sandbox.start(request, head(message)),
            "body" => {
                let bytes = Uint8Array::new(&message.bytes()).to_vec();
                self.sandbox.input(request, Input::Body(bytes));
            }
            "bodyEnd" => self.sandbox.input(request, Input::BodyEnd),
            "room" => self.sandbox.input(request, Input::Room),
            "left" => self.sandbox.input(request, Input::Left),
            "file" => {
                let ticket = message.ticket().unwrap_or_default() as u32;
                self.sandbox
                    .input(request, Input::File(ticket, file_reply(message)));
            }
            "program" => self.renew(message),
            "ask" => self
                .asked
                .push_back((id, message.ask().unwrap_or_default())),
            "ping" => crate::message::beat(),
            _ => {}
        }
    }

    /// Another version of the site's code. Requests under way end with the old one.
    fn renew(&mut self, message: &ToBox) {
        match read(&self.engine, message) {
            Ok((program, seeds)) => {
                self.program = Rc::new(program);
                self.sandbox.replace(self.program.clone());
                self.plant(&seeds);
                self.tell_ready();
            }
            Err(error) => FromBox::new("failed").with("message", error).send(),
        }
    }

    /// Says what the sandbox wants, until it wants nothing more, and sees to it that it is woken.
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
                    let mut said = FromBox::about("head", request.0)
                        .with("status", status)
                        .with("headers", flat(headers));
                    // A small answer is one message.
                    if let Some(Effect::Chunk { request: of, bytes }) = effects.front()
                        && *of == request
                    {
                        said = said.bytes(bytes);
                        effects.pop_front();
                    }
                    let ends = effects.front() == Some(&Effect::End(request));
                    if ends {
                        effects.pop_front();
                    }
                    said.with("end", ends).send();
                }
                effect => self.send(effect),
            }
        }
        while !self.database.in_transaction()
            && let Some((id, ask)) = self.asked.pop_front()
        {
            match owner::answer(&self.database, || self.problems(), &ask) {
                Ok(answer) => FromBox::about("told", id).with("answer", answer).send(),
                Err(error) => FromBox::about("told", id).with("error", error).send(),
            }
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
            Effect::Body(request) => FromBox::about("bodyWanted", request.0).send(),
            Effect::Chunk { request, bytes } => {
                FromBox::about("chunk", request.0).bytes(&bytes).send()
            }
            Effect::End(request) => FromBox::about("end", request.0).send(),
            Effect::Reset(request) => FromBox::about("reset", request.0).send(),
            Effect::File {
                request,
                ticket,
                op,
            } => {
                let said = FromBox::about("file", request.0).with("ticket", ticket);
                // Below 2^53.
                let most = self.sandbox.limits().files_bytes() as f64;
                let (word, path, bytes) = match op {
                    FileOp::Read(path) => ("read", path, None),
                    FileOp::Write(path, bytes) => ("write", path, Some(bytes)),
                    FileOp::Delete(path) => ("delete", path, None),
                    FileOp::List(path) => ("list", path, None),
                };
                let said = said.with("op", word).with("path", path);
                match bytes {
                    Some(bytes) => said.with("most", most).bytes(&bytes).send(),
                    None => said.send(),
                }
            }
            Effect::Log(entry) => self.log(&entry),
            // `pump` says heads.
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
        let json = serde_json::to_string(&entry).unwrap_or_default();
        FromBox::new("log").with("entry", json).send();
    }
}

fn head(message: &ToBox) -> RequestHead {
    let list = Array::from(&message.headers());
    let mut texts = list.iter().filter_map(|text| text.as_string());
    let mut headers = Vec::new();
    while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
        headers.push((name, value));
    }
    RequestHead {
        method: message.method().unwrap_or_default(),
        target: message.target().unwrap_or_default(),
        headers,
        origin: message.origin().unwrap_or_default(),
        has_body: message.body().unwrap_or_default(),
        visitor: Visitor {
            id: message.visitor().unwrap_or_default(),
            network: message.network().unwrap_or_default(),
            transport: message.transport().unwrap_or_default(),
        },
    }
}

fn file_reply(message: &ToBox) -> Result<FileReply, FileError> {
    if let Some(refused) = message.refused() {
        return Err(FileError(refused));
    }
    if let Some(deleted) = message.deleted() {
        return Ok(FileReply::Deleted(deleted));
    }
    if message.list().is_object() {
        let list = Array::from(&message.list());
        let mut files = Vec::new();
        let mut values = list.iter();
        while let (Some(path), Some(size)) = (values.next(), values.next()) {
            let size = size.as_f64().unwrap_or_default() as u64;
            files.push((path.as_string().unwrap_or_default(), size));
        }
        return Ok(FileReply::List(files));
    }
    // What was read has a type, be it empty; what was written has not.
    let Some(media_type) = message.media_type() else {
        return Ok(FileReply::Done);
    };
    let bytes = message.bytes();
    let file = bytes
        .is_object()
        .then(|| (Uint8Array::new(&bytes).to_vec(), media_type));
    Ok(FileReply::Read(file))
}
