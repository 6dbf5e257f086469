//! Who a visitor is: names with passwords.
//!
//! It must not know sessions: a log-in is for the caller to keep.

use rusqlite::{OptionalExtension, Row, params};

use crate::account::{Account, checked};
use crate::attempts::{self, Attempt, Pending};
use crate::browsers;
use crate::connection::GuardedConnection;
use crate::error::{Error, shortened};
use crate::limits::ACCOUNTS;
use crate::login::{Login, LoginId, Source};
use crate::password::Kept;
use crate::random::Random;

const ACCOUNTS_SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS _accounts (
        key TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        salt BLOB NOT NULL,
        hash BLOB NOT NULL,
        memory_kib INTEGER NOT NULL,
        passes INTEGER NOT NULL,
        created INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
";

pub(crate) const SCHEMA: [&str; 3] = [ACCOUNTS_SCHEMA, attempts::SCHEMA, browsers::SCHEMA];

/// The accounts of a site. Case and white space around them do not tell names apart.
pub struct Accounts<'db> {
    connection: &'db GuardedConnection,
    /// Attempts are remembered here while a transaction is open.
    attempts: &'db Pending,
}

impl<'db> Accounts<'db> {
    pub(crate) fn new(connection: &'db GuardedConnection, attempts: &'db Pending) -> Self {
        Self {
            connection,
            attempts,
        }
    }

    /// Makes an account.
    ///
    /// # Errors
    /// If the name is taken or none, if the password is too short, or if there are too many accounts.
    pub fn create(
        &self,
        name: &str,
        password: &str,
        now: u64,
        random: &mut dyn Random,
    ) -> Result<Account, Error> {
        let (key, name) = checked(name)?;
        if self.find(&key)?.is_some() {
            return Err(Error::Account(format!(
                "there is an account `{}` already",
                shortened(&name)
            )));
        }
        if self.count()? >= ACCOUNTS as u64 {
            return Err(Error::Account(format!(
                "a site can have {ACCOUNTS} accounts; delete some that are not used"
            )));
        }
        let kept = Kept::new(password, random)?;
        let created = i64::try_from(now).unwrap_or(i64::MAX);
        self.connection.own(|connection| {
            connection
                .prepare_cached(
                    "INSERT INTO _accounts (key, name, salt, hash, memory_kib, passes, created) VALUES (?, ?, ?, ?, ?, ?, ?)",
                )?
                .execute(params![key, name, kept.salt, kept.hash, kept.memory_kib, kept.passes, created])?;
            Ok(())
        })?;
        Ok(Account { name, created: now })
    }

    /// The account, if the password is its own.
    ///
    /// It takes the same time whether there is such an account or not.
    ///
    /// # Errors
    /// If there were too many wrong passwords; then the right one is not accepted either.
    pub fn verify(
        &self,
        name: &str,
        password: &str,
        source: Source<'_>,
        now: u64,
    ) -> Result<Option<Login>, Error> {
        let Ok((key, _)) = checked(name) else {
            return Ok(None);
        };
        let attempt = match browsers::known(self.connection, source.cookies, &key)? {
            Some(browser) => Attempt::of_known(&key, &browser, now),
            None => Attempt::of_stranger(&key, source.network, now),
        };
        attempt.check(self.connection)?;
        let (account, kept) = match self.find(&key)? {
            Some((account, kept)) => (Some(account), kept),
            None => (None, Kept::nobody()),
        };
        let is_right = kept.is(password)?;
        match account {
            Some(account) if is_right => {
                attempt.forget(self.connection)?;
                let id = LoginId::of(&kept);
                Ok(Some(Login { account, id }))
            }
            _ => {
                attempt.note(self.connection)?;
                if self.connection.in_transaction() {
                    self.attempts.push(attempt);
                }
                Ok(None)
            }
        }
    }

    /// The `Set-Cookie` value by which a browser that has just logged in to an account is known from now on.
    ///
    /// # Errors
    /// If no account can have that name, or the database cannot be written.
    pub fn remember_browser(
        &self,
        name: &str,
        cookies: Option<&str>,
        random: &mut dyn Random,
        secure: bool,
    ) -> Result<String, Error> {
        let (key, _) = checked(name)?;
        browsers::remember(self.connection, cookies, &key, random, secure)
    }

