//! Who holds which bare name: first come, kept by the key that claimed it, for ever.

use std::collections::{BTreeMap, HashMap};

use identity::{Label, PublicKey, SiteName};
use serde::{Deserialize, Serialize};

/// The names and the keys that hold them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    names: BTreeMap<SiteName, PublicKey>,
    by_key: HashMap<PublicKey, usize>,
}

/// The answer to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The key held it already.
    Held,
    /// It is the key's from now on.
    Claimed,
    /// It is another key's.
    Taken,
    /// The key has as many names as it may have.
    KeyHasEnough,
    /// There are as many names as there may be.
    NoRoom,
    /// Too many names were claimed from one address lately.
    TooOften,
}

/// The claims as they stand in a file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u16,
    names: BTreeMap<SiteName, PublicKey>,
}

/// The version of the file.
const FILE_VERSION: u16 = 1;

impl Claims {
    /// Claims a name for a key whose holder has proved himself.
    pub fn claim(
        &mut self,
        name: &SiteName,
        key: &PublicKey,
        per_key: usize,
        in_all: usize,
    ) -> Verdict {
        match self.names.get(name) {
            Some(holder) if holder == key => return Verdict::Held,
            Some(_) => return Verdict::Taken,
            None => {}
        }
        if self.by_key.get(key).is_some_and(|count| *count >= per_key) {
            return Verdict::KeyHasEnough;
        }
        if self.names.len() >= in_all {
            return Verdict::NoRoom;
        }
        self.names.insert(name.clone(), *key);
        *self.by_key.entry(*key).or_default() += 1;
        Verdict::Claimed
    }

    /// The label that a bare name stands for, if it is claimed.
    pub fn label(&self, name: &SiteName) -> Option<Label> {
        self.names
            .get(name)
            .map(|key| Label::new(name.clone(), key))
    }

    /// Does this key hold this name?
    pub fn holds(&self, key: &PublicKey, name: &SiteName) -> bool {
        self.names.get(name) == Some(key)
    }

    /// The first free alternative to a name: `name-2`, `name-3`…
    pub fn suggestion(&self, name: &SiteName) -> SiteName {
        let free = (2..u32::MAX)
            .map(|n| name.suggest_alternative(n))
            .find(|other| !self.names.contains_key(other));
        // There are more alternatives than there can be claims.
        free.unwrap_or_else(|| name.suggest_alternative(u32::MAX))
    }

    /// How many names are claimed.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// The claims as a file's text.
    pub fn to_json(&self) -> String {
        let file = File {
            version: FILE_VERSION,
            names: self.names.clone(),
        };
        // A map of strings always has a JSON form.
        serde_json::to_string_pretty(&file).unwrap_or_default()
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let file: File = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if file.version != FILE_VERSION {
            return Err(format!(
                "it is of version {}, not {FILE_VERSION}",
                file.version
            ));
        }
        let mut by_key = HashMap::new();
        for key in file.names.values() {
            *by_key.entry(*key).or_default() += 1;
        }
        Ok(Self {
            names: file.names,
            by_key,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> SiteName {
        SiteName::parse(text).unwrap()
    }

    fn key(byte: u8) -> PublicKey {
        PublicKey::from([byte; 32])
    }

    #[test]
    fn the_first_key_keeps_the_name() {
        let mut claims = Claims::default();
        assert_eq!(claims.claim(&name("shop"), &key(1), 8, 8), Verdict::Claimed);
        assert_eq!(claims.claim(&name("shop"), &key(1), 8, 8), Verdict::Held);
        assert_eq!(claims.claim(&name("shop"), &key(2), 8, 8), Verdict::Taken);
        assert_eq!(
            claims.label(&name("shop")),
            Some(Label::new(name("shop"), &key(1)))
        );
        assert_eq!(claims.label(&name("other")), None);
        assert!(claims.holds(&key(1), &name("shop")) && !claims.holds(&key(2), &name("shop")));
    }

    #[test]
    fn suggestions_are_free() {
        let mut claims = Claims::default();
        for taken in ["shop", "shop-2", "shop-3"] {
            claims.claim(&name(taken), &key(1), 8, 8);
        }
        assert_eq!(claims.suggestion(&name("shop")), name("shop-4"));
    }

    #[test]
    fn there_is_an_end_to_names() {
        let mut claims = Claims::default();
        assert_eq!(claims.claim(&name("a"), &key(1), 1, 2), Verdict::Claimed);
        assert_eq!(
            claims.claim(&name("b"), &key(1), 1, 2),
            Verdict::KeyHasEnough
        );
        assert_eq!(claims.claim(&name("b"), &key(2), 1, 2), Verdict::Claimed);
        assert_eq!(claims.claim(&name("c"), &key(3), 1, 2), Verdict::NoRoom);
        assert_eq!(claims.claim(&name("a"), &key(1), 1, 2), Verdict::Held);
    }

    #[test]
    fn files_keep_everything_and_strange_ones_are_refused() {
        let mut claims = Claims::default();
        claims.claim(&name("shop"), &key(1), 8, 8);
        claims.claim(&name("home-page"), &key(1), 8, 8);
        assert_eq!(Claims::from_json(&claims.to_json()), Ok(claims));
        for text in [
            "",
            "{}",
            r#"{"version":2,"names":{}}"#,
            r#"{"version":1,"names":{"WWW":"x"}}"#,
        ] {
            assert!(Claims::from_json(text).is_err(), "{text}");
        }
    }
}
