//! The logs of sites: entries of their code and of what runs it. Only the newest are kept.

use std::collections::HashMap;

use idb::Query;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

use crate::record::{self, SiteId};
use crate::schema::{LOG, SITES};
use crate::{Error, Store, sites};

/// Most entries of a site: some days of a small site, and quick to show as a whole.
pub const MAX_ENTRIES: u32 = 1_000;

/// Longest message in bytes; a longer one is truncated. A message may hold a small object as JSON.
const MAX_MESSAGE: usize = 8 * 1024;
/// Longest stack in bytes: about fifty calls.
const MAX_STACK: usize = 4 * 1024;
/// Longest paths, positions and ids.
const MAX_SHORT: usize = 1024;

/// Most bytes of a site's log, as UTF-8: what a site's code writes into it takes no more of the disk, whatever it is.
pub const MAX_BYTES: usize = MAX_ENTRIES as usize * (MAX_MESSAGE + MAX_STACK + 3 * MAX_SHORT);

/// The last moment that a date can name, in milliseconds since 1970 (ECMA-262, Time Values).
const MAX_TIME: u64 = 8_640_000_000_000_000;

/// An entry of a site's log.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// Milliseconds since 1970, UTC.
    pub time: u64,
    /// How bad it is.
    pub level: LogLevel,
    /// The route's file; empty if it concerns none.
    pub route: String,
    /// The text.
    pub message: String,
    /// The id that the visitor was shown, if a request failed.
    #[serde(default)]
    pub incident: Option<String>,
    /// Where it happened, if that is known.
    #[serde(default)]
    pub at: Option<String>,
    /// The call stack, one call a line; empty if unknown.
    #[serde(default)]
    pub stack: String,
}

/// How bad a log entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// For debugging.
    Debug,
    /// What happened.
    Info,
    /// What may go wrong.
    Warn,
    /// What went wrong.
    Error,
}

impl Store {
    /// Appends entries to a site's log. Entries that are sent twice are stored once.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::Full`].
    pub async fn append_log(&self, id: &SiteId, entries: &[LogEntry]) -> Result<(), Error> {
        let surplus = entries.len().saturating_sub(MAX_ENTRIES as usize);
        let mut named = Vec::with_capacity(entries.len() - surplus);
        let mut seen = HashMap::new();
        for entry in entries.iter().skip(surplus).map(truncate) {
            let hash = hash(&entry);
            let nth = seen.entry((entry.time, hash)).or_insert(0u32);
            let place = u32::try_from(named.len()).unwrap_or(u32::MAX);
            let key = key(id, entry.time, place, &format!("{hash:016x}{nth}"));
            *nth += 1;
            named.push((key, record::to_js(&entry)?));
        }
        self.write(&[SITES, LOG], async |tx| {
            sites::get_any(tx, id).await?;
            let log = tx.store(LOG)?;
            for (key, value) in &named {
                // The transaction fails if this request does.
                log.put(value, Some(key))?;
            }
            let all = Query::KeyRange(record::owner_range(id.as_str())?);
            let surplus = log
                .count(Some(all.clone()))?
                .await?
                .saturating_sub(MAX_ENTRIES);
            if surplus > 0 {
                for key in log.get_all_keys(Some(all), Some(surplus))?.await? {
                    log.delete(Query::Key(key))?;
                }
            }
            Ok(())
        })
        .await
    }

    /// A site's log, the newest entry first.
    pub async fn log(&self, id: &SiteId) -> Result<Vec<LogEntry>, Error> {
        self.read(&[LOG], async |tx| {
            let all = Query::KeyRange(record::owner_range(id.as_str())?);
            let values = tx.store(LOG)?.get_all(Some(all), None)?.await?;
            values
                .into_iter()
                .rev()
                .map(|value| Ok(serde_wasm_bindgen::from_value(value)?))
                .collect()
        })
        .await
    }

    /// Empties a site's log.
    pub async fn clear_log(&self, id: &SiteId) -> Result<(), Error> {
        self.write(&[LOG], async |tx| {
            tx.store(LOG)?
                .delete(record::owner_range(id.as_str())?)?
                .await?;
            Ok(())
        })
        .await
    }
}

/// The key of an entry: in the order of time, and of one time in that of the batch. An entry that is sent again
/// has the same key.
fn key(id: &SiteId, time: u64, place: u32, name: &str) -> JsValue {
    // Below 2^53, see `MAX_TIME`.
    js_sys::Array::of4(
        &id.as_str().into(),
        &(time as f64).into(),
        &place.into(),
        &name.into(),
    )
    .into()
}

/// A hash that distinguishes entries of one time: FNV-1a.
fn hash(entry: &LogEntry) -> u64 {
    let texts = [
        &entry.route,
        &entry.message,
        entry.incident.as_ref().unwrap_or(&entry.stack),
    ];
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

fn truncate(entry: &LogEntry) -> LogEntry {
    let short = |text: &String| truncate_text(text, MAX_SHORT);
    LogEntry {
        time: entry.time.min(MAX_TIME),
        level: entry.level,
        route: short(&entry.route),
        message: truncate_text(&entry.message, MAX_MESSAGE),
        incident: entry.incident.as_ref().map(short),
        at: entry.at.as_ref().map(short),
        stack: truncate_text(&entry.stack, MAX_STACK),
    }
}

fn truncate_text(text: &str, max: usize) -> String {
    match text.get(..text.floor_char_boundary(max)) {
        Some(part) if part.len() < text.len() => format!("{part}…"),
        _ => text.to_owned(),
    }
}
