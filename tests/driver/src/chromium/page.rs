//! A page: going places, running scripts, waiting, looking. It must not know frames.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::state::{State, exception};
use crate::connection::{COMMAND, Connection, locked, text};
use crate::decode::{save_png, typed};
use crate::error::shortened;
use crate::wait::{Probe, truthy, until};
use crate::{DriverError, Result};

/// How long a navigation may take until the page has loaded.
const NAVIGATION: Duration = Duration::from_secs(30);
/// How long a script may take: a large download through a page is one script.
const SCRIPT: Duration = Duration::from_secs(120);
/// How many lines of a console an error shows.
const SHOWN_LINES: usize = 30;

/// A page of a [`super::Chromium`]. It stays open when this is dropped; see [`Page::close`].
#[derive(Debug, Clone)]
pub struct Page {
    connection: Connection,
    state: Arc<Mutex<State>>,
    target: String,
    session: String,
}

impl Page {
    pub(super) fn new(
        connection: Connection,
        state: Arc<Mutex<State>>,
        target: String,
        session: String,
    ) -> Self {
        Self {
            connection,
            state,
            target,
            session,
        }
    }

    /// Opens `url` and waits until the page has loaded.
    ///
    /// # Errors
    /// [`DriverError::Navigation`] when it cannot be reached, [`DriverError::Timeout`] when it does not finish.
    pub async fn goto(&self, url: &str) -> Result<()> {
        self.navigate(url).await?;
        self.loaded(None).await
    }

    /// Opens `url` and waits only until the new document is there.
    ///
    /// # Errors
    /// [`DriverError::Navigation`] when it cannot be reached.
    pub async fn navigate(&self, url: &str) -> Result<()> {
        let answer = self.command("Page.navigate", json!({ "url": url })).await?;
        match answer.get("errorText").and_then(Value::as_str) {
            Some(reason) if !reason.is_empty() => Err(DriverError::Navigation {
                url: url.to_owned(),
                reason: reason.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Loads the page again and waits until it has loaded.
    ///
    /// # Errors
    /// [`DriverError::Timeout`] when it does not finish.
    pub async fn reload(&self) -> Result<()> {
        let before = self.main_context();
        self.command("Page.reload", json!({})).await?;
        self.loaded(before).await
    }

    /// Goes back one entry of the history, as the browser's button does.
    ///
    /// # Errors
    /// [`DriverError::Navigation`] when there is none.
    pub async fn back(&self) -> Result<()> {
        self.traverse(-1).await
    }

    /// Goes forward one entry of the history.
    ///
    /// # Errors
    /// [`DriverError::Navigation`] when there is none.
    pub async fn forward(&self) -> Result<()> {
        self.traverse(1).await
    }

    /// The value of a JavaScript expression in the page; a promise is awaited. It counts as a user's gesture.
    ///
    /// # Errors
    /// [`DriverError::Script`] when it throws, [`DriverError::Value`] when its value is no `T`.
    pub async fn eval<T: DeserializeOwned>(&self, script: &str) -> Result<T> {
        typed(self.eval_value(script, SCRIPT).await?, script)
    }

    /// As [`Page::eval`], for at most `limit`.
    ///
    /// # Errors
    /// As [`Page::eval`], and [`DriverError::Unanswered`].
    pub async fn eval_within<T: DeserializeOwned>(
        &self,
        script: &str,
        limit: Duration,
    ) -> Result<T> {
        typed(self.eval_value(script, limit).await?, script)
    }

    /// Waits until a JavaScript expression is truthy; gives its value. Survives navigations.
    ///
    /// # Errors
    /// [`DriverError::Timeout`] with the last value and what the page printed.
    pub async fn wait_for(&self, condition: &str, limit: Duration) -> Result<Value> {
        let probe = async |left| Ok(truthy(self.eval_value(condition, left).await?));
        match until(limit, probe).await? {
            Ok(value) => Ok(value),
            Err(late) => Err(self.timeout(condition, limit, late.last).await),
        }
    }

    /// The page's address.
    ///
    /// # Errors
    /// When the page is gone.
    pub async fn url(&self) -> Result<String> {
        self.eval("location.href").await
    }

    /// What the page and its frames printed: console, uncaught exceptions, failed loads.
    pub fn console(&self) -> Vec<String> {
        locked(&self.state).console(&self.session)
    }

    /// Saves what is visible as PNG.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn screenshot(&self, file: impl AsRef<Path>) -> Result<()> {
        const METHOD: &str = "Page.captureScreenshot";
        let answer = self.command(METHOD, json!({ "format": "png" })).await?;
        save_png(&text(&answer, METHOD, "data")?, file.as_ref())
    }

    /// Sets the size of the visible area, in CSS pixels.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn set_viewport(&self, width: u32, height: u32) -> Result<()> {
        let params =
            json!({ "width": width, "height": height, "deviceScaleFactor": 0, "mobile": false });
        self.command("Emulation.setDeviceMetricsOverride", params)
            .await
            .map(drop)
    }

    /// Switches the dark colour scheme on or off.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn set_dark(&self, dark: bool) -> Result<()> {
        let scheme = if dark { "dark" } else { "light" };
        let params = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.command("Emulation.setEmulatedMedia", params)
            .await
            .map(drop)
    }

    /// Brings the page to the front of its window.
    ///
    /// # Errors
    /// When the page is gone.
    pub async fn to_front(&self) -> Result<()> {
        self.command("Page.bringToFront", json!({})).await.map(drop)
    }

    /// Closes the page.
    ///
    /// # Errors
    /// When it is gone already.
    pub async fn close(self) -> Result<()> {
        let params = json!({ "targetId": self.target });
        self.connection
            .call("", "Target.closeTarget", params, COMMAND)
            .await
            .map(drop)
    }

    /// Crashes the page's process, as running out of memory would.
    pub async fn crash(&self) {
        // It is never answered.
        let _ = self
            .connection
            .call(
                &self.session,
                "Page.crash",
                json!({}),
                Duration::from_secs(1),
            )
            .await;
    }

    /// The browser's id of this page.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// A DevTools command to this page, for what has no method here.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn command(&self, method: &str, params: Value) -> Result<Value> {
        self.connection
            .call(&self.session, method, params, COMMAND)
            .await
    }

