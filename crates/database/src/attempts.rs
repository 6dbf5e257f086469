//! How often somebody tried a wrong password.
//!
//! A request that fails is rolled back, and so would its attempts be: then whoever makes the site's code fail could
//! try for ever. So attempts are noted again after a roll-back.

use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::database::Database;
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
    counters: [(Vec<u8>, u32); 3],
    now: u64,
}

impl Attempt {
    /// An attempt of a visitor at an account.
    pub fn new(account: &str, visitor: &str, now: u64) -> Self {
        let key = |kind: &str, one: &str, other: &str| {
            let mut hash = Sha256::new();
            for part in [kind, one, other] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
            hash.finalize().to_vec()
        };
        let counters = [
            (key("both", account, visitor), ATTEMPTS_OF_VISITOR),
            (key("account", account, ""), ATTEMPTS_OF_ACCOUNT),
            (key("visitor", "", visitor), ATTEMPTS_OF_ANY),
        ];
        Self { counters, now }
    }

    /// An error if there were too many like this one.
    pub fn check(&self, database: &Database) -> Result<(), Error> {
        for (who, most) in &self.counters {
            let found: Option<(u32, i64)> = database.own(|connection| {
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
    pub fn note(&self, database: &Database) -> Result<(), Error> {
        let now = i64::try_from(self.now).unwrap_or(i64::MAX);
        let over = i64::try_from(self.now.saturating_sub(ATTEMPT_SECONDS)).unwrap_or(i64::MAX);
        database.own(|connection| {
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
    pub fn forget(&self, database: &Database) -> Result<(), Error> {
        let [(who, _), ..] = &self.counters;
        database.own(|connection| {
            connection
                .prepare_cached("DELETE FROM _attempts WHERE who = ?")?
                .execute([who])?;
            Ok(())
        })
    }
}
