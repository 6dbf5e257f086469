//! Stores jars in `localStorage`, each with the day of its last use. It knows nothing of cookies.

use web_sys::Storage;

use crate::eviction::{self, JarUse};

/// What all keys begin with.
const PREFIX: &str = "jar ";

/// Before a jar's text: this, the day of its last use in days since 1970, and a line's end. Read as a jar, such a line
/// is no cookie.
const USED_MARK: char = 'u';

/// A stored jar. Browsers refuse storage where cookies are blocked: then it is empty, and saving does nothing.
pub struct StoredJar<'k> {
    key: &'k str,
    storage: Option<Storage>,
    today: u64,
}

impl<'k> StoredJar<'k> {
    /// The jar under this key, used today (in days since 1970).
    pub fn open(key: &'k str, today: u64) -> Self {
        let window = web_sys::window();
        Self {
            key,
            storage: window.and_then(|window| window.local_storage().ok()?),
            today,
        }
    }

    /// Its text; empty if there is none. Updates the day of its last use.
    pub fn load(&self) -> String {
        let storage = self.storage.as_ref();
        let stored = storage.and_then(|storage| storage.get_item(self.key).ok()?);
        let stored = stored.unwrap_or_default();
        let (used, text) = split(&stored);
        if used != self.today && !text.is_empty() {
            self.save(text);
        }
        text.to_owned()
    }

    /// Replaces its text. Where storage is full, the old text stays.
    pub fn save(&self, text: &str) {
        let Some(storage) = &self.storage else { return };
        if text.is_empty() {
            let _ = storage.remove_item(self.key);
            return;
        }
        if storage.get_item(self.key).is_ok_and(|old| old.is_none()) {
            let own = eviction::fingerprint(self.key);
            let labels = self.others(storage, |key| eviction::fingerprint(key) == own);
            if let Some(old) = eviction::evict_of_key(&labels) {
                let _ = storage.remove_item(&old.key);
            }
        }
        let text = format!("{USED_MARK}{}\n{text}", self.today);
        while storage.set_item(self.key, &text).is_err() {
            let others = self.others(storage, |_| true);
            let Some(old) = eviction::evict_of_all(&others, self.today) else {
                return;
            };
            if storage.remove_item(&old.key).is_err() {
                return;
            }
        }
    }

    fn others(&self, storage: &Storage, wanted: impl Fn(&str) -> bool) -> Vec<JarUse> {
        let keys = (0..storage.length().unwrap_or_default()).filter_map(|n| storage.key(n).ok()?);
        let others = keys.filter(|key| key.starts_with(PREFIX) && key != self.key && wanted(key));
        let entry = |key: String| {
            let stored = storage.get_item(&key).ok()?.unwrap_or_default();
            let used = split(&stored).0;
            Some(JarUse { key, used })
        };
        others.filter_map(entry).collect()
    }
}

/// The day of the last use, and the jar's text.
fn split(stored: &str) -> (u64, &str) {
    let dated = stored.strip_prefix(USED_MARK).and_then(|rest| {
        let (day, text) = rest.split_once('\n')?;
        Some((day.parse().ok()?, text))
    });
    dated.unwrap_or((0, stored))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jar_is_stored_with_the_day_of_its_last_use_and_one_without_is_old() {
        assert_eq!(split("u20500\nhl\u{1f}1\n"), (20_500, "hl\u{1f}1\n"));
        assert_eq!(split("hl\u{1f}1\n"), (0, "hl\u{1f}1\n"));
        assert_eq!(split("ux\nhl"), (0, "ux\nhl"));
        assert_eq!(split(""), (0, ""));
    }
}
