//! A page: going places, running scripts, waiting, looking. It must not know frames.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::state::State;
use super::value;
use crate::connection::{COMMAND, Connection, locked, text};
use crate::decode::{save_png, typed};
use crate::error::shortened;
use crate::wait::{Probe, truthy, until};
use crate::{DriverError, Result};

/// How long a script may take: a large download through a page is one script.
const SCRIPT: Duration = Duration::from_secs(120);
/// How long an element may take to appear.
const APPEARING: Duration = Duration::from_secs(10);
/// How many lines of a console an error shows.
const SHOWN_LINES: usize = 30;

/// A page of a [`super::Firefox`]. It stays open when this is dropped; see [`Page::close`].
#[derive(Debug, Clone)]
pub struct Page {
    connection: Connection,
    state: Arc<Mutex<State>>,
    context: String,
}

impl Page {
    pub(super) fn new(connection: Connection, state: Arc<Mutex<State>>, context: String) -> Self {
        Self {
            connection,
            state,
            context,
        }
    }

    /// Opens `url` and waits until the page has loaded.
    ///
    /// # Errors
    /// [`DriverError::Navigation`] when it cannot be reached or another navigation takes its place.
    pub async fn goto(&self, url: &str) -> Result<()> {
        let params = json!({ "context": self.context, "url": url, "wait": "complete" });
        match self.command("browsingContext.navigate", params).await {
            Err(DriverError::Command { message, .. }) => Err(DriverError::Navigation {
                url: url.to_owned(),
                reason: message,
            }),
            other => other.map(drop),
        }
    }

    /// Opens `url` and does not wait for anything but the start of it.
    ///
    /// # Errors
    /// [`DriverError::Command`] when it is refused.
    pub async fn navigate(&self, url: &str) -> Result<()> {
        let params = json!({ "context": self.context, "url": url, "wait": "none" });
        self.command("browsingContext.navigate", params)
            .await
            .map(drop)
    }

