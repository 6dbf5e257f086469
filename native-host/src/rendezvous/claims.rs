//! Which key holds which bare name: the first key that claims a name holds it as long as it hosts now and then.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher as _;
use std::mem;

use identity::{Label, PublicKey, SiteName};
use serde::{Deserialize, Serialize};

use super::day::Day;

/// Days without hosting after which another key may claim a name. It stands for its old label until another key claims
/// it: a wrong clock alone releases no name.
const LAPSE_DAYS: u32 = 365;

/// Days after which it is stored again that a key still hosts.
const RENEWAL_DAYS: u32 = 7;

/// Alternatives to a name that are tried in order (`name-2`, `name-3`…), and then at random.
const ALTERNATIVES: u32 = 20;

/// The names and the keys that hold them.
#[derive(Debug, Clone, Default)]
pub struct Claims {
    names: BTreeMap<SiteName, Claim>,
    by_key: HashMap<PublicKey, usize>,
    /// Changes that are not in the state file yet.
    changes: Vec<Record>,
}

/// A claim of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Claim {
    key: PublicKey,
    /// When the key hosted last, to a week or so.
    hosted: Day,
}

/// A change of one name, as in the state file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    name: SiteName,
    /// Its claim from now on; `None`: the name is free.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    claim: Option<Claim>,
}

/// The result of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// The key held it already.
    Held,
    /// The key holds it from now on.
    Claimed,
    /// Another key holds it.
    Taken,
    /// The key has as many names as it may have.
    KeyHasEnough,
    /// There are as many names as there may be.
    NoRoom,
    /// Too many names were claimed from one network lately.
    TooOften,
}

impl Claims {
    /// Claims a name for a key that was proved.
    pub fn claim(
        &mut self,
        name: &SiteName,
        key: &PublicKey,
        (per_key, in_all): (usize, usize),
        today: Day,
    ) -> ClaimOutcome {
        if self.holds(key, name) {
            self.renew(name, key, today);
            return ClaimOutcome::Held;
        }
        if !self.is_free(name, today) {
            return ClaimOutcome::Taken;
        }
        if self.by_key.get(key).is_some_and(|count| *count >= per_key) {
            return ClaimOutcome::KeyHasEnough;
        }
        if self.names.len() >= in_all
            && !self.names.contains_key(name)
            && !self.remove_lapsed(today)
        {
            return ClaimOutcome::NoRoom;
        }
        let claim = Claim {
            key: *key,
            hosted: today,
        };
        self.change(Record {
            name: name.clone(),
            claim: Some(claim),
        });
        ClaimOutcome::Claimed
    }

    /// The key hosts this name today, if it is the key's.
    pub fn renew(&mut self, name: &SiteName, key: &PublicKey, today: Day) {
        let Some(claim) = self.names.get(name) else {
            return;
        };
        if claim.key == *key && today.since(claim.hosted) >= RENEWAL_DAYS {
            let claim = Claim {
                hosted: today,
                ..*claim
            };
            self.change(Record {
                name: name.clone(),
                claim: Some(claim),
            });
        }
    }

    /// A label is hosted today: its key's claim is kept up, if it has one.
    pub fn renew_label(&mut self, label: &Label, today: Day) {
        let key = self.names.get(label.name()).map(|claim| claim.key);
        if let Some(key) = key
            && label.certifies(&key)
        {
            self.renew(label.name(), &key, today);
        }
    }

    /// The label that a bare name stands for, if it is claimed.
    pub fn label(&self, name: &SiteName) -> Option<Label> {
        self.names
            .get(name)
            .map(|claim| Label::new(name.clone(), &claim.key))
    }

    /// Can anybody claim this name?
    pub fn is_free(&self, name: &SiteName, today: Day) -> bool {
        self.names
            .get(name)
            .is_none_or(|claim| claim.has_lapsed(today))
    }

    /// Does this key hold this name?
    pub fn holds(&self, key: &PublicKey, name: &SiteName) -> bool {
        self.names.get(name).is_some_and(|claim| claim.key == *key)
    }

    /// A free alternative to a name: `name-2`, `name-3`… or, if somebody took all of these, one with a longer number.
    pub fn suggestion(&self, name: &SiteName) -> SiteName {
        // Random, so that nobody can take beforehand what would be tried: else each question would cost as many
        // steps as there are names.
        let random = |n: u32| (self.by_key.hasher().hash_one((name, n)) >> 32) as u32;
        let in_order = 2..ALTERNATIVES;
        let short = (0..ALTERNATIVES).map(|n| 1000 + random(n) % 9000);
        let long = (0..ALTERNATIVES).map(|n| 1_000_000 + random(n) % 9_000_000);
        let mut tried = in_order
            .chain(short)
            .chain(long)
            .map(|n| name.suggest_alternative(n));
        let free = tried.find(|other| !self.names.contains_key(other));
        free.unwrap_or_else(|| name.suggest_alternative(u32::MAX))
    }

    /// How many names are claimed.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// What changed since this was last called.
    pub fn take_changes(&mut self) -> Vec<Record> {
        mem::take(&mut self.changes)
    }

    /// Is there something for `take_changes`?
    pub fn has_changes(&self) -> bool {
        !self.changes.is_empty()
    }

    /// All names, as changes to empty claims.
    pub fn records(&self) -> impl Iterator<Item = Record> + '_ {
        self.names.iter().map(|(name, claim)| Record {
            name: name.clone(),
            claim: Some(*claim),
        })
    }

    /// Claims of these names, renewed today.
    pub fn from_names(names: BTreeMap<SiteName, PublicKey>, today: Day) -> Self {
        let mut claims = Self::default();
        for (name, key) in names {
            let hosted = today;
            claims.apply(Record {
                name,
                claim: Some(Claim { key, hosted }),
            });
        }
        claims
    }

    /// Applies a change from the state file.
    pub fn apply(&mut self, Record { name, claim }: Record) {
        let before = match claim {
            Some(claim) => {
                *self.by_key.entry(claim.key).or_default() += 1;
                self.names.insert(name, claim)
            }
            None => self.names.remove(&name),
        };
        if let Some(Claim { key, .. }) = before
            && let Some(count) = self.by_key.get_mut(&key)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.by_key.remove(&key);
            }
        }
    }

    fn change(&mut self, record: Record) {
        self.apply(record.clone());
        self.changes.push(record);
    }

    /// Ends the claim that has lapsed longest. `false` if none has.
    fn remove_lapsed(&mut self, today: Day) -> bool {
        let oldest = self.names.iter().min_by_key(|(_, claim)| claim.hosted);
        let Some((name, claim)) = oldest else {
            return false;
        };
        let lapsed = claim.has_lapsed(today);
        if lapsed {
            let name = name.clone();
            self.change(Record { name, claim: None });
        }
        lapsed
    }
}

impl Claim {
    const fn has_lapsed(&self, today: Day) -> bool {
        today.since(self.hosted) > LAPSE_DAYS
    }
}

/// Claims are equal if the same keys hold the same names, whatever is not stored yet.
impl PartialEq for Claims {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names && self.by_key == other.by_key
    }
}

#[cfg(test)]
mod tests;
