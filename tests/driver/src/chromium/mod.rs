//! Chromium over the DevTools protocol: one WebSocket, flat sessions.
//!
//! A session is attached to the pages we open and to their frames, never by itself to a worker: an attached debugger
//! keeps a worker alive for ever.

mod click;
mod frame;
mod input;
mod launch;
mod page;
mod permissions;
mod state;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::address::names;
use crate::connection::{COMMAND, Connection, Event, locked, text};
use crate::process::Process;
use crate::wait::{Probe, until};
use crate::{DriverError, Options, Result};

pub use frame::Frame;
pub use page::Page;
pub use permissions::grant_origins;
pub use state::Target;
use state::{Chore, State};

/// How long a browser may take to end when it is asked to.
const CLOSING: Duration = Duration::from_secs(10);

/// A running Chromium. Dropping it kills all of its processes.
#[derive(Debug)]
pub struct Chromium {
    // Before the process: the connection ends first.
    connection: Connection,
    state: Arc<Mutex<State>>,
    process: Process,
    extension: Option<PathBuf>,
    headless: bool,
}

impl Chromium {
    /// Starts `chromium` (or a relative of it on the `PATH`, or the program in `$CHROMIUM`) and connects to it.
    ///
    /// # Errors
    /// When there is none, or it does not start.
    pub async fn launch(options: Options) -> Result<Self> {
        let (process, url) = launch::start(&options).await?;
        let state = Arc::new(Mutex::new(State::default()));
        let (chores, todo) = mpsc::unbounded_channel();
        let connection = Connection::open(&url, {
            let state = Arc::clone(&state);
            move |event: Event| {
                if let Some(chore) = locked(&state).note(event) {
                    let _ = chores.send(chore);
                }
            }
        })
        .await?;
        tokio::spawn(do_chores(connection.clone(), todo));
        let browser = Self {
            connection,
            state,
            process,
            extension: options.extension,
            headless: options.headless,
        };
        // Discovery tells what there is and attaches to nothing.
        browser
            .command("Target.setDiscoverTargets", json!({ "discover": true }))
            .await?;
        Ok(browser)
    }

    /// A new page, in a window of its own so that it is visible and not throttled.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn new_page(&self) -> Result<Page> {
        let params = json!({ "url": "about:blank", "newWindow": self.headless });
        let created = self.command("Target.createTarget", params).await?;
        self.attach_page(&text(&created, "Target.createTarget", "targetId")?)
            .await
    }

    /// A new page that has opened `url`.
    ///
    /// # Errors
    /// As [`Page::goto`].
    pub async fn open(&self, url: &str) -> Result<Page> {
        let page = self.new_page().await?;
        page.goto(url).await?;
        Ok(page)
    }

    /// Drives a page that something else opened (a restored tab, a pop-up); see [`Chromium::targets`].
    ///
    /// # Errors
    /// When there is no such target.
    pub async fn attach_page(&self, target: &str) -> Result<Page> {
        let session = self.attach(target).await?;
        prepare(&self.connection, &session).await?;
        Ok(Page::new(
            self.connection.clone(),
            Arc::clone(&self.state),
            target.to_owned(),
            session,
        ))
    }

    /// Everything there is now: pages, frames in other processes, workers. Without effect on any of it.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn targets(&self) -> Result<Vec<Target>> {
        let answer = self.command("Target.getTargets", json!({})).await?;
        let list = answer
            .get("targetInfos")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        Ok(list.iter().filter_map(Target::read).collect())
    }

    /// Waits for a target of `kind` (`page`, `service_worker`, `background_page` for an offscreen document, …) whose
    /// address contains `part` (and, after ` not `, does not contain the rest).
    ///
    /// # Errors
    /// When there is none within `limit`; the error lists what there is.
    pub async fn wait_for_target(&self, kind: &str, part: &str, limit: Duration) -> Result<Target> {
        let probe = async |_| {
            let targets = self.targets().await?;
            let found = targets
                .iter()
                .find(|target| target.kind == kind && names(part, &target.url));
            Ok(match found {
                Some(target) => Probe::Done(target.clone()),
                None => Probe::NotYet(listed(&targets)),
            })
        };
        until(limit, probe)
            .await?
            .map_err(|late| DriverError::NoTarget {
                kind: kind.to_owned(),
                part: part.to_owned(),
                present: late.last,
            })
    }

    /// The id of the extension that was loaded, from the key in its manifest.
    ///
    /// # Errors
    /// When none was loaded, or its manifest has no key.
    pub fn extension_id(&self) -> Result<String> {
        extension_id(self.extension.as_deref().unwrap_or(Path::new("(none)")))
    }

    /// The id of the browser's main process.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// A DevTools command to the browser itself, for what has no method here.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn command(&self, method: &str, params: Value) -> Result<Value> {
        self.connection.call("", method, params, COMMAND).await
    }

    /// Saves downloads in this folder, without asking. A file has its name once it is complete.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn download_to(&self, folder: impl AsRef<Path>) -> Result<()> {
        let params = json!({ "behavior": "allow", "downloadPath": folder.as_ref() });
        self.command("Browser.setDownloadBehavior", params)
            .await
            .map(drop)
    }

    /// Ends the browser as its menu would: the profile is written out.
    ///
    /// # Errors
    /// Never today; a browser that does not end in time is killed.
    pub async fn close(mut self) -> Result<()> {
        // The answer may be lost in the closing.
        let _ = self.command("Browser.close", json!({})).await;
        self.process.ended(CLOSING).await;
        self.process.kill();
        Ok(())
    }

    /// Ends the browser as a crash would.
    pub fn kill(mut self) {
        self.process.kill();
    }

    async fn attach(&self, target: &str) -> Result<String> {
        const METHOD: &str = "Target.attachToTarget";
        let answer = self
            .command(METHOD, json!({ "targetId": target, "flatten": true }))
            .await?;
        text(&answer, METHOD, "sessionId")
    }

    async fn detach(&self, session: &str) {
        // It fails when the target is gone, and then there is nothing to detach from.
        let _ = self
            .command("Target.detachFromTarget", json!({ "sessionId": session }))
            .await;
    }
}

