//! The list of a site's log: the newest entry first, and of many those that have a text.
//!
//! It must not know whose log it is.

use store::{LogEntry, LogLevel};
use web_sys::{Element, HtmlInputElement};

use crate::{
    error::PageError,
    ui::{dom, format, time},
};

/// Entries shown before the person asks for all: more make the page slow to build and long to scroll.
const FIRST_ENTRIES: usize = 100;

/// The log as it is shown.
#[derive(Default)]
pub struct LogList {
    /// All entries of the site that is open.
    all: Vec<LogEntry>,
    /// Those whose rows stand in the page.
    shown: Vec<LogEntry>,
    unfolded: bool,
}

impl LogList {
    /// Show nothing, and fold it again.
    pub fn clear(&mut self) -> Result<(), PageError> {
        *self = Self::default();
        dom::by_id::<HtmlInputElement>("log-filter")?.set_value("");
        dom::by_id::<Element>("log-list")?.set_text_content(None);
        Ok(())
    }

    /// Show these entries, as far as they fit the text in the field.
    pub fn show(&mut self, entries: Vec<LogEntry>) -> Result<(), PageError> {
        self.all = entries;
        self.filter()
    }

    /// Show what fits the text in the field.
    pub fn filter(&mut self) -> Result<(), PageError> {
        let wanted = dom::by_id::<HtmlInputElement>("log-filter")?.value();
        let fitting: Vec<LogEntry> = self
            .all
            .iter()
            .filter(|entry| fits(entry, &wanted))
            .cloned()
            .collect();
        let sum = match self.all.len() {
            0 => String::new(),
            all if fitting.len() < all => format!(
                "{} of {}",
                format::grouped(fitting.len() as u64),
                format::count(all as u64, "entry", "entries")
            ),
            all => format::count(all as u64, "entry", "entries"),
        };
        dom::set_text(&dom::by_id("log-sum")?, &sum);
        let empty = match (self.all.is_empty(), fitting.is_empty()) {
            (true, _) => {
                "Nothing was logged yet. What goes wrong in the site’s code, and what it writes with console.log, is shown here."
            }
            (false, true) => "No entry has this text.",
            (false, false) => "",
        };
        let line = dom::by_id::<Element>("log-empty")?;
        dom::set_text(&line, empty);
        dom::show(&line, !empty.is_empty());
        dom::show(&dom::by_id::<Element>("log-clear")?, !self.all.is_empty());
        dom::show(&dom::by_id::<Element>("log-filter")?, !self.all.is_empty());
        let count = match self.unfolded {
            true => fitting.len(),
            false => fitting.len().min(FIRST_ENTRIES),
        };
        let more = dom::by_id::<Element>("show-all-entries")?;
        dom::show(&more, count < fitting.len());
        dom::set_text(
            &more,
            &format!("Show all {}", format::grouped(fitting.len() as u64)),
        );
        let mut shown = fitting;
        shown.truncate(count);
        rows(&self.shown, &shown)?;
        self.shown = shown;
        Ok(())
    }

    /// Show all entries.
    pub fn unfold(&mut self) -> Result<(), PageError> {
        self.unfolded = true;
        self.filter()
    }
}

/// Has an entry this text, anywhere and in any case?
fn fits(entry: &LogEntry, wanted: &str) -> bool {
    let wanted = wanted.trim().to_lowercase();
    let texts = [
        Some(&entry.message),
        Some(&entry.route),
        entry.incident.as_ref(),
        entry.at.as_ref(),
        Some(&entry.stack),
    ];
    level(entry.level).contains(&wanted)
        || texts
            .into_iter()
            .flatten()
            .any(|text| text.to_lowercase().contains(&wanted))
}

fn level(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warn",
        LogLevel::Error => "error",
    }
}

/// How many entries are new, if all others are the beginning of what is shown: then their rows can stay.
fn new_before(shown: &[LogEntry], next: &[LogEntry]) -> Option<usize> {
    let first = shown.first()?;
    let new = next.iter().position(|entry| entry == first)?;
    let rest = next.get(new..)?;
    shown.starts_with(rest).then_some(new)
}

/// Make the list's rows those of `next`. Rows that stay keep what the person opened or marked in them.
fn rows(shown: &[LogEntry], next: &[LogEntry]) -> Result<(), PageError> {
    let list = dom::by_id::<Element>("log-list")?;
    let new = match new_before(shown, next) {
        Some(new) => {
            let kept = next.len() - new;
            for _ in kept..shown.len() {
                if let Some(row) = list.last_element_child() {
                    row.remove();
                }
            }
            new
        }
        None => {
            list.set_text_content(None);
            next.len()
        }
    };
    let first = list.first_element_child();
    for entry in next.iter().take(new) {
        let row = row(entry)?;
        list.insert_before(&row, first.as_deref())?;
    }
    Ok(())
}

fn row(entry: &LogEntry) -> Result<Element, PageError> {
    let row = dom::copy_of("log-row")?;
    row.set_attribute("data-level", level(entry.level))?;
    dom::set_text(&dom::find(&row, ".level")?, level(entry.level));
    dom::set_text(&dom::find(&row, "time")?, &time::text(entry.time));
    dom::set_text(&dom::find(&row, ".message")?, &entry.message);
    let place = entry.at.as_ref().unwrap_or(&entry.route);
    optional(&row, ".place", place)?;
    let incident = entry.incident.as_ref();
    let incident = incident.map_or_else(String::new, |id| format!("Incident {id}"));
    optional(&row, ".incident", &incident)?;
    dom::show(
        &dom::find::<Element>(&row, ".stack")?,
        !entry.stack.is_empty(),
    );
    dom::set_text(&dom::find(&row, "pre")?, &entry.stack);
    Ok(row)
}

fn optional(row: &Element, selector: &str, text: &str) -> Result<(), PageError> {
    let element = dom::find::<Element>(row, selector)?;
    dom::show(&element, !text.is_empty());
    dom::set_text(&element, text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(message: &str) -> LogEntry {
        LogEntry {
            time: 1,
            level: LogLevel::Warn,
            route: "routes/Guests.js".into(),
            message: message.into(),
            incident: Some("k7mq-2x".into()),
            at: Some("routes/Guests.js:3:5".into()),
            stack: "at add (lib/b.js:1:2)".into(),
        }
    }

    #[test]
    fn an_entry_is_found_by_any_of_its_texts() {
        let entry = entry("TypeError: no");
        for wanted in ["", " ", "typeerror", "K7MQ", "guests.js:3", "lib/b", "warn"] {
            assert!(fits(&entry, wanted), "{wanted:?}");
        }
        for wanted in ["error: yes", "debug", "9"] {
            assert!(!fits(&entry, wanted), "{wanted:?}");
        }
    }

    #[test]
    fn rows_stay_where_only_newer_entries_came() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(entry);
        let one = |entry: &LogEntry| entry.clone();
        let shown = [one(&b), one(&a)];
        for (next, new) in [
            (vec![one(&c), one(&b), one(&a)], Some(1)),
            (vec![one(&d), one(&c), one(&b)], Some(2)),
            (vec![one(&b), one(&a)], Some(0)),
            (vec![one(&a)], None),
            (vec![one(&b), one(&c)], None),
            (vec![], None),
        ] {
            assert_eq!(new_before(&shown, &next), new, "{next:?}");
        }
        assert_eq!(new_before(&[], &[a]), None);
    }
}
