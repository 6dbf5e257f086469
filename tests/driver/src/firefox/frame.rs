//! A frame of a page, in the page's process or in another. It must not know how pages are opened.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Page;
use super::page::evaluate;
use crate::address::names;
use crate::decode::typed;
use crate::wait::{Probe, truthy, until};
use crate::{DriverError, Result};

/// How long a script may take: a large download through a page is one script.
const SCRIPT: Duration = Duration::from_secs(120);
/// How long one frame may hold up a look at all of them.
const ONE_FRAME: Duration = Duration::from_secs(5);

/// A frame of a page, named by a part of its address and looked up anew at each use.
#[derive(Debug, Clone)]
pub struct Frame {
    page: Page,
    part: String,
}

impl Frame {
    /// As [`Page::eval`], in the frame.
    ///
    /// # Errors
    /// As there, and [`DriverError::NoTarget`] when there is no such frame now.
    pub async fn eval<T: DeserializeOwned>(&self, script: &str) -> Result<T> {
        typed(self.eval_value(script, SCRIPT).await?, script)
    }

    /// As [`Page::wait_for`], in the frame, which need not be there yet.
    ///
    /// # Errors
    /// [`DriverError::Timeout`].
    pub async fn wait_for(&self, condition: &str, limit: Duration) -> Result<Value> {
        let probe = async |left| Ok(truthy(self.eval_value(condition, left).await?));
        match until(limit, probe).await? {
            Ok(value) => Ok(value),
            Err(late) => {
                let what = format!("in the frame `{}`: {condition}", self.part);
                Err(self.page.timeout(&what, limit, late.last).await)
            }
        }
    }

    /// The frame's address.
    ///
    /// # Errors
    /// As [`Frame::eval`].
    pub async fn url(&self) -> Result<String> {
        self.eval("location.href").await
    }

    pub(crate) async fn eval_value(&self, script: &str, limit: Duration) -> Result<Value> {
        let frames = self.page.frames().await?;
        let found = frames.iter().find(|(_, url)| names(&self.part, url));
        let Some((context, _)) = found else {
            let addresses: Vec<&str> = frames.iter().map(|(_, url)| url.as_str()).collect();
            return Err(DriverError::NoTarget {
                kind: "frame".to_owned(),
                part: self.part.clone(),
                present: addresses.join(", "),
            });
        };
        evaluate(self.page.connection(), context, script, limit).await
    }
}

impl Page {
    /// The first frame whose address contains `part`.
    pub fn frame(&self, part: &str) -> Frame {
        Frame {
            page: self.clone(),
            part: part.to_owned(),
        }
    }

    /// Waits until a JavaScript expression is truthy in the page or in any of its frames; gives its value.
    ///
    /// # Errors
    /// [`DriverError::Timeout`], with the values of all frames.
    pub async fn wait_for_anywhere(&self, condition: &str, limit: Duration) -> Result<Value> {
        let probe = async |left: Duration| {
            let mut frames = self.frames().await?;
            frames.insert(0, (self.context().to_owned(), "the page".to_owned()));
            let mut seen = Vec::new();
            for (context, url) in frames {
                match evaluate(self.connection(), &context, condition, left.min(ONE_FRAME)).await {
                    Ok(value) => match truthy(value) {
                        Probe::Done(value) => return Ok(Probe::Done(value)),
                        Probe::NotYet(value) => seen.push(format!("{url}: {value}")),
                    },
                    Err(error @ DriverError::Disconnected { .. }) => return Err(error),
                    Err(error) => seen.push(format!("{url}: {error}")),
                }
            }
            Ok(Probe::NotYet(seen.join("; ")))
        };
        match until(limit, probe).await? {
            Ok(value) => Ok(value),
            Err(late) => {
                let what = format!("in any frame: {condition}");
                Err(self.timeout(&what, limit, late.last).await)
            }
        }
    }

    /// The contexts and addresses of all frames, without the page itself.
    async fn frames(&self) -> Result<Vec<(String, String)>> {
        let tree = self
            .command("browsingContext.getTree", json!({ "root": self.context() }))
            .await?;
        let mut frames = Vec::new();
        for page in tree
            .get("contexts")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            collect(page, &mut frames);
        }
        Ok(frames)
    }
}

/// Notes the frames under a context, not the context itself.
fn collect(tree: &Value, frames: &mut Vec<(String, String)>) {
    for child in tree
        .get("children")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let field = |name: &str| child.get(name).and_then(Value::as_str).map(str::to_owned);
        if let (Some(context), Some(url)) = (field("context"), field("url")) {
            frames.push((context, url));
        }
        collect(child, frames);
    }
}
