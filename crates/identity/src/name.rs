//! Site names: what a person chooses and reads in a link.

use std::fmt;

use crate::fold::fold;
use crate::text::travels_as_text;
use crate::{Fingerprint, NameError};

/// A site's name: 1 to 42 characters of a-z, 0-9 and `-`, so that a [`crate::Label`] fits a DNS label
/// (63 octets, RFC 1035 section 2.3.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SiteName(String);

/// Names that a gateway keeps: its own paths, and what visitors would take for the gateway itself.
const RESERVED: &[&str] = &[
    "about",
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "api",
    "app",
    "apps",
    "assets",
    "auth",
    "cdn",
    "config",
    "connect",
    "dashboard",
    "dns",
    "docs",
    "extension",
    "ftp",
    "gateway",
    "healthz",
    "help",
    "home",
    "hostmaster",
    "imap",
    "index",
    "local",
    "localhost",
    "login",
    "logout",
    "mail",
    "metrics",
    "mx",
    "new",
    "ns",
    "ns1",
    "ns2",
    "official",
    "ops",
    "peer",
    "peerserver",
    "pop",
    "postmaster",
    "private",
    "public",
    "register",
    "rendezvous",
    "root",
    "security",
    "settings",
    "shell",
    "signal",
    "signalling",
    "signin",
    "signup",
    "smtp",
    "static",
    "status",
    "stun",
    "support",
    "system",
    "test",
    "turn",
    "web-peer",
    "webmaster",
    "well-known",
    "wpad",
    "www",
];

/// The name suggested when nothing of what was typed can be kept.
const FALLBACK: &str = "site";

impl SiteName {
    /// The greatest length in characters: 63 octets of a DNS label less the fingerprint and a hyphen.
    pub const MAX: usize = 63 - Fingerprint::LENGTH - 1;

    /// Reads a name as it must be; nothing is corrected (see [`SiteName::suggest`]).
    ///
    /// # Errors
    /// A [`NameError`] whose text is a plain sentence for a person.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if let Some(character) = text.chars().find(|c| !legal(*c)) {
            return Err(NameError::Character(character));
        }
        if text.starts_with('-') || text.ends_with('-') {
            return Err(NameError::EdgeHyphen);
        }
        if text.get(2..4) == Some("--") {
            return Err(NameError::ReservedHyphens);
        }
        // Before the length: who pastes a label is helped more by hearing so.
        if split_label(text).is_some() {
            return Err(NameError::LooksLikeLabel);
        }
        if text.len() > Self::MAX {
            return Err(NameError::TooLong {
                length: text.len(),
                max: Self::MAX,
            });
        }
        if RESERVED.contains(&text) {
            return Err(NameError::Reserved);
        }
        Ok(Self(text.to_owned()))
    }

    /// The nearest legal name to anything a person may type: "My Café!" becomes `my-cafe`.
    pub fn suggest(text: &str) -> Self {
        let mut plain = String::new();
        for character in text.chars() {
            // An apostrophe joins what it parts: "Ann's" becomes `anns`.
            if matches!(character, '\'' | '’') || is_combining(character) {
                continue;
            }
            match fold(character) {
                // A word that stands for a sign is set apart.
                Some(word @ ("and" | "at")) => {
                    hyphen(&mut plain);
                    plain.push_str(word);
                    plain.push('-');
                }
                Some(letters) => plain.push_str(letters),
                None => hyphen(&mut plain),
            }
            // Enough is enough, however long the text; a whole label still fits.
            if plain.len() > 63 {
                break;
            }
        }
        let plain = plain.trim_end_matches('-');
        let plain = split_label(plain).map_or(plain, |(name, _)| name);
        let name = cut(plain, Self::MAX);
        match Self::parse(name) {
            Ok(name) => name,
            Err(NameError::Reserved) => Self(format!("my-{name}")),
            // Cutting can lay bare the end of a label within; the part before it is shorter.
            Err(NameError::LooksLikeLabel) => {
                Self::suggest(split_label(name).map_or(FALLBACK, |(before, _)| before))
            }
            Err(_) => Self(FALLBACK.to_owned()),
        }
    }

    /// Another name near this one: `<name>-<n>`, the name cut where both do not fit.
    pub fn suggest_alternative(&self, n: u32) -> Self {
        let suffix = format!("-{n}");
        let base = cut(&self.0, Self::MAX - suffix.len());
        Self(format!("{base}{suffix}"))
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Adds a hyphen where one may stand: never first, never after another.
fn hyphen(plain: &mut String) {
    if !plain.is_empty() && !plain.ends_with('-') {
        plain.push('-');
    }
}

/// The combining marks that decomposed letters carry (Unicode block U+0300 to U+036F).
fn is_combining(character: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&character)
}