    /// Whether a browser logged in to an account before.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn knows_browser(&self, name: &str, cookies: Option<&str>) -> Result<bool, Error> {
        match checked(name) {
            Ok((key, _)) => Ok(browsers::known(self.connection, cookies, &key)?.is_some()),
            Err(_) => Ok(false),
        }
    }

    /// Gives an account another password, which ends all log-ins. The caller has made sure that it may.
    ///
    /// # Errors
    /// If there is no such account, or the password is too short.
    pub fn set_password(
        &self,
        name: &str,
        password: &str,
        random: &mut dyn Random,
    ) -> Result<Login, Error> {
        let (key, name) = checked(name)?;
        let kept = Kept::new(password, random)?;
        let changed = self.connection.own(|connection| {
            Ok(connection
                .prepare_cached("UPDATE _accounts SET salt = ?, hash = ?, memory_kib = ?, passes = ? WHERE key = ?")?
                .execute(params![kept.salt, kept.hash, kept.memory_kib, kept.passes, key])?)
        })?;
        let account = self.find(&key)?.map(|(account, _)| account);
        let Some(account) = account.filter(|_| changed > 0) else {
            return Err(Error::Account(format!(
                "there is no account `{}`",
                shortened(&name)
            )));
        };
        let id = LoginId::of(&kept);
        Ok(Login { account, id })
    }

    /// What a session must have for who is logged in to an account.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn login_id(&self, name: &str) -> Result<Option<LoginId>, Error> {
        let Ok((key, _)) = checked(name) else {
            return Ok(None);
        };
        Ok(self.find(&key)?.map(|(_, kept)| LoginId::of(&kept)))
    }

    /// The account of a name.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn get(&self, name: &str) -> Result<Option<Account>, Error> {
        let Ok((key, _)) = checked(name) else {
            return Ok(None);
        };
        Ok(self.find(&key)?.map(|(account, _)| account))
    }

    /// Deletes an account, and says whether there was one.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete(&self, name: &str) -> Result<bool, Error> {
        let Ok((key, _)) = checked(name) else {
            return Ok(false);
        };
        let deleted = self.connection.own(|connection| {
            Ok(connection
                .prepare_cached("DELETE FROM _accounts WHERE key = ?")?
                .execute([key])?)
        })?;
        Ok(deleted > 0)
    }

    /// Some accounts by name, after one (an empty name begins).
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn list(&self, after: &str, count: usize) -> Result<Vec<Account>, Error> {
        let after = after.trim().to_lowercase();
        let count =
            i64::try_from(count.min(self.connection.limits().result_rows)).unwrap_or(i64::MAX);
        self.connection.own(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT name, created FROM _accounts WHERE key > ? ORDER BY key LIMIT ?",
            )?;
            let accounts = statement.query_map(params![after, count], |row| {
                Ok(Account {
                    name: row.get(0)?,
                    created: row.get::<_, i64>(1)?.unsigned_abs(),
                })
            })?;
            Ok(accounts.collect::<Result<_, _>>()?)
        })
    }

    /// How many accounts there are.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count(&self) -> Result<u64, Error> {
        self.connection.own(|connection| {
            let count: i64 =
                connection.query_row("SELECT count(*) FROM _accounts", [], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })
    }

    fn find(&self, key: &str) -> Result<Option<(Account, Kept)>, Error> {
        self.connection.own(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT name, created, salt, hash, memory_kib, passes FROM _accounts WHERE key = ?",
            )?;
            Ok(statement
                .query_row([key], account_and_password)
                .optional()?)
        })
    }
}

fn account_and_password(row: &Row<'_>) -> rusqlite::Result<(Account, Kept)> {
    let account = Account {
        name: row.get(0)?,
        created: row.get::<_, i64>(1)?.unsigned_abs(),
    };
    Ok((
        account,
        Kept {
            salt: row.get(2)?,
            hash: row.get(3)?,
            memory_kib: row.get(4)?,
            passes: row.get(5)?,
        },
    ))
}
