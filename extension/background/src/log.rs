//! Sites' logs: kept in the store, and open pages are told.

use std::{cell::RefCell, collections::HashSet, rc::Rc};

use gloo_timers::future::TimeoutFuture;
use identity::Fingerprint;
use messages::{Failure, Notice};
use store::{LogEntry, LogLevel};
use webext::message::send;

use crate::core::Core;

/// Milliseconds between two times that pages are told of one site's log: they read all of it then.
const PAUSE: u32 = 500;

/// The sites whose logs pages will be told of in a moment.
#[derive(Default)]
pub struct Telling(RefCell<HashSet<Fingerprint>>);

/// Keep these entries of a site.
pub async fn append(
    core: &Rc<Core>,
    site: &str,
    entries: Vec<messages::LogEntry>,
) -> Result<(), Failure> {
    let id = Fingerprint::parse(site)?;
    let entries: Vec<LogEntry> = entries.into_iter().map(kept).collect();
    core.store.append_log(&id, &entries).await?;
    if core.telling.0.borrow_mut().insert(id.clone()) {
        let core = core.clone();
        wasm_bindgen_futures::spawn_local(async move {
            TimeoutFuture::new(PAUSE).await;
            // Before it is told: what comes while it is told is told anew.
            core.telling.0.borrow_mut().remove(&id);
            let site = id.to_string();
            // Fails when no page listens.
            let _ = send(&Notice::Log { site }).await;
        });
    }
    Ok(())
}

fn kept(entry: messages::LogEntry) -> LogEntry {
    LogEntry {
        time: entry.time,
        level: match entry.level {
            messages::LogLevel::Debug => LogLevel::Debug,
            messages::LogLevel::Info => LogLevel::Info,
            messages::LogLevel::Warn => LogLevel::Warn,
            messages::LogLevel::Error => LogLevel::Error,
        },
        route: entry.route,
        message: entry.message,
        incident: entry.incident,
        at: entry.at,
        stack: entry.stack,
    }
}