/// At most `max` ASCII characters of a text, no hyphen at the end.
fn cut(text: &str, max: usize) -> &str {
    text.get(..max).unwrap_or(text).trim_end_matches('-')
}

/// The two parts of what has a label's shape, the first not yet checked.
pub(crate) fn split_label(text: &str) -> Option<(&str, Fingerprint)> {
    let (name, fingerprint) = text.rsplit_once('-')?;
    Some((name, Fingerprint::parse(fingerprint).ok()?))
}

impl fmt::Display for SiteName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

travels_as_text!(SiteName, NameError);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn legal_names_are_kept_as_they_are() {
        let longest = "a".repeat(42);
        for text in ["a", "7", "my-site", "a--b", "a-b-c", "www2", &longest] {
            assert_eq!(
                SiteName::parse(text).map(|name| name.to_string()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn illegal_names_are_refused_with_the_reason() {
        let label = format!("site-{}", "a".repeat(20));
        let long = "a".repeat(43);
        for (text, error) in [
            ("", NameError::Empty),
            ("My-site", NameError::Character('M')),
            ("café", NameError::Character('é')),
            ("a.b", NameError::Character('.')),
            ("-a", NameError::EdgeHyphen),
            ("a-", NameError::EdgeHyphen),
            ("xn--a", NameError::ReservedHyphens),
            ("www", NameError::Reserved),
            ("localhost", NameError::Reserved),
            (&label, NameError::LooksLikeLabel),
            (
                &long,
                NameError::TooLong {
                    length: 43,
                    max: 42,
                },
            ),
        ] {
            assert_eq!(SiteName::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn every_reserved_name_would_be_legal_otherwise() {
        for name in RESERVED {
            assert_eq!(SiteName::parse(name), Err(NameError::Reserved), "{name}");
        }
    }

    #[test]
    fn suggestions_are_near_what_was_typed() {
        let label = format!("shop-{}", "a".repeat(20));
        let long = "x".repeat(100);
        for (text, name) in [
            ("My Café!", "my-cafe"),
            ("Cafe\u{301}", "cafe"),
            ("  Ann's   Shop ", "anns-shop"),
            ("Bed & Breakfast", "bed-and-breakfast"),
            ("Straße 7", "strasse-7"),
            ("xn--abc", "xn-abc"),
            ("", "site"),
            ("日本語", "site"),
            ("www", "my-www"),
            ("---", "site"),
            (&label, "shop"),
            (&long, &"x".repeat(42)),
        ] {
            assert_eq!(SiteName::suggest(text).as_str(), name, "{text}");
        }
    }

    #[test]
    fn alternatives_fit() {
        let name = SiteName::parse("shop").unwrap();
        assert_eq!(name.suggest_alternative(2).as_str(), "shop-2");
        let longest = SiteName::parse(&format!("{}-b", "a".repeat(40))).unwrap();
        assert_eq!(
            longest.suggest_alternative(12).as_str(),
            format!("{}-12", "a".repeat(39))
        );
        assert_eq!(
            longest.suggest_alternative(2).as_str(),
            format!("{}-2", "a".repeat(40))
        );
    }

    proptest! {
        #[test]
        fn every_suggestion_is_legal(text in "\\PC{0,80}", n in any::<u32>()) {
            let name = SiteName::suggest(&text);
            prop_assert_eq!(SiteName::parse(name.as_str()), Ok(name.clone()));
            let other = name.suggest_alternative(n);
            prop_assert_eq!(SiteName::parse(other.as_str()), Ok(other.clone()));
        }

        #[test]
        fn near_labels_give_legal_suggestions(text in "[a-z2-7]{1,22}(-[a-z2-7]{18,22}){0,4}") {
            let name = SiteName::suggest(&text);
            prop_assert_eq!(SiteName::parse(name.as_str()), Ok(name.clone()));
        }

        #[test]
        fn legal_names_suggest_themselves(text in "[a-z]{2}[a-z0-9]{0,8}(-[a-z0-9]{1,9}){0,2}") {
            if let Ok(name) = SiteName::parse(&text) {
                prop_assert_eq!(SiteName::suggest(&text), name);
            }
        }
    }
}
