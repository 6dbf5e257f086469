//! Who holds which bare name: first come, kept by the key that claimed it as long as it hosts now and then.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher as _;
use std::mem;

use identity::{Label, PublicKey, SiteName};
use serde::{Deserialize, Serialize};

use super::day::Day;

/// Days after which a name may be another's if its key never hosted meanwhile. It leads to its old label until
/// somebody claims it: a clock that goes wrong gives nothing away by itself.
const KEPT_DAYS: u32 = 365;

/// Days after which it is written down anew that a key still hosts.
const RENEWED_DAYS: u32 = 7;

/// Alternatives to a name that are tried in order (`name-2`, `name-3`…), and then at random.
const ALTERNATIVES: u32 = 20;

/// The names and the keys that hold them.
#[derive(Debug, Clone, Default)]
pub struct Claims {
    names: BTreeMap<SiteName, Claim>,
    by_key: HashMap<PublicKey, usize>,
    /// What changed since it was last asked for.
    changes: Vec<Record>,
}

/// A claim of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Claim {
    key: PublicKey,
    /// When the key hosted last, to a week or so.
    hosted: Day,
}

/// A change of one name, as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    name: SiteName,
    /// Whose it is from now on; none: nobody's.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    claim: Option<Claim>,
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
    /// Too many names were claimed from one network lately.
    TooOften,
}

impl Claims {
    /// Claims a name for a key whose holder has proved himself.
    pub fn claim(
        &mut self,
        name: &SiteName,
        key: &PublicKey,
        (per_key, in_all): (usize, usize),
        today: Day,
    ) -> Verdict {
        if self.holds(key, name) {
            self.renew(name, key, today);
            return Verdict::Held;
        }
        if !self.is_free(name, today) {
            return Verdict::Taken;
        }
        if self.by_key.get(key).is_some_and(|count| *count >= per_key) {
            return Verdict::KeyHasEnough;
        }
        if self.names.len() >= in_all && !self.names.contains_key(name) && !self.make_room(today) {
            return Verdict::NoRoom;
        }
        let claim = Claim {
            key: *key,
            hosted: today,
        };
        self.change(Record {
            name: name.clone(),
            claim: Some(claim),
        });
        Verdict::Claimed
    }

    /// The key hosts this name today, if it is the key's.
    pub fn renew(&mut self, name: &SiteName, key: &PublicKey, today: Day) {
        let Some(claim) = self.names.get(name) else {
            return;
        };
        if claim.key == *key && today.since(claim.hosted) >= RENEWED_DAYS {
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

    /// All names, as changes to an empty memory.
    pub fn records(&self) -> impl Iterator<Item = Record> + '_ {
        self.names.iter().map(|(name, claim)| Record {
            name: name.clone(),
            claim: Some(*claim),
        })
    }

    /// A memory with these names, held since today.
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

    /// Makes a change that was written down before.
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
    fn make_room(&mut self, today: Day) -> bool {
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
        today.since(self.hosted) > KEPT_DAYS
    }
}

/// Two memories are the same if the same names are the same keys', whatever is still to be written down.
impl PartialEq for Claims {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names && self.by_key == other.by_key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Day = Day::of(20_000);

    fn name(text: &str) -> SiteName {
        SiteName::parse(text).unwrap()
    }

    fn key(byte: u8) -> PublicKey {
        PublicKey::from([byte; 32])
    }

    fn claim(claims: &mut Claims, text: &str, by: u8, today: Day) -> Verdict {
        claims.claim(&name(text), &key(by), (8, 8), today)
    }

    #[test]
    fn the_first_key_keeps_the_name() {
        let mut claims = Claims::default();
        assert_eq!(claim(&mut claims, "shop", 1, TODAY), Verdict::Claimed);
        assert_eq!(claim(&mut claims, "shop", 1, TODAY), Verdict::Held);
        assert_eq!(claim(&mut claims, "shop", 2, TODAY), Verdict::Taken);
        assert_eq!(
            claims.label(&name("shop")),
            Some(Label::new(name("shop"), &key(1)))
        );
        assert_eq!(claims.label(&name("other")), None);
        assert!(claims.holds(&key(1), &name("shop")) && !claims.holds(&key(2), &name("shop")));
    }

