//! Where jars are kept, each with the day of its last use. It knows nothing of cookies.

use web_sys::Storage;

use crate::room::{self, Entry};

/// What all keys begin with.
const PREFIX: &str = "jar ";

/// Before a jar's text: this, the day of its last use in days since 1970, and a line's end. Read as a jar, such a line
/// is no cookie.
const USED: char = 'u';

/// A place for a text. Browsers refuse storage where a person wants nothing kept; then nothing is.
pub struct Kept<'k> {
    key: &'k str,
    storage: Option<Storage>,
    today: u64,
}

impl<'k> Kept<'k> {
    /// The place under this key, used today (in days since 1970).
    pub fn under(key: &'k str, today: u64) -> Self {
        let window = web_sys::window();
        Self {
            key,
            storage: window.and_then(|window| window.local_storage().ok()?),
            today,
        }
    }

    /// What is there.
    pub fn text(&self) -> String {
        let storage = self.storage.as_ref();
        let stored = storage.and_then(|storage| storage.get_item(self.key).ok()?);
        let stored = stored.unwrap_or_default();
        let (used, text) = split(&stored);
        if used != self.today && !text.is_empty() {
            self.keep(text);
        }
        text.to_owned()
    }

    /// Put a text there. Where there is no room for it, what was there stays.
    pub fn keep(&self, text: &str) {
        let Some(storage) = &self.storage else { return };
        if text.is_empty() {
            let _ = storage.remove_item(self.key);
            return;
        }
        if storage.get_item(self.key).is_ok_and(|old| old.is_none()) {
            let own = room::fingerprint(self.key);
            let labels = self.others(storage, |key| room::fingerprint(key) == own);
            if let Some(old) = room::of_one_key(&labels) {
                let _ = storage.remove_item(&old.key);
            }
        }
        let text = format!("{USED}{}\n{text}", self.today);
        while storage.set_item(self.key, &text).is_err() {
            let others = self.others(storage, |_| true);
            let Some(old) = room::of_all(&others, self.today) else {
                return;
            };
            if storage.remove_item(&old.key).is_err() {
                return;
            }
        }
    }

    fn others(&self, storage: &Storage, wanted: impl Fn(&str) -> bool) -> Vec<Entry> {
        let keys = (0..storage.length().unwrap_or_default()).filter_map(|n| storage.key(n).ok()?);
        let others = keys.filter(|key| key.starts_with(PREFIX) && key != self.key && wanted(key));
        let entry = |key: String| {
            let stored = storage.get_item(&key).ok()?.unwrap_or_default();
            let used = split(&stored).0;
            Some(Entry { key, used })
        };
        others.filter_map(entry).collect()
    }
}

/// The day of the last use, and the jar's text.
fn split(stored: &str) -> (u64, &str) {
    let dated = stored.strip_prefix(USED).and_then(|rest| {
        let (day, text) = rest.split_once('\n')?;
        Some((day.parse().ok()?, text))
    });
    dated.unwrap_or((0, stored))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jar_is_kept_with_the_day_of_its_last_use_and_one_without_is_old() {
        assert_eq!(split("u20500\nhl\u{1f}1\n"), (20_500, "hl\u{1f}1\n"));
        assert_eq!(split("hl\u{1f}1\n"), (0, "hl\u{1f}1\n"));
        assert_eq!(split("ux\nhl"), (0, "ux\nhl"));
        assert_eq!(split(""), (0, ""));
    }
}
