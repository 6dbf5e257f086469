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

const SCRIPT: Duration = Duration::from_secs(120);
/// How long one frame may hold up a look at all of them.
const ONE_FRAME: Duration = Duration::from_secs(5);

/// A frame, named by a part of its address (and, after ` not `, a part that it must not have), and looked up anew at
/// each use.
#[derive(Debug, Clone)]
pub struct Frame {
    page: Page,
    part: String,
}

/// Where a frame was found.
struct Found {
    session: String,
    frame: String,
    url: String,
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
        let found = self.find().await?;
        let context = self
            .page
            .context(&found.session, &found.frame)
            .ok_or_else(|| DriverError::NoTarget {
                kind: "script context of a frame".to_owned(),
                part: self.part.clone(),
                present: found.url.clone(),
            })?;
        evaluate(
            self.page.connection(),
            &found.session,
            Some(&context),
            script,
            limit,
        )
        .await
    }

    async fn find(&self) -> Result<Found> {
        // The first is the page itself.
        let mut frames = all(&self.page).await.into_iter().skip(1);
        let mut seen = Vec::new();
        frames
            .find(|found| {
                seen.push(found.url.clone());
                names(&self.part, &found.url)
            })
            .ok_or_else(|| DriverError::NoTarget {
                kind: "frame".to_owned(),
                part: self.part.clone(),
                present: seen.join(", "),
            })
    }
}

impl Page {
    /// The first frame (of any process) whose address contains `part`. It is looked up anew at each use, so it may
    /// appear later and may navigate.
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
            let mut seen = Vec::new();
            for Found {
                session,
                frame,
                url,
            } in all(self).await
            {
                let Some(context) = self.context(&session, &frame) else {
                    continue;
                };
                let limit = left.min(ONE_FRAME);
                match evaluate(
                    self.connection(),
                    &session,
                    Some(&context),
                    condition,
                    limit,
                )
                .await
                {
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
            Err(late) => Err(self
                .timeout(&format!("in any frame: {condition}"), limit, late.last)
                .await),
        }
    }
}

/// All frames of a page, its own first.
async fn all(page: &Page) -> Vec<Found> {
    let mut all = Vec::new();
    for session in page.sessions() {
        // A session may end while we look.
        let tree = page
            .connection()
            .call(&session, "Page.getFrameTree", json!({}), ONE_FRAME)
            .await;
        if let Ok(tree) = tree
            && let Some(tree) = tree.get("frameTree")
        {
            collect(tree, &session, &mut all);
        }
    }
    all
}

/// Notes the frames of a protocol `FrameTree`, the root first.
fn collect(tree: &Value, session: &str, all: &mut Vec<Found>) {
    let field = |name: &str| {
        tree.get("frame")
            .and_then(|frame| frame.get(name))
            .and_then(Value::as_str)
    };
    if let (Some(frame), Some(url)) = (field("id"), field("url")) {
        let fragment = field("urlFragment").unwrap_or_default();
        all.push(Found {
            session: session.to_owned(),
            frame: frame.to_owned(),
            url: format!("{url}{fragment}"),
        });
    }
    for child in tree
        .get("childFrames")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        collect(child, session, all);
    }
}
