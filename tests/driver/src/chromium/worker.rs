//! Workers and other things without a window: looking into them, stopping them.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::page::evaluate;
use super::{Chromium, Target};
use crate::connection::{COMMAND, locked, text};
use crate::decode::typed;
use crate::wait::{Probe, truthy, until};
use crate::{DriverError, Result};

const SCRIPT: Duration = Duration::from_secs(60);
/// How long a worker may take to appear or to stop; a crash is first written to a file.
const SETTLING: Duration = Duration::from_secs(30);

impl Chromium {
    /// Evaluates in a target that is there (waiting some seconds for it): `kind` and a part of its address as in
    /// [`Chromium::wait_for_target`]. The debugger is attached only for that time.
    ///
    /// # Errors
    /// [`DriverError::NoTarget`], or as [`super::Page::eval`].
    pub async fn eval_in<T: DeserializeOwned>(
        &self,
        kind: &str,
        part: &str,
        script: &str,
    ) -> Result<T> {
        let target = self.wait_for_target(kind, part, SETTLING).await?;
        let session = self.attach(&target.id).await?;
        let value = evaluate(&self.connection, &session, None, script, SCRIPT).await;
        self.detach(&session).await;
        typed(value?, script)
    }

    /// Evaluates in the first dedicated Worker that a target has started, which is waited for. Chromium reaches such
    /// Workers by way of their owners alone.
    ///
    /// # Errors
    /// [`DriverError::NoTarget`], [`DriverError::Timeout`] without a Worker, or as [`super::Page::eval`].
    pub async fn eval_in_worker_of<T: DeserializeOwned>(
        &self,
        kind: &str,
        part: &str,
        script: &str,
    ) -> Result<T> {
        let target = self.wait_for_target(kind, part, SETTLING).await?;
        let owner = self.attach(&target.id).await?;
        let params = json!({
            "autoAttach": true, "waitForDebuggerOnStart": false, "flatten": true, "filter": [{ "type": "worker" }],
        });
        self.connection
            .call(&owner, "Target.setAutoAttach", params, COMMAND)
            .await?;
        let probe = async |_| {
            let found = locked(&self.state)
                .family(&owner)
                .into_iter()
                .find(|session| *session != owner);
            Ok(found.map_or_else(|| Probe::NotYet(String::new()), Probe::Done))
        };
        let worker = until(SETTLING, probe)
            .await?
            .map_err(|late| DriverError::Timeout {
                what: format!("a Worker of the {kind} {part}"),
                limit: SETTLING,
                last: late.last,
                place: String::new(),
                console: String::new(),
            })?;
        let value = evaluate(&self.connection, &worker, None, script, SCRIPT).await;
        self.detach(&owner).await;
        typed(value?, script)
    }

    /// As [`Chromium::eval_in`], again and again until the value is truthy. Each look attaches and so keeps a worker
    /// awake.
    ///
    /// # Errors
    /// [`DriverError::Timeout`] with the last value.
    pub async fn wait_in(
        &self,
        kind: &str,
        part: &str,
        condition: &str,
        limit: Duration,
    ) -> Result<Value> {
        let probe = async |_| Ok(truthy(self.eval_in(kind, part, condition).await?));
        until(limit, probe)
            .await?
            .map_err(|late| DriverError::Timeout {
                what: format!("in the {kind} {part}: {condition}"),
                limit,
                last: late.last,
                place: String::new(),
                console: String::new(),
            })
    }

    /// Whether a service worker whose script's address contains `part` is running now.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn worker_runs(&self, part: &str) -> Result<bool> {
        let is_it = |target: &Target| target.kind == "service_worker" && target.url.contains(part);
        Ok(self.targets().await?.iter().any(is_it))
    }

    /// Stops the service workers whose script's address contains `part`, as the browser does when they idle; the next
    /// event starts them again. No debugger was or is attached to them.
    ///
    /// # Errors
    /// [`DriverError::NoTarget`] when none runs, [`DriverError::Timeout`] when one does not stop.
    pub async fn stop_worker(&self, part: &str) -> Result<()> {
        // The domain belongs to page sessions, and tells of all workers of the profile.
        let params = json!({ "url": "about:blank", "background": true });
        let helper = self.command("Target.createTarget", params).await?;
        let helper = text(&helper, "Target.createTarget", "targetId")?;
        let session = self.attach(&helper).await?;
        let stopped = self.stop_from(&session, part).await;
        self.command("Target.closeTarget", json!({ "targetId": helper }))
            .await?;
        stopped
    }

    async fn stop_from(&self, session: &str, part: &str) -> Result<()> {
        locked(&self.state).forget_versions();
        self.connection
            .call(session, "ServiceWorker.enable", json!({}), COMMAND)
            .await?;
        let probe = async |_| {
            let running = locked(&self.state).running(part);
            Ok(if running.is_empty() {
                Probe::NotYet("none".to_owned())
            } else {
                Probe::Done(running)
            })
        };
        let running =
            until(Duration::from_secs(2), probe)
                .await?
                .map_err(|_| DriverError::NoTarget {
                    kind: "running service worker".to_owned(),
                    part: part.to_owned(),
                    present: locked(&self.state).scripts(),
                })?;
        let is_it = |target: &Target| target.kind == "service_worker" && target.url.contains(part);
        let before: Vec<Target> = self.targets().await?.into_iter().filter(is_it).collect();
        for version in running {
            let params = json!({ "versionId": version.id });
            self.connection
                .call(session, "ServiceWorker.stopWorker", params, COMMAND)
                .await?;
        }
        // By id: an event may start the next one at once.
        for target in &before {
            self.wait_gone(target).await?;
        }
        Ok(())
    }

    /// Closes the extension's offscreen document whose address contains `part`.
    ///
    /// # Errors
    /// [`DriverError::NoTarget`] when there is none, [`DriverError::Timeout`] when it stays.
    pub async fn close_offscreen(&self, part: &str) -> Result<()> {
        let target = self
            .wait_for_target("background_page", part, SETTLING)
            .await?;
        self.command("Target.closeTarget", json!({ "targetId": target.id }))
            .await?;
        self.wait_gone(&target).await
    }

    /// Crashes the process of a target, and with it all that shares the process.
    ///
    /// # Errors
    /// [`DriverError::NoTarget`] when there is none, [`DriverError::Timeout`] when it lives on.
    pub async fn crash(&self, kind: &str, part: &str) -> Result<()> {
        let target = self.wait_for_target(kind, part, SETTLING).await?;
        let session = self.attach(&target.id).await?;
        // It is never answered.
        let _: Result<Value> = self
            .connection
            .call(
                &session,
                "Page.crash",
                json!({}),
                Duration::from_millis(200),
            )
            .await;
        self.detach(&session).await;
        if kind == "page" {
            Ok(())
        } else {
            self.wait_gone(&target).await
        }
    }

    /// Waits until a target that was there is gone. Attaches to nothing.
    ///
    /// # Errors
    /// [`DriverError::Timeout`] when it stays.
    pub async fn wait_gone(&self, target: &Target) -> Result<()> {
        let probe = async |_| {
            let there = self
                .targets()
                .await?
                .iter()
                .any(|other| other.id == target.id);
            Ok(if there {
                Probe::NotYet("there".to_owned())
            } else {
                Probe::Done(())
            })
        };
        until(SETTLING, probe)
            .await?
            .map_err(|late| DriverError::Timeout {
                what: format!("{} {} to be gone", target.kind, target.url),
                limit: SETTLING,
                last: late.last,
                place: String::new(),
                console: String::new(),
            })
    }
}
