//! Firefox over WebDriver BiDi, spoken to directly: no geckodriver.

mod frame;
mod launch;
mod page;
mod state;
mod value;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::connection::{COMMAND, Connection, Event, locked, text};
use crate::process::Process;
use crate::{DriverError, Options, Result};

pub use frame::Frame;
pub use page::Page;
use state::State;

/// How long a browser may take to end when it is asked to.
const CLOSING: Duration = Duration::from_secs(10);

/// A running Firefox. Dropping it kills all of its processes.
#[derive(Debug)]
pub struct Firefox {
    // Before the process: the connection ends first.
    connection: Connection,
    state: Arc<Mutex<State>>,
    process: Process,
    extension: Option<String>,
}

impl Firefox {
    /// Starts `firefox-esr` (or `firefox`, or the program in `$FIREFOX`), connects to it and installs the extension of
    /// the options, temporarily.
    ///
    /// # Errors
    /// When there is none, or it does not start, or it refuses the extension.
    pub async fn launch(options: Options) -> Result<Self> {
        let (process, url) = launch::start(&options).await?;
        let state = Arc::new(Mutex::new(State::default()));
        let connection = Connection::open(&url, {
            let state = Arc::clone(&state);
            move |event: Event| locked(&state).note(&event)
        })
        .await?;
        let mut browser = Self {
            connection,
            state,
            process,
            extension: None,
        };
        let capabilities = json!({ "capabilities": { "alwaysMatch": { "unhandledPromptBehavior": { "default": "accept" } } } });
        browser.command("session.new", capabilities).await?;
        let events = json!({ "events": ["log.entryAdded", "browsingContext.contextCreated"] });
        browser.command("session.subscribe", events).await?;
        if let Some(folder) = &options.extension {
            browser.extension = Some(browser.install(folder).await?);
        }
        Ok(browser)
    }

    /// A new page in a new tab.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn new_page(&self) -> Result<Page> {
        const METHOD: &str = "browsingContext.create";
        let created = self.command(METHOD, json!({ "type": "tab" })).await?;
        let context = text(&created, METHOD, "context")?;
        Ok(Page::new(
            self.connection.clone(),
            Arc::clone(&self.state),
            context,
        ))
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

    /// The pages there are, for those that something else opened.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn pages(&self) -> Result<Vec<Page>> {
        let tree = self
            .command("browsingContext.getTree", json!({ "maxDepth": 0 }))
            .await?;
        let contexts = tree
            .get("contexts")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let pages = contexts
            .iter()
            .filter_map(|context| context.get("context")?.as_str());
        Ok(pages
            .map(|context| {
                Page::new(
                    self.connection.clone(),
                    Arc::clone(&self.state),
                    context.to_owned(),
                )
            })
            .collect())
    }

    /// Installs an unpacked extension until the browser ends; gives its id.
    ///
    /// # Errors
    /// [`DriverError::Extension`] when Firefox refuses it.
    pub async fn install(&self, folder: &Path) -> Result<String> {
        const METHOD: &str = "webExtension.install";
        let error = |reason: String| DriverError::Extension {
            path: folder.to_path_buf(),
            reason,
        };
        let path = std::fs::canonicalize(folder).map_err(|why| error(why.to_string()))?;
        let params = json!({ "extensionData": { "type": "path", "path": path } });
        let answer = self
            .command(METHOD, params)
            .await
            .map_err(|why| error(why.to_string()))?;
        text(&answer, METHOD, "extension")
    }

    /// The id of the extension that was installed at the start.
    ///
    /// # Errors
    /// [`DriverError::Extension`] when none was.
    pub fn extension_id(&self) -> Result<String> {
        self.extension
            .clone()
            .ok_or_else(|| DriverError::Extension {
                path: "(none)".into(),
                reason: "none was installed".to_owned(),
            })
    }

    /// The id of the browser's main process.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// A BiDi command, for what has no method here.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn command(&self, method: &str, params: Value) -> Result<Value> {
        self.connection.call("", method, params, COMMAND).await
    }

    /// Ends the browser as its menu would: the profile is written out.
    ///
    /// # Errors
    /// Never today; a browser that does not end in time is killed.
    pub async fn close(mut self) -> Result<()> {
        // The answer may be lost in the closing.
        let _ = self
            .connection
            .call("", "browser.close", json!({}), CLOSING)
            .await;
        self.process.ended(CLOSING).await;
        self.process.kill();
        Ok(())
    }

    /// Ends the browser as a crash would.
    pub fn kill(mut self) {
        self.process.kill();
    }
}
