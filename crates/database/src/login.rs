//! A log-in: where it comes from, and what a session keeps of it.
//!
//! It must not know where accounts and sessions are stored.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use crate::account::Account;
use crate::password::Kept;

/// Tells one password of one account from every other: made of the account's random salt, so it is new with each
/// account and each password. Whoever is logged in has it in the session, which ends by it when the account is deleted
/// or gets another password. It is no secret of the visitor's and lets nobody in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginId(String);

/// Bytes of a [`LoginId`]: 128 bits do not meet by chance.
const LOGIN_ID_BYTES: usize = 16;

impl LoginId {
    pub(crate) fn of(kept: &Kept) -> Self {
        let hash = Sha256::new()
            .chain_update(b"log-in")
            .chain_update(&kept.salt)
            .finalize();
        Self(BASE64URL_NOPAD.encode(&hash[..LOGIN_ID_BYTES]))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An account whose password was right, or has just been set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Whose.
    pub account: Account,
    /// What the session keeps of it.
    pub id: LoginId,
}

/// Where a password that is tried comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Source<'a> {
    /// The visitor's network, as the host tells networks apart. Those of whom it knows none are counted together.
    pub network: &'a str,
    /// The request's `Cookie` header.
    pub cookies: Option<&'a str>,
}