    /// Loads the page again and waits until it has loaded.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub async fn reload(&self) -> Result<()> {
        let params = json!({ "context": self.context, "wait": "complete" });
        self.command("browsingContext.reload", params)
            .await
            .map(drop)
    }

    /// Goes back one entry of the history.
    ///
    /// # Errors
    /// When there is none.
    pub async fn back(&self) -> Result<()> {
        self.traverse(-1).await
    }

    /// Goes forward one entry of the history.
    ///
    /// # Errors
    /// When there is none.
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

    /// What the page and its frames printed: console and uncaught exceptions.
    pub fn console(&self) -> Vec<String> {
        locked(&self.state).console(&self.context)
    }

    /// Saves what is visible as PNG.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn screenshot(&self, file: impl AsRef<Path>) -> Result<()> {
        const METHOD: &str = "browsingContext.captureScreenshot";
        let answer = self
            .command(METHOD, json!({ "context": self.context }))
            .await?;
        save_png(&text(&answer, METHOD, "data")?, file.as_ref())
    }

    /// Sets the size of the visible area, in CSS pixels.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn set_viewport(&self, width: u32, height: u32) -> Result<()> {
        let params =
            json!({ "context": self.context, "viewport": { "width": width, "height": height } });
        self.command("browsingContext.setViewport", params)
            .await
            .map(drop)
    }

    /// Clicks the middle of the first element that matches a CSS selector, once it is visible.
    ///
    /// # Errors
    /// [`DriverError::Timeout`] when it does not appear.
    pub async fn click(&self, selector: &str) -> Result<()> {
        let visible = format!(
            "(() => {{ const element = document.querySelector({});
                       if (!element?.checkVisibility({{ visibilityProperty: true }})) return false;
                       element.scrollIntoView({{ block: 'center' }});
                       return !!element.getClientRects().length; }})()",
            Value::from(selector)
        );
        self.wait_for(&visible, APPEARING).await?;
        let locator = json!({ "context": self.context, "locator": { "type": "css", "value": selector }, "maxNodeCount": 1 });
        let found = self.command("browsingContext.locateNodes", locator).await?;
        let element = found
            .pointer("/nodes/0/sharedId")
            .cloned()
            .unwrap_or_default();
        let origin = json!({ "type": "element", "element": { "sharedId": element } });
        self.act(json!({ "type": "pointer", "id": "mouse", "actions": [
            { "type": "pointerMove", "x": 0, "y": 0, "origin": origin },
            { "type": "pointerDown", "button": 0 },
            { "type": "pointerUp", "button": 0 },
        ]}))
        .await
    }

    /// Types text into the focused element, one key after the other.
    ///
    /// # Errors
    /// When the page is gone.
    pub async fn type_text(&self, text: &str) -> Result<()> {
        let press = |letter: char| {
            let key = letter.to_string();
            [
                json!({ "type": "keyDown", "value": key }),
                json!({ "type": "keyUp", "value": key }),
            ]
        };
        let actions: Vec<Value> = text.chars().flat_map(press).collect();
        self.act(json!({ "type": "key", "id": "keyboard", "actions": actions }))
            .await
    }

    /// Closes the page.
    ///
    /// # Errors
    /// When it is gone already.
    pub async fn close(self) -> Result<()> {
        self.command("browsingContext.close", json!({ "context": self.context }))
            .await
            .map(drop)
    }

    pub(crate) async fn eval_value(&self, script: &str, limit: Duration) -> Result<Value> {
        evaluate(&self.connection, &self.context, script, limit).await
    }

    pub(super) async fn timeout(&self, what: &str, limit: Duration, last: String) -> DriverError {
        let place = self
            .eval_value("location.href", Duration::from_secs(1))
            .await;
        let console = self.console();
        let from = console.len().saturating_sub(SHOWN_LINES);
        DriverError::Timeout {
            what: what.to_owned(),
            limit,
            last: shortened(&last),
            place: place.map_or_else(
                |error| format!("(unknown: {error})"),
                |place| place.to_string(),
            ),
            console: console.get(from..).unwrap_or_default().join("\n"),
        }
    }

    async fn traverse(&self, by: i64) -> Result<()> {
        // The address may stay the same, so the entry is told by what the page itself keeps.
        let params = json!({ "context": self.context, "delta": by });
        self.command("browsingContext.traverseHistory", params)
            .await?;
        let probe = async |left| {
            let state = self.eval_value("document.readyState", left).await?;
            Ok(if state == "complete" {
                Probe::Done(())
            } else {
                Probe::NotYet(state.to_string())
            })
        };
        match until(COMMAND, probe).await? {
            Ok(()) => Ok(()),
            Err(late) => Err(self.timeout("the page to load", COMMAND, late.last).await),
        }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The id of the page's browsing context.
    pub(super) fn context(&self) -> &str {
        &self.context
    }

    async fn act(&self, source: Value) -> Result<()> {
        let params = json!({ "context": self.context, "actions": [source] });
        self.command("input.performActions", params).await.map(drop)
    }

    pub(super) async fn command(&self, method: &str, params: Value) -> Result<Value> {
        self.connection.call("", method, params, COMMAND).await
    }
}

/// Evaluates in the context of a page or of a frame.
pub(super) async fn evaluate(
    connection: &Connection,
    context: &str,
    script: &str,
    limit: Duration,
) -> Result<Value> {
    let params = json!({
        "expression": script,
        "target": { "context": context },
        "awaitPromise": true,
        "userActivation": true,
    });
    let answer = connection
        .call("", "script.evaluate", params, limit)
        .await?;
    if let Some(details) = answer.get("exceptionDetails") {
        let message = details
            .get("text")
            .and_then(Value::as_str)
            .unwrap_or("(no text)");
        return Err(DriverError::Script {
            message: message.to_owned(),
            script: shortened(script),
        });
    }
    Ok(value::json(answer.get("result").unwrap_or(&Value::Null)))
}
