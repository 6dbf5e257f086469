//! An account, and which names one can have.
//!
//! It must not know how accounts are stored.

use crate::error::Error;
use crate::limits::ACCOUNT_NAME_BYTES;

/// An account, without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name, as it was given.
    pub name: String,
    /// When it was made: seconds since 1970.
    pub created: u64,
}

/// A name as it is compared, and as it is shown.
pub(crate) fn checked(name: &str) -> Result<(String, String), Error> {
    let shown = name.trim();
    if shown.is_empty() || shown.len() > ACCOUNT_NAME_BYTES || shown.chars().any(char::is_control) {
        return Err(Error::Account(format!(
            "a name has 1 to {ACCOUNT_NAME_BYTES} bytes and no control characters"
        )));
    }
    Ok((shown.to_lowercase(), shown.to_owned()))
}
