//! Where jars are kept. It knows nothing of cookies.

use web_sys::Storage;

/// What all keys begin with.
const PREFIX: &str = "jar ";

/// A place for a text. Browsers refuse storage where a person wants nothing kept; then nothing is.
pub struct Kept<'k> {
    key: &'k str,
    storage: Option<Storage>,
}

impl<'k> Kept<'k> {
    /// The place under this key.
    pub fn under(key: &'k str) -> Self {
        let window = web_sys::window();
        Self {
            key,
            storage: window.and_then(|window| window.local_storage().ok()?),
        }
    }

    /// What is there.
    pub fn text(&self) -> String {
        let storage = self.storage.as_ref();
        let text = storage.and_then(|storage| storage.get_item(self.key).ok()?);
        text.unwrap_or_default()
    }

    /// Put a text there.
    pub fn keep(&self, text: &str) {
        let Some(storage) = &self.storage else { return };
        if text.is_empty() {
            let _ = storage.remove_item(self.key);
        } else {
            // Where there is no room, another jar makes some.
            while storage.set_item(self.key, text).is_err() && self.forget_another(storage) {}
        }
    }

    /// Is there more room now?
    fn forget_another(&self, storage: &Storage) -> bool {
        let keys = (0..storage.length().unwrap_or_default()).filter_map(|n| storage.key(n).ok()?);
        let mut others = keys.filter(|key| key.starts_with(PREFIX) && key != self.key);
        let other = others.next();
        other.is_some_and(|other| storage.remove_item(&other).is_ok())
    }
}
