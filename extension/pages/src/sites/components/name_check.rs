//! The checking of a name while it is typed. No browser here.
//!
//! Each change of the name starts a new turn; an answer that belongs to an older turn is dropped, so that
//! a slow answer never judges a name that is no longer there.

use messages::NameVerdict;

/// Which check an answer belongs to.
pub type Turn = u64;

/// What is known of the name in the field.
#[derive(Debug, Clone, PartialEq, Default)]
enum Standing {
    #[default]
    Empty,
    /// The site's own name, which needs no check.
    Own,
    Checking,
    Judged(NameVerdict),
    /// The check failed, for this reason.
    Unknown(String),
}

/// How the verdict looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tone {
    /// Neither good nor bad (yet).
    Plain,
    /// The name can be used.
    Good,
    /// It cannot.
    Bad,
}

/// A name that is being typed.
#[derive(Debug, Default)]
pub struct NameCheck {
    turn: Turn,
    name: String,
    own: Option<String>,
    standing: Standing,
}

impl NameCheck {
    /// Start anew; `own` is the name that the site has now, if it has one.
    pub fn reset(&mut self, own: Option<String>) {
        self.turn += 1;
        self.name = own.clone().unwrap_or_default();
        self.standing = if own.is_some() {
            Standing::Own
        } else {
            Standing::Empty
        };
        self.own = own;
    }

    /// The field now holds this. The turn to check it in, unless there is nothing to check.
    pub fn typed(&mut self, text: &str) -> Option<Turn> {
        let name = text.trim();
        if name == self.name && !matches!(self.standing, Standing::Unknown(_)) {
            return None;
        }
        name.clone_into(&mut self.name);
        self.turn += 1;
        self.standing = match name {
            "" => Standing::Empty,
            name if Some(name) == self.own.as_deref() => Standing::Own,
            _ => Standing::Checking,
        };
        (self.standing == Standing::Checking).then_some(self.turn)
    }

    /// The name is wanted now. The turn to check it in, unless it has its verdict or needs none.
    pub fn restart(&mut self, text: &str) -> Option<Turn> {
        if let Some(turn) = self.typed(text) {
            return Some(turn);
        }
        self.checking().then(|| {
            self.turn += 1;
            self.turn
        })
    }

    /// Is this still the turn to be answered?
    pub fn awaits(&self, turn: Turn) -> bool {
        self.turn == turn && self.standing == Standing::Checking
    }

    /// The answer of a check, or why there is none. False if it came too late to matter.
    pub fn answered(&mut self, turn: Turn, answer: Result<NameVerdict, String>) -> bool {
        if !self.awaits(turn) {
            return false;
        }
        self.standing = answer.map_or_else(Standing::Unknown, Standing::Judged);
        true
    }

    /// The name, without space around it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Is the name known to be usable? Else the submit button waits.
    pub fn usable(&self) -> bool {
        self.standing == Standing::Judged(NameVerdict::Free)
    }

    /// Is a check still under way?
    pub fn checking(&self) -> bool {
        self.standing == Standing::Checking
    }

    /// The free name to offer instead.
    pub fn suggestion(&self) -> Option<&str> {
        match &self.standing {
            Standing::Judged(
                NameVerdict::Taken { suggestion } | NameVerdict::Illegal { suggestion, .. },
            ) if !suggestion.is_empty() => Some(suggestion),
            _ => None,
        }
    }

    /// What to say of the name.
    pub fn line(&self) -> (Tone, String) {
        match &self.standing {
            Standing::Empty => (Tone::Plain, String::new()),
            Standing::Own => (Tone::Plain, "This is its name now.".into()),
            Standing::Checking => (Tone::Plain, "Checking…".into()),
            Standing::Judged(NameVerdict::Free) => {
                (Tone::Good, format!("“{}” is free.", self.name))
            }
            Standing::Judged(NameVerdict::Taken { .. }) => {
                (Tone::Bad, format!("“{}” is taken.", self.name))
            }
            Standing::Judged(NameVerdict::Illegal { reason, .. }) => (Tone::Bad, reason.clone()),
            Standing::Unknown(reason) => (Tone::Bad, format!("Could not be checked: {reason}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_usable_once_it_is_judged_free() {
        let mut check = NameCheck::default();
        let turn = check.typed(" photos ").unwrap();
        assert!(check.checking() && !check.usable());
        assert!(check.answered(turn, Ok(NameVerdict::Free)));
        assert!(check.usable());
        assert_eq!(check.name(), "photos");
        assert_eq!(check.line(), (Tone::Good, "“photos” is free.".into()));
        assert_eq!(check.typed("photos"), None, "nothing changed");
        assert!(check.usable());
    }

    #[test]
    fn an_answer_to_an_older_name_is_dropped() {
        let mut check = NameCheck::default();
        let old = check.typed("ph").unwrap();
        let new = check.typed("photos").unwrap();
        assert!(!check.answered(old, Ok(NameVerdict::Free)));
        assert!(check.checking());
        assert!(check.answered(
            new,
            Ok(NameVerdict::Taken {
                suggestion: "photos-2".into()
            })
        ));
        assert!(!check.usable());
        assert_eq!(check.suggestion(), Some("photos-2"));
        check.typed("");
        assert!(
            !check.answered(new, Ok(NameVerdict::Free)),
            "the field is empty by now"
        );
        assert_eq!(check.line(), (Tone::Plain, String::new()));
    }

    #[test]
    fn a_name_that_is_wanted_now_is_checked_now() {
        let mut check = NameCheck::default();
        let waiting = check.typed("photos").unwrap();
        let now = check.restart("photos").unwrap();
        assert!(!check.awaits(waiting));
        assert!(check.answered(now, Ok(NameVerdict::Free)));
        assert_eq!(check.restart("photos"), None, "it has its verdict");
        assert_eq!(check.restart(" "), None);
        assert!(check.restart("photos-2").is_some());
    }

    #[test]
    fn the_own_name_needs_no_check() {
        let mut check = NameCheck::default();
        check.reset(Some("photos".into()));
        assert_eq!(check.typed("photos"), None);
        assert!(!check.usable());
        assert!(check.typed("photo").is_some());
        assert_eq!(check.typed("photos"), None);
        assert_eq!(check.line().1, "This is its name now.");
    }

    #[test]
    fn a_failed_check_can_be_tried_again() {
        let mut check = NameCheck::default();
        let turn = check.typed("photos").unwrap();
        assert!(check.answered(turn, Err("No answer.".into())));
        assert_eq!(
            check.line(),
            (Tone::Bad, "Could not be checked: No answer.".into())
        );
        assert!(check.typed("photos").is_some());
    }

    #[test]
    fn an_illegal_name_says_why_and_offers_a_legal_one() {
        let mut check = NameCheck::default();
        let turn = check.typed("My Photos").unwrap();
        let verdict = NameVerdict::Illegal {
            reason: "No spaces.".into(),
            suggestion: "my-photos".into(),
        };
        check.answered(turn, Ok(verdict));
        assert_eq!(check.line(), (Tone::Bad, "No spaces.".into()));
        assert_eq!(check.suggestion(), Some("my-photos"));
    }
}
