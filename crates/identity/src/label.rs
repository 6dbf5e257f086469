//! Labels: a site's name and its key's fingerprint in one DNS label.

use std::fmt;

use crate::name::split_label;
use crate::text::travels_as_text;
use crate::{Error, Fingerprint, PublicKey, SiteName};

/// `<name>-<fingerprint>`: at most 63 characters, so one DNS label. It certifies itself: who holds the
/// key with that fingerprint is the site.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label {
    name: SiteName,
    fingerprint: Fingerprint,
}

impl Label {
    /// The label of the site with this name and key.
    pub fn new(name: SiteName, key: &PublicKey) -> Self {
        Self {
            name,
            fingerprint: Fingerprint::of(key),
        }
    }

    /// Reads `<name>-<fingerprint>`, lower-case only.
    ///
    /// # Errors
    /// [`Error::Label`] without the shape of one, [`Error::Name`] if the name in it is not legal.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (name, fingerprint) = split_label(text).ok_or(Error::Label)?;
        Ok(Self {
            name: SiteName::parse(name)?,
            fingerprint,
        })
    }

    /// The name in it.
    pub const fn name(&self) -> &SiteName {
        &self.name
    }

    /// The fingerprint in it.
    pub const fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// Is this the key that the label stands for?
    pub fn certifies(&self, key: &PublicKey) -> bool {
        Fingerprint::of(key) == self.fingerprint
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.name, self.fingerprint)
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Label({self})")
    }
}

travels_as_text!(Label, Error);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NameError;
    use proptest::prelude::*;

    #[test]
    fn a_label_names_its_key() {
        let key = PublicKey::from([0; 32]);
        let label = Label::new(SiteName::parse("my-site").unwrap(), &key);
        assert_eq!(label.to_string(), "my-site-mzuhvlpymk6xo3epygfy");
        assert_eq!(Label::parse(&label.to_string()), Ok(label.clone()));
        assert_eq!(label.name().as_str(), "my-site");
        assert!(label.certifies(&key));
        assert!(!label.certifies(&PublicKey::from([1; 32])));
        let json = serde_json::to_string(&label).unwrap();
        assert_eq!(serde_json::from_str::<Label>(&json).unwrap(), label);
    }

    #[test]
    fn the_longest_label_fits_dns() {
        let label = Label::new(
            SiteName::parse(&"a".repeat(SiteName::MAX)).unwrap(),
            &PublicKey::from([0; 32]),
        );
        assert_eq!(label.to_string().len(), 63);
        assert_eq!(Label::parse(&label.to_string()), Ok(label));
    }

    #[test]
    fn what_is_not_a_label_is_refused() {
        let fingerprint = "a".repeat(20);
        for text in [
            "",
            "site",
            &fingerprint,
            "site-aaaa",
            &format!("Site-{}", "A".repeat(20)),
        ] {
            assert_eq!(Label::parse(text), Err(Error::Label), "{text}");
        }
        assert_eq!(
            Label::parse(&format!("www-{fingerprint}")),
            Err(Error::Name(NameError::Reserved))
        );
        assert_eq!(
            Label::parse(&format!("-{fingerprint}")),
            Err(Error::Name(NameError::Empty))
        );
        let two = format!("a-{fingerprint}-{fingerprint}");
        assert_eq!(
            Label::parse(&two),
            Err(Error::Name(NameError::LooksLikeLabel))
        );
    }

    proptest! {
        #[test]
        fn no_text_is_both_a_name_and_a_label(text in "[a-z0-9-]{0,70}|[a-z]{1,4}-[a-z2-7]{20}") {
            prop_assert!(SiteName::parse(&text).is_err() || Label::parse(&text).is_err());
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,80}") {
            let _ = Label::parse(&text);
        }
    }
}
