//! How often somebody tried a wrong password.
//!
//! Strangers are counted by their network, which they cannot choose anew as they can a connection, and all together
//! for each account. A browser that logged in to the account before is counted by itself: strangers cannot lock it
//! out, and it cannot try more often than one of them.
//!
//! A request that fails is rolled back, and so would its attempts be: then whoever makes the site's code fail could
//! try for ever. So attempts are noted again after a roll-back.
//!
//! It must not know accounts, only what names them.

use std::cell::RefCell;

use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::connection::GuardedConnection;
use crate::error::Error;
use crate::limits::{
    ATTEMPT_COUNTERS, ATTEMPT_SECONDS, ATTEMPTS_OF_ACCOUNT, ATTEMPTS_OF_ANY, ATTEMPTS_OF_VISITOR,
};

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS _attempts (
        who BLOB NOT NULL PRIMARY KEY,
        count INTEGER NOT NULL,
        since INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS _attempts_since ON _attempts (since);
";

/// One attempt that failed.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    /// Each with its most. The first is forgotten after the right password.
    counters: Vec<(Vec<u8>, u32)>,
    now: u64,
}

impl Attempt {
    /// An attempt at an account from a network.
    pub fn of_stranger(account: &str, network: &str, now: u64) -> Self {
        let [account, network] = [account, network].map(str::as_bytes);
        let counters = vec![
            (key("both", account, network), ATTEMPTS_OF_VISITOR),
            (key("account", account, b""), ATTEMPTS_OF_ACCOUNT),
            (key("network", b"", network), ATTEMPTS_OF_ANY),
        ];
        Self { counters, now }
    }

    /// An attempt of a browser that logged in to the account before.
    pub fn of_known(account: &str, browser: &[u8], now: u64) -> Self {
        let own = key("browser", account.as_bytes(), browser);
        let counters = vec![(own, ATTEMPTS_OF_VISITOR)];
        Self { counters, now }
    }

    /// An error if there were too many like this one.
    pub fn check(&self, connection: &GuardedConnection) -> Result<(), Error> {
        for (who, most) in &self.counters {
            let found: Option<(u32, i64)> = connection.own(|connection| {
                let mut statement = connection
                    .prepare_cached("SELECT count, since FROM _attempts WHERE who = ?")?;
                Ok(statement
                    .query_row([who], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?)
            })?;
            if let Some((count, since)) = found {
                let until = since.unsigned_abs().saturating_add(ATTEMPT_SECONDS);
                if count >= *most && self.now < until {
                    return Err(Error::Attempts {
                        seconds: until - self.now,
                    });
                }
            }
        }
        Ok(())
    }

    /// Notes that it failed.
    pub fn note(&self, connection: &GuardedConnection) -> Result<(), Error> {
        let now = i64::try_from(self.now).unwrap_or(i64::MAX);
        let over = i64::try_from(self.now.saturating_sub(ATTEMPT_SECONDS)).unwrap_or(i64::MAX);
        connection.own(|connection| {
            connection.prepare_cached("DELETE FROM _attempts WHERE since <= ?")?.execute([over])?;
            for (who, _) in &self.counters {
                connection
                    .prepare_cached(
                        "INSERT INTO _attempts (who, count, since) VALUES (?, 1, ?)
                         ON CONFLICT (who) DO UPDATE SET count = count + 1",
                    )?
                    .execute(params![who, now])?;
            }
            connection
                .prepare_cached(
                    "DELETE FROM _attempts WHERE who IN (
                         SELECT who FROM _attempts ORDER BY since LIMIT max(0, (SELECT count(*) FROM _attempts) - ?))",
                )?
                .execute([ATTEMPT_COUNTERS as i64])?;
            Ok(())
        })
    }

    /// Forgets the attempts of this visitor at this account, after the right password.
    pub fn forget(&self, connection: &GuardedConnection) -> Result<(), Error> {
        let Some((who, _)) = self.counters.first() else {
            return Ok(());
        };
        connection.own(|connection| {
            connection
                .prepare_cached("DELETE FROM _attempts WHERE who = ?")?
                .execute([who])?;
            Ok(())
        })
    }
}

/// The attempts of the transaction that is open: a roll-back must not forget them.
#[derive(Debug, Default)]
pub(crate) struct Pending(RefCell<Vec<Attempt>>);

impl Pending {
    /// Remembers one that was noted in the transaction.
    pub fn push(&self, attempt: Attempt) {
        self.0.borrow_mut().push(attempt);
    }

    /// Forgets them: the transaction has become lasting.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// Notes them again: the transaction was undone.
    pub fn note_again(&self, connection: &GuardedConnection) -> Result<(), Error> {
        let attempts = self.0.take();
        attempts
            .iter()
            .try_for_each(|attempt| attempt.note(connection))
    }
}

/// Who is counted, as a hash: names of accounts and networks do not stand in the table.
fn key(kind: &str, one: &[u8], other: &[u8]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in [kind.as_bytes(), one, other] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}
