//! What can be wrong with a name, a key, a label or a fingerprint. Every one ends a request and
//! nothing more.

/// Why a text is not a legal site name: one plain sentence for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// No character at all.
    #[error("A name needs at least one letter or digit.")]
    Empty,
    /// More than [`crate::SiteName::MAX`] characters.
    #[error("A name has at most {max} characters; this one has {length}.")]
    TooLong {
        /// Characters given.
        length: usize,
        /// Characters allowed.
        max: usize,
    },
    /// A character outside a-z, 0-9 and `-`.
    #[error("A name is made of a-z, 0-9 and -; {0:?} cannot be in it.")]
    Character(char),
    /// A hyphen at either end.
    #[error("A name begins and ends with a letter or a digit, not with a hyphen.")]
    EdgeHyphen,
    /// Hyphens in third and fourth place, which RFC 5891 section 4.2.3.1 keeps for encoded names.
    #[error("A name cannot have hyphens as its third and fourth characters.")]
    ReservedHyphens,
    /// It ends as a label does.
    #[error(
        "This ends like a site's full label; leave out the last 20 characters and their hyphen."
    )]
    LooksLikeLabel,
    /// Kept for the gateway itself.
    #[error("This name is kept for the gateway itself.")]
    Reserved,
}

/// What can be wrong with what this crate reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A site name is not legal.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Not `<name>-<fingerprint>`.
    #[error("this is not a label: <name>-<20 characters of a-z and 2-7>")]
    Label,
    /// Not 20 characters of lower-case base32.
    #[error("a key's fingerprint is 20 characters of a-z and 2-7")]
    Fingerprint,
    /// Bytes of the wrong number.
    #[error("{what} is {expected} bytes, not {found}")]
    Length {
        /// What was read.
        what: &'static str,
        /// Bytes it should have.
        expected: usize,
        /// Bytes it has.
        found: usize,
    },
    /// Not standard base64 with padding (RFC 4648 section 4).
    #[error("{0} is not standard base64")]
    Base64(&'static str),
    /// Not 32 lower-case hexadecimal digits.
    #[error("an attempt's id is 32 digits of 0-9 and a-f")]
    Attempt,
    /// Not 32 colon-separated pairs of hexadecimal digits.
    #[error("a DTLS fingerprint is 32 pairs of hexadecimal digits with colons between")]
    DtlsFingerprint,
    /// The session description has no fingerprint.
    #[error("the session description has no certificate fingerprint")]
    NoDtlsFingerprint,
    /// The session description has fingerprints that differ, or one of another hash, or hides one.
    #[error("the session description does not say clearly which one certificate it stands for")]
    UnclearDtlsFingerprint,
}