    pub(crate) async fn eval_value(&self, script: &str, limit: Duration) -> Result<Value> {
        evaluate(&self.connection, &self.session, None, script, limit).await
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The page's sessions: its own first.
    pub(super) fn sessions(&self) -> Vec<String> {
        let mut all = locked(&self.state).family(&self.session);
        all.retain(|session| *session != self.session);
        all.insert(0, self.session.clone());
        all
    }

    pub(super) fn context(&self, session: &str, frame: &str) -> Option<String> {
        locked(&self.state).context(session, frame)
    }

    pub(super) async fn timeout(&self, what: &str, limit: Duration, last: String) -> DriverError {
        let place = self
            .eval_within("location.href", Duration::from_secs(1))
            .await;
        let console = self.console();
        let from = console.len().saturating_sub(SHOWN_LINES);
        DriverError::Timeout {
            what: what.to_owned(),
            limit,
            last: shortened(&last),
            place: place.unwrap_or_else(|error| format!("(unknown: {error})")),
            console: console.get(from..).unwrap_or_default().join("\n"),
        }
    }

    async fn traverse(&self, by: i64) -> Result<()> {
        let history = async || {
            let answer = self.command("Page.getNavigationHistory", json!({})).await?;
            let at = answer
                .get("currentIndex")
                .and_then(Value::as_i64)
                .unwrap_or_default();
            Ok::<_, DriverError>((at, answer))
        };
        let (at, answer) = history().await?;
        let aim = at + by;
        let entry = usize::try_from(aim)
            .ok()
            .and_then(|aim| answer.get("entries")?.get(aim)?.get("id").cloned());
        let Some(entry) = entry else {
            return Err(DriverError::Navigation {
                url: format!("{by:+} in the history"),
                reason: "there is no such entry".to_owned(),
            });
        };
        self.command("Page.navigateToHistoryEntry", json!({ "entryId": entry }))
            .await?;
        let probe = async |_| {
            let (at, _) = history().await?;
            Ok(if at == aim {
                Probe::Done(())
            } else {
                Probe::NotYet(format!("entry {at}"))
            })
        };
        if let Err(late) = until(NAVIGATION, probe).await? {
            return Err(self
                .timeout("the history entry", NAVIGATION, late.last)
                .await);
        }
        self.loaded(None).await
    }

    /// Waits until the document has loaded and its script context is not `before`.
    async fn loaded(&self, before: Option<String>) -> Result<()> {
        let probe = async |left| {
            if before.is_some() && self.main_context() == before {
                return Ok(Probe::NotYet("the old document".to_owned()));
            }
            let state = self.eval_value("document.readyState", left).await?;
            Ok(if state == "complete" {
                Probe::Done(())
            } else {
                Probe::NotYet(state.to_string())
            })
        };
        match until(NAVIGATION, probe).await? {
            Ok(()) => Ok(()),
            Err(late) => Err(self
                .timeout("the page to load", NAVIGATION, late.last)
                .await),
        }
    }

    /// A page's main frame has the id of its target.
    fn main_context(&self) -> Option<String> {
        self.context(&self.session, &self.target)
    }
}

/// Evaluates in a session, in the main frame or the given context.
pub(super) async fn evaluate(
    connection: &Connection,
    session: &str,
    context: Option<&str>,
    script: &str,
    limit: Duration,
) -> Result<Value> {
    let mut params = json!({
        "expression": script,
        "awaitPromise": true,
        "returnByValue": true,
        "userGesture": true,
    });
    if let (Some(context), Some(fields)) = (context, params.as_object_mut()) {
        fields.insert("uniqueContextId".to_owned(), context.into());
    }
    let mut answer = connection
        .call(session, "Runtime.evaluate", params, limit)
        .await?;
    if let Some(details) = answer.get("exceptionDetails") {
        return Err(DriverError::Script {
            message: exception(details),
            script: shortened(script),
        });
    }
    Ok(answer
        .pointer_mut("/result/value")
        .map(Value::take)
        .unwrap_or_default())
}
