//! Passwords as they are kept: salted and hashed with argon2id, so that a copy of the database does not give them
//! away (RFC 9106).

use argon2::{Algorithm, Argon2, Params, Version};

use crate::error::Error;
use crate::limits::{PASSWORD_BYTES, PASSWORD_CHARACTERS};
use crate::random::Random;

/// Memory in KiB: 19 MiB, passes 2, lanes 1 (OWASP's Password Storage Cheat Sheet). About 30 ms natively, and
/// three times that in wasm.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// A password as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub salt: Vec<u8>,
    pub hash: Vec<u8>,
    pub memory_kib: u32,
    pub passes: u32,
}

impl Kept {
    /// Hashes a new password.
    pub fn new(password: &str, random: &mut dyn Random) -> Result<Self, Error> {
        check(password)?;
        let mut salt = vec![0; SALT_BYTES];
        random.fill(&mut salt);
        let hash = hash(password, &salt, MEMORY_KIB, PASSES)?;
        Ok(Self {
            salt,
            hash,
            memory_kib: MEMORY_KIB,
            passes: PASSES,
        })
    }

    /// One that no password is, to spend the same time on an account that is not there.
    pub fn nobody() -> Self {
        Self {
            salt: vec![0; SALT_BYTES],
            hash: Vec::new(),
            memory_kib: MEMORY_KIB,
            passes: PASSES,
        }
    }

    /// Whether a password is this one.
    pub fn is(&self, password: &str) -> Result<bool, Error> {
        if password.len() > PASSWORD_BYTES {
            return Ok(false);
        }
        let hash = hash(password, &self.salt, self.memory_kib, self.passes)?;
        Ok(same(&hash, &self.hash))
    }
}

fn check(password: &str) -> Result<(), Error> {
    if password.chars().count() < PASSWORD_CHARACTERS {
        return Err(Error::Account(format!(
            "the password must have at least {PASSWORD_CHARACTERS} characters"
        )));
    }
    if password.len() > PASSWORD_BYTES {
        return Err(Error::Account(format!(
            "the password must have at most {PASSWORD_BYTES} bytes"
        )));
    }
    Ok(())
}

fn hash(password: &str, salt: &[u8], memory_kib: u32, passes: u32) -> Result<Vec<u8>, Error> {
    let failed =
        |error: argon2::Error| Error::Account(format!("the password could not be hashed: {error}"));
    let parameters = Params::new(memory_kib, passes, LANES, Some(HASH_BYTES)).map_err(failed)?;
    let mut hash = vec![0; HASH_BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into(password.as_bytes(), salt, &mut hash)
        .map_err(failed)?;
    Ok(hash)
}

/// Compares without telling by its time where the difference is.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .fold(0, |difference, (a, b)| difference | (a ^ b))
            == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_itself_and_no_other() {
        let kept = Kept::new("correct horse", &mut |bytes: &mut [u8]| bytes.fill(7)).unwrap();
        assert!(kept.is("correct horse").unwrap());
        assert!(!kept.is("correct horsf").unwrap());
        assert!(!kept.is("").unwrap());
        assert!(!Kept::nobody().is("").unwrap());
    }

    #[test]
    fn a_password_that_is_too_short_or_long_is_refused() {
        let mut random = |bytes: &mut [u8]| bytes.fill(0);
        assert!(Kept::new("1234567", &mut random).is_err());
        assert!(Kept::new(&"x".repeat(PASSWORD_BYTES + 1), &mut random).is_err());
        assert!(Kept::new("ääääääää", &mut random).is_ok());
    }
}