    #[test]
    fn a_name_whose_key_did_not_host_for_a_year_may_be_anothers() {
        let mut claims = Claims::default();
        claim(&mut claims, "shop", 1, TODAY);
        claim(&mut claims, "kept", 2, TODAY);
        claim(&mut claims, "hosted", 3, TODAY);
        let last = Day::of(20_000 + KEPT_DAYS);
        assert_eq!(claim(&mut claims, "shop", 9, last), Verdict::Taken);
        claims.renew(&name("kept"), &key(2), last);
        claims.renew_label(&Label::new(name("hosted"), &key(3)), last);
        claims.renew(&name("shop"), &key(9), last);
        let later = Day::of(20_001 + KEPT_DAYS);
        assert!(
            claims.label(&name("shop")).is_some(),
            "nobody claimed it yet"
        );
        assert!(claims.is_free(&name("shop"), later));
        assert_eq!(claim(&mut claims, "shop", 9, later), Verdict::Claimed);
        assert_eq!(claim(&mut claims, "kept", 9, later), Verdict::Taken);
        assert_eq!(claim(&mut claims, "hosted", 9, later), Verdict::Taken);
        assert_eq!(claims.by_key.get(&key(1)), None);
        assert_eq!(claim(&mut claims, "kept", 9, Day::of(1)), Verdict::Taken);
    }

    #[test]
    fn a_lapsed_claim_makes_room_for_a_new_one() {
        let mut claims = Claims::default();
        for n in 0..8 {
            claims.claim(&name(&format!("n{n}")), &key(n), (8, 8), TODAY);
        }
        assert_eq!(claim(&mut claims, "new", 9, TODAY), Verdict::NoRoom);
        let later = Day::of(20_001 + KEPT_DAYS);
        claims.renew(&name("n0"), &key(0), later);
        assert_eq!(claim(&mut claims, "new", 9, later), Verdict::Claimed);
        assert_eq!(claims.len(), 8);
        assert!(claims.holds(&key(0), &name("n0")));
    }

    #[test]
    fn suggestions_are_free_and_take_few_steps() {
        let mut claims = Claims::default();
        for taken in ["shop", "shop-2", "shop-3"] {
            claim(&mut claims, taken, 1, TODAY);
        }
        assert_eq!(claims.suggestion(&name("shop")), name("shop-4"));
        for n in 2..5000 {
            let taken = name("shop").suggest_alternative(n);
            claims.claim(&taken, &key(1), (9999, 9999), TODAY);
        }
        let suggestion = claims.suggestion(&name("shop"));
        assert!(claims.is_free(&suggestion, TODAY), "{suggestion}");
    }

    #[test]
    fn there_is_an_end_to_names() {
        let mut claims = Claims::default();
        let mut claim = |text, by| claims.claim(&name(text), &key(by), (1, 2), TODAY);
        assert_eq!(claim("a", 1), Verdict::Claimed);
        assert_eq!(claim("b", 1), Verdict::KeyHasEnough);
        assert_eq!(claim("b", 2), Verdict::Claimed);
        assert_eq!(claim("c", 3), Verdict::NoRoom);
        assert_eq!(claim("a", 1), Verdict::Held);
    }

    #[test]
    fn changes_made_again_give_the_same_memory() {
        let mut claims = Claims::default();
        claim(&mut claims, "shop", 1, TODAY);
        claim(&mut claims, "kept", 2, TODAY);
        assert_eq!(claims.changes.len(), 2);
        claim(&mut claims, "kept", 2, Day::of(20_001));
        assert_eq!(claims.changes.len(), 2, "a day is not worth a line");
        let later = Day::of(20_001 + KEPT_DAYS);
        claim(&mut claims, "shop", 3, later);
        claims.make_room(later);
        let mut again = Claims::default();
        for change in claims.take_changes() {
            again.apply(change);
        }
        assert_eq!(again, claims);
        assert!(!claims.has_changes());
        let mut whole = Claims::default();
        for record in claims.records() {
            whole.apply(record);
        }
        assert_eq!(whole, claims);
    }
}
