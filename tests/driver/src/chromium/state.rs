//! What the browser has told: sessions, frames, consoles, service workers. Only notes; it sends nothing.

use std::collections::HashMap;

use serde_json::Value;

use crate::connection::Event;

/// The longest console that is kept, in lines: enough to explain a failure.
const CONSOLE_LINES: usize = 500;

/// A page, frame or worker.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Target {
    /// The browser's id of it.
    pub id: String,
    /// `page`, `iframe`, `service_worker`, `background_page`, …
    pub kind: String,
    /// Its address.
    pub url: String,
}

impl Target {
    /// Reads a protocol `TargetInfo`.
    pub(super) fn read(info: &Value) -> Option<Self> {
        let field = |name| info.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            id: field("targetId")?,
            kind: field("type")?,
            url: field("url")?,
        })
    }
}

/// Something to be done about an event.
pub(super) enum Chore {
    /// A frame's session was attached.
    Prepare(String),
    /// A page opened a dialog, which would hold up everything.
    AcceptDialog(String),
}

/// A version of a service worker, as the `ServiceWorker` domain tells.
#[derive(Debug, Clone)]
pub(super) struct Version {
    /// Its id, for `stopWorker`.
    pub id: String,
    /// Its script.
    pub script: String,
    /// Whether it runs (or is about to).
    pub runs: bool,
}

/// All notes.
#[derive(Debug, Default)]
pub(super) struct State {
    sessions: HashMap<String, Session>,
    versions: HashMap<String, Version>,
}

#[derive(Debug, Default)]
struct Session {
    parent: Option<String>,
    console: Vec<String>,
    /// The page's own script context of each frame.
    contexts: HashMap<String, String>,
}

impl State {
    /// Notes an event; says what has to be done about it, if anything.
    pub fn note(&mut self, event: Event) -> Option<Chore> {
        let Event {
            method,
            session,
            params,
        } = event;
        match method.as_str() {
            "Target.attachedToTarget" => {
                let child = string(&params, "/sessionId")?;
                let is_frame =
                    params.pointer("/targetInfo/type").and_then(Value::as_str) == Some("iframe");
                let parent = (!session.is_empty()).then_some(session);
                self.sessions.entry(child.clone()).or_default().parent = parent;
                return is_frame.then_some(Chore::Prepare(child));
            }
            "Target.detachedFromTarget" => {
                self.sessions.remove(&string(&params, "/sessionId")?);
            }
            "Runtime.executionContextCreated" => {
                let is_own = params
                    .pointer("/context/auxData/isDefault")
                    .and_then(Value::as_bool)?;
                let frame = string(&params, "/context/auxData/frameId")?;
                let context = string(&params, "/context/uniqueId")?;
                if is_own {
                    self.session(&session).contexts.insert(frame, context);
                }
            }
            "Runtime.executionContextDestroyed" => {
                let gone = string(&params, "/executionContextUniqueId")?;
                self.session(&session)
                    .contexts
                    .retain(|_, context| *context != gone);
            }
            "Runtime.executionContextsCleared" => self.session(&session).contexts.clear(),
            "Runtime.consoleAPICalled" => self.print(&session, console_line(&params)),
            "Runtime.exceptionThrown" => {
                let details = params.get("exceptionDetails").unwrap_or(&Value::Null);
                self.print(&session, format!("uncaught: {}", exception(details)));
            }
            "Log.entryAdded" => {
                let part = |name| string(&params, name).unwrap_or_default();
                self.print(
                    &session,
                    format!(
                        "{}: {} ({})",
                        part("/entry/level"),
                        part("/entry/text"),
                        part("/entry/url")
                    ),
                );
            }
            "Inspector.targetCrashed" => {
                self.print(&session, "the page's process crashed".to_owned())
            }
            "Page.javascriptDialogOpening" => {
                self.print(
                    &session,
                    format!(
                        "dialog: {}",
                        string(&params, "/message").unwrap_or_default()
                    ),
                );
                return Some(Chore::AcceptDialog(session));
            }
            "ServiceWorker.workerVersionUpdated" => {
                let versions = params.get("versions").and_then(Value::as_array)?;
                for version in versions.iter().filter_map(version) {
                    self.versions.insert(version.id.clone(), version);
                }
            }
            _ => {}
        }
        None
    }

    /// The sessions of a page: its own and those of its frames in other processes.
    pub fn family(&self, root: &str) -> Vec<String> {
        self.sessions
            .keys()
            .filter(|session| self.root(session) == root)
            .cloned()
            .collect()
    }

    /// The script context of a frame of a session.
    pub fn context(&self, session: &str, frame: &str) -> Option<String> {
        self.sessions.get(session)?.contexts.get(frame).cloned()
    }

    /// What a page and its frames printed.
    pub fn console(&self, session: &str) -> Vec<String> {
        self.sessions
            .get(session)
            .map(|session| session.console.clone())
            .unwrap_or_default()
    }

    /// The running service workers whose script's address contains `part`.
    pub fn running(&self, part: &str) -> Vec<Version> {
        self.versions
            .values()
            .filter(|version| version.runs && version.script.contains(part))
            .cloned()
            .collect()
    }

    /// Forgets all service workers: `ServiceWorker.enable` tells them anew.
    pub fn forget_versions(&mut self) {
        self.versions.clear();
    }

    /// The scripts of all service workers, for messages.
    pub fn scripts(&self) -> String {
        let name = |version: &Version| {
            format!(
                "{}{}",
                version.script,
                if version.runs { " (runs)" } else { "" }
            )
        };
        self.versions
            .values()
            .map(name)
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn session(&mut self, session: &str) -> &mut Session {
        self.sessions.entry(session.to_owned()).or_default()
    }

    fn root<'a>(&'a self, mut session: &'a str) -> &'a str {
        while let Some(parent) = self
            .sessions
            .get(session)
            .and_then(|session| session.parent.as_deref())
        {
            session = parent;
        }
        session
    }

    /// Frames come and go; what they print is kept with their page.
    fn print(&mut self, session: &str, line: String) {
        let root = self.root(session).to_owned();
        let console = &mut self.session(&root).console;
        if console.len() == CONSOLE_LINES {
            console.remove(0);
        }
        console.push(line);
    }
}

/// A protocol `ExceptionDetails` as text.
pub(super) fn exception(details: &Value) -> String {
    string(details, "/exception/description")
        .or_else(|| details.pointer("/exception/value").map(Value::to_string))
        .or_else(|| string(details, "/text"))
        .unwrap_or_else(|| details.to_string())
}

fn console_line(params: &Value) -> String {
    let arguments = params
        .get("args")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let words: Vec<String> = arguments
        .iter()
        .map(|argument| match argument.get("value") {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => string(argument, "/description").unwrap_or_else(|| "undefined".to_owned()),
        })
        .collect();
    format!(
        "{}: {}",
        string(params, "/type").unwrap_or_default(),
        words.join(" ")
    )
}

fn version(value: &Value) -> Option<Version> {
    let status = string(value, "/runningStatus")?;
    Some(Version {
        id: string(value, "/versionId")?,
        script: string(value, "/scriptURL")?,
        runs: matches!(status.as_str(), "running" | "starting"),
    })
}

fn string(value: &Value, pointer: &str) -> Option<String> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .map(str::to_owned)
}
