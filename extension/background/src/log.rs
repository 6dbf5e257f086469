//! Sites' logs: kept in the store, and open pages are told.
//!
//! It must not know what the entries are about.

use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use identity::Fingerprint;
use messages::{Failure, Notice};
use store::{LogEntry, LogLevel};
use webextension_api::message::send;

use crate::core::Core;

/// Milliseconds between two times that pages are told of one site's log: they read all of it then.
const PAUSE: u32 = 500;

/// Milliseconds between two entries of one site that say the same: it may be refused something very often.
const REPEAT: f64 = 60_000.0;

/// Warn a site's owner in its log, once in a while. Not awaited: what it is about goes on.
pub fn warn(core: &Rc<Core>, site: &Fingerprint, message: String) {
    let now = js_sys::Date::now();
    let mut warned = core.warned.borrow_mut();
    if warned.get(site).is_some_and(|last| now - last < REPEAT) {
        return;
    }
    warned.insert(site.clone(), now);
    let entry = messages::LogEntry {
        // A clock before 1970 counts as 1970.
        time: now.max(0.0) as u64,
        level: messages::LogLevel::Warn,
        route: String::new(),
        message,
        incident: None,
        at: None,
        stack: String::new(),
    };
    let (core, site) = (core.clone(), site.clone());
    wasm_bindgen_futures::spawn_local(async move {
        // A log that cannot be kept must keep nobody from anything.
        let _ = append(&core, site, vec![entry]).await;
    });
}

/// Keep these entries of a site.
pub async fn append(
    core: &Rc<Core>,
    id: Fingerprint,
    entries: Vec<messages::LogEntry>,
) -> Result<(), Failure> {
    let entries: Vec<LogEntry> = entries.into_iter().map(kept).collect();
    core.store.append_log(&id, &entries).await?;
    if core.log_notices.borrow_mut().insert(id.clone()) {
        let core = core.clone();
        wasm_bindgen_futures::spawn_local(async move {
            TimeoutFuture::new(PAUSE).await;
            // Before it is told: what comes while it is told is told anew.
            core.log_notices.borrow_mut().remove(&id);
            // Fails when no page listens.
            let _ = send(&Notice::Log { site: id }).await;
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