/// The id of the unpacked extension in `folder`.
///
/// # Errors
/// When its manifest cannot be read or has no key.
pub fn extension_id(folder: &Path) -> Result<String> {
    let error = |reason: String| DriverError::Extension {
        path: folder.to_path_buf(),
        reason,
    };
    let manifest =
        std::fs::read(folder.join("manifest.json")).map_err(|why| error(why.to_string()))?;
    let manifest: Value =
        serde_json::from_slice(&manifest).map_err(|why| error(why.to_string()))?;
    let key = manifest
        .get("key")
        .and_then(Value::as_str)
        .unwrap_or_default();
    packaging::extension_id(key).map_err(|why| error(why.to_string()))
}

/// Switches on what a page's or frame's session needs.
async fn prepare(connection: &Connection, session: &str) -> Result<()> {
    let frames_only = json!([{ "type": "iframe", "exclude": false }, { "exclude": true }]);
    let steps = [
        ("Runtime.enable", json!({})),
        ("Log.enable", json!({})),
        ("Page.enable", json!({})),
        (
            "Target.setAutoAttach",
            json!({ "autoAttach": true, "waitForDebuggerOnStart": false, "flatten": true, "filter": frames_only }),
        ),
    ];
    for (method, params) in steps {
        connection.call(session, method, params, COMMAND).await?;
    }
    Ok(())
}

/// Answers events that want an answer.
async fn do_chores(connection: Connection, mut todo: mpsc::UnboundedReceiver<Chore>) {
    while let Some(chore) = todo.recv().await {
        let connection = connection.clone();
        tokio::spawn(async move {
            // Either fails when the page has gone on meanwhile.
            match chore {
                Chore::Prepare(session) => drop(prepare(&connection, &session).await),
                Chore::AcceptDialog(session) => {
                    let params = json!({ "accept": true });
                    drop(
                        connection
                            .call(&session, "Page.handleJavaScriptDialog", params, COMMAND)
                            .await,
                    );
                }
            }
        });
    }
}

fn listed(targets: &[Target]) -> String {
    targets
        .iter()
        .map(|target| format!("{} {}", target.kind, target.url))
        .collect::<Vec<_>>()
        .join(", ")
}
