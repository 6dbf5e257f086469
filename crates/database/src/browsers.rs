//! Which browsers have logged in to an account before.
//!
//! Whoever logs in gets a cookie that outlives the session. It proves to this database, and to no other, that the
//! browser once had the right password, so that its attempts are counted apart from those of strangers
//! (`attempts`). It lets nobody in. The cookie carries its proofs itself: nobody can fill a table with browsers.
//!
//! It must not know what an account is, only its name.

use data_encoding::BASE64URL_NOPAD;
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::connection::GuardedConnection;
use crate::cookie;
use crate::error::Error;
use crate::limits::{BROWSER_ACCOUNTS, BROWSER_SECONDS};
use crate::password::same;
use crate::random::Random;

/// The cookie's name. It begins as that of the session does: visitors' sides take such names from hosts only.
pub(crate) const COOKIE: &str = "peerserver-session-browser";

/// Bytes of a browser's id, and of each proof: 128 bits cannot be guessed.
const PART_BYTES: usize = 16;

/// Bytes of the secret that proofs are made with.
const SECRET_BYTES: usize = 32;

/// Bytes of a block of SHA-256, which HMAC pads its key to (RFC 2104).
const BLOCK_BYTES: usize = 64;

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS _secrets (
        name TEXT NOT NULL PRIMARY KEY,
        value BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
";

type Part = [u8; PART_BYTES];

/// What a browser's cookie says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Browser {
    id: Part,
    /// One for each account that it logged in to, the newest first.
    proofs: Vec<Part>,
}

impl Browser {
    /// The browser of a `Cookie` header, if it has a cookie that is one.
    fn read(cookies: Option<&str>) -> Option<Self> {
        let value = cookie::value(cookies?, COOKIE)?;
        if value.len() > BASE64URL_NOPAD.encode_len(PART_BYTES * (1 + BROWSER_ACCOUNTS)) {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(value.as_bytes()).ok()?;
        let (parts, []) = bytes.as_chunks::<PART_BYTES>() else {
            return None;
        };
        let (id, proofs) = parts.split_first()?;
        Some(Self {
            id: *id,
            proofs: proofs.to_vec(),
        })
    }

    fn value(&self) -> String {
        let bytes: Vec<u8> = [self.id]
            .iter()
            .chain(&self.proofs)
            .flatten()
            .copied()
            .collect();
        BASE64URL_NOPAD.encode(&bytes)
    }
}

/// The id of the browser, if it once logged in to this account.
pub(crate) fn known(
    connection: &GuardedConnection,
    cookies: Option<&str>,
    account: &str,
) -> Result<Option<Part>, Error> {
    let Some(browser) = Browser::read(cookies) else {
        return Ok(None);
    };
    let Some(secret) = secret(connection)? else {
        return Ok(None);
    };
    let proof = proof(&secret, &browser.id, account);
    let found = browser.proofs.iter().any(|other| same(other, &proof));
    Ok(found.then_some(browser.id))
}

/// The `Set-Cookie` value by which a browser that has just logged in to this account is known from now on.
pub(crate) fn remember(
    connection: &GuardedConnection,
    cookies: Option<&str>,
    account: &str,
    random: &mut dyn Random,
    secure: bool,
) -> Result<String, Error> {
    let secret = match secret(connection)? {
        Some(secret) => secret,
        None => make_secret(connection, random)?,
    };
    let mut browser = Browser::read(cookies).unwrap_or_else(|| {
        let mut id = [0; PART_BYTES];
        random.fill(&mut id);
        Browser {
            id,
            proofs: Vec::new(),
        }
    });
    let proof = proof(&secret, &browser.id, account);
    browser.proofs.retain(|other| *other != proof);
    browser.proofs.insert(0, proof);
    browser.proofs.truncate(BROWSER_ACCOUNTS);
    Ok(cookie::set(
        COOKIE,
        &browser.value(),
        BROWSER_SECONDS,
        secure,
    ))
}

const SECRET: &str = "browsers";

fn secret(connection: &GuardedConnection) -> Result<Option<Vec<u8>>, Error> {
    connection.own(|connection| {
        let mut statement =
            connection.prepare_cached("SELECT value FROM _secrets WHERE name = ?")?;
        Ok(statement.query_row([SECRET], |row| row.get(0)).optional()?)
    })
}

fn make_secret(connection: &GuardedConnection, random: &mut dyn Random) -> Result<Vec<u8>, Error> {
    let mut secret = vec![0; SECRET_BYTES];
    random.fill(&mut secret);
    connection.own(|connection| {
        connection
            .prepare_cached("INSERT INTO _secrets (name, value) VALUES (?, ?)")?
            .execute(params![SECRET, secret])?;
        Ok(())
    })?;
    Ok(secret)
}

/// HMAC-SHA256 (RFC 2104) of a browser's id and an account's name, cut to 128 bits. The id has a fixed length, so no
/// two pairs are the same text.
fn proof(secret: &[u8], id: &Part, account: &str) -> Part {
    let pad = |with: u8| {
        let mut block = [with; BLOCK_BYTES];
        for (byte, key) in block.iter_mut().zip(secret) {
            *byte ^= key;
        }
        block
    };
    let inner = Sha256::new()
        .chain_update(pad(0x36))
        .chain_update(id)
        .chain_update(account)
        .finalize();
    let outer = Sha256::new()
        .chain_update(pad(0x5c))
        .chain_update(inner)
        .finalize();
    let mut proof = [0; PART_BYTES];
    for (byte, of) in proof.iter_mut().zip(outer) {
        *byte = of;
    }
    proof
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_what_its_cookie_says_and_nothing_else_is_one() {
        let browser = Browser {
            id: [1; PART_BYTES],
            proofs: vec![[2; PART_BYTES], [3; PART_BYTES]],
        };
        let header = format!("a=b; {COOKIE}={}", browser.value());
        assert_eq!(Browser::read(Some(&header)), Some(browser));
        for value in [
            String::new(),
            "AAAA".to_owned(),
            "*".repeat(22),
            BASE64URL_NOPAD.encode(&[0; PART_BYTES + 1]),
            BASE64URL_NOPAD.encode(&[0; PART_BYTES * (2 + BROWSER_ACCOUNTS)]),
        ] {
            let header = format!("{COOKIE}={value}");
            assert_eq!(Browser::read(Some(&header)), None, "{value}");
        }
        assert_eq!(Browser::read(None), None);
    }

    #[test]
    fn a_proof_is_of_one_secret_one_browser_and_one_account() {
        let one = proof(&[7; 32], &[1; PART_BYTES], "ann");
        assert_eq!(one, proof(&[7; 32], &[1; PART_BYTES], "ann"));
        for other in [
            proof(&[8; 32], &[1; PART_BYTES], "ann"),
            proof(&[7; 32], &[2; PART_BYTES], "ann"),
            proof(&[7; 32], &[1; PART_BYTES], "anna"),
        ] {
            assert_ne!(one, other);
        }
    }
}
