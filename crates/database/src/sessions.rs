//! What a site remembers of a visitor between requests.
//!
//! The visitor has a random token in a cookie that no script sees; the database has the token's hash and the data.
//! So neither a visitor's cookie nor a copy of the database lets anybody be somebody else, and a token that this
//! database did not give out is never taken up.
//!
//! Several requests may have one session at once. Each keeps only what it changed: keys that it set or deleted are
//! put into what the session is by then, so two that change different keys lose nothing, and of two that change the
//! same key the later counts. A session that was destroyed or renewed meanwhile does not come back.
//!
//! It must not know accounts: what the data means is the site's.

use data_encoding::BASE64URL_NOPAD;
use rusqlite::{OptionalExtension, params};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::connection::GuardedConnection;
use crate::cookie;
use crate::error::Error;
use crate::limits::{
    SESSION_BYTES, SESSION_IDLE_SECONDS, SESSION_NOTE_SECONDS, SESSION_SECONDS, SESSIONS,
};
use crate::random::Random;

/// The cookie's name.
pub(crate) const COOKIE: &str = "peerserver-session";

/// Bytes of a token: 256 bits cannot be guessed.
const TOKEN_BYTES: usize = 32;

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS _sessions (
        hash BLOB NOT NULL PRIMARY KEY,
        data TEXT NOT NULL,
        created INTEGER NOT NULL,
        seen INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS _sessions_seen ON _sessions (seen);
";

/// The hash of a token.
type Hash = [u8; 32];

/// The sessions of a site. Times are seconds since 1970.
pub struct Sessions<'db> {
    connection: &'db GuardedConnection,
}

/// The session of one visitor, for the time of one request.
#[derive(Clone, Debug)]
pub struct Session {
    /// What the site remembers. It is kept when the session is saved.
    pub data: Map<String, Value>,
    before: Map<String, Value>,
    stored: Option<Stored>,
    wish: Wish,
}

#[derive(Clone, Copy, Debug)]
struct Stored {
    hash: Hash,
    created: u64,
    seen: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Keep,
    Renew,
    Destroy,
}

impl Session {
    /// Gives the visitor another token when the session is saved, and makes the old one worthless. Do this when the
    /// visitor logs in or out, so that a token which somebody saw before is of no use after.
    pub fn renew(&mut self) {
        self.wish = Wish::Renew;
    }

    /// Forgets everything when the session is saved, and takes the cookie back.
    pub fn destroy(&mut self) {
        self.data.clear();
        self.wish = Wish::Destroy;
    }

    /// Other data with what this request changed in it.
    fn applied_to(&self, mut other: Map<String, Value>) -> Map<String, Value> {
        for (key, value) in &self.data {
            if self.before.get(key) != Some(value) {
                other.insert(key.clone(), value.clone());
            }
        }
        other.retain(|key, _| self.data.contains_key(key) || !self.before.contains_key(key));
        other
    }

    /// Whether nothing was known of the visitor when the request began.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.stored.is_none()
    }
}

impl<'db> Sessions<'db> {
    pub(crate) fn new(connection: &'db GuardedConnection) -> Self {
        Self { connection }
    }

    /// The session that a request's `Cookie` header names; an empty new one if it names none that is known and
    /// alive.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn open(&self, cookies: Option<&str>, now: u64) -> Result<Session, Error> {
        let fresh = Session {
            data: Map::new(),
            before: Map::new(),
            stored: None,
            wish: Wish::Keep,
        };
        let Some(hash) = cookies
            .and_then(|header| cookie::value(header, COOKIE))
            .and_then(hash_of_token)
        else {
            return Ok(fresh);
        };
        let found: Option<(String, i64, i64)> = self.connection.own(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT data, created, seen FROM _sessions WHERE hash = ?")?;
            Ok(statement
                .query_row([&hash[..]], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })
                .optional()?)
        })?;
        let Some((data, created, seen)) = found else {
            return Ok(fresh);
        };
        let stored = Stored {
            hash,
            created: created.unsigned_abs(),
            seen: seen.unsigned_abs(),
        };
        let is_over = now > stored.seen.saturating_add(SESSION_IDLE_SECONDS)
            || now > stored.created.saturating_add(SESSION_SECONDS);
        let Ok(data) = serde_json::from_str::<Map<String, Value>>(&data) else {
            return Ok(fresh);
        };
        if is_over {
            return Ok(fresh);
        }
        Ok(Session {
            before: data.clone(),
            data,
            stored: Some(stored),
            wish: Wish::Keep,
        })
    }

    /// Keeps a session, and gives the value of the `Set-Cookie` header if the answer must have one. `secure` keeps
    /// the cookie to encrypted connections.
    ///
    /// A new session without data is not kept: a visitor of whom nothing is remembered gets no cookie.
    ///
    /// # Errors
    /// If its data is too large, or the database cannot be written.
    pub fn save(
        &self,
        session: &Session,
        now: u64,
        random: &mut dyn Random,
        secure: bool,
    ) -> Result<Option<String>, Error> {
        if session.wish == Wish::Destroy {
            return match session.stored {
                None => Ok(None),
                Some(stored) => {
                    self.delete(stored.hash)?;
                    Ok(Some(cookie::set(COOKIE, "", 0, secure)))
                }
            };
        }
        match session.stored {
            None if session.data.is_empty() => Ok(None),
            None => self.give(&session.data, now, now, random, secure).map(Some),
            Some(stored) if session.wish == Wish::Renew => {
                // Of one that is gone only what this request changed is left: that is a new session.
                let data = self.merged(session, stored.hash)?;
                let created = data.as_ref().map_or(now, |_| stored.created);
                let data = data.unwrap_or_else(|| session.applied_to(Map::new()));
                self.delete(stored.hash)?;
                self.give(&data, created, now, random, secure).map(Some)
            }
            Some(stored) => {
                let is_noted = now < stored.seen.saturating_add(SESSION_NOTE_SECONDS);
                if session.data != session.before || !is_noted {
                    // Without a row it was destroyed or renewed meanwhile: nothing is kept.
                    if let Some(data) = self.merged(session, stored.hash)? {
                        self.update(stored.hash, &data, now)?;
                    }
                }
                // The visitor's own copy lives on with the session; its value cannot be had back from the hash.
                Ok(None)
            }
        }
    }

    /// What the session is by now, with what this request changed; none if it is gone.
    fn merged(&self, session: &Session, hash: Hash) -> Result<Option<Map<String, Value>>, Error> {
        let now: Option<String> = self.connection.own(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT data FROM _sessions WHERE hash = ?")?;
            Ok(statement
                .query_row([&hash[..]], |row| row.get(0))
                .optional()?)
        })?;
        let now = now.and_then(|text| serde_json::from_str(&text).ok());
        Ok(now.map(|now| session.applied_to(now)))
    }

    /// How many sessions there are.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count(&self) -> Result<u64, Error> {
        self.connection.own(|connection| {
            let count: i64 =
                connection.query_row("SELECT count(*) FROM _sessions", [], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })
    }

    /// Forgets all sessions: everybody is logged out.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn clear(&self) -> Result<(), Error> {
        self.connection.batch("DELETE FROM _sessions")
    }

    /// Keeps a session under a new token, and gives the cookie with it.
    fn give(
        &self,
        data: &Map<String, Value>,
        created: u64,
        now: u64,
        random: &mut dyn Random,
        secure: bool,
    ) -> Result<String, Error> {
        let mut token = [0; TOKEN_BYTES];
        random.fill(&mut token);
        let hash = Sha256::digest(token);
        let data = text_of(data)?;
        self.connection.own(|connection| {
            let mut statement = connection.prepare_cached(
                "INSERT INTO _sessions (hash, data, created, seen) VALUES (?, ?, ?, ?)",
            )?;
            statement.execute(params![&hash[..], data, seconds(created), seconds(now)])?;
            Ok(())
        })?;
        self.make_room(now)?;
        Ok(cookie::set(
            COOKIE,
            &BASE64URL_NOPAD.encode(&token),
            SESSION_SECONDS,
            secure,
        ))
    }

    fn update(&self, hash: Hash, data: &Map<String, Value>, now: u64) -> Result<(), Error> {
        let data = text_of(data)?;
        self.connection.own(|connection| {
            let mut statement = connection
                .prepare_cached("UPDATE _sessions SET data = ?, seen = ? WHERE hash = ?")?;
            statement.execute(params![data, seconds(now), &hash[..]])?;
            Ok(())
        })
    }

    fn delete(&self, hash: Hash) -> Result<(), Error> {
        self.connection.own(|connection| {
            connection
                .prepare_cached("DELETE FROM _sessions WHERE hash = ?")?
                .execute([&hash[..]])?;
            Ok(())
        })
    }

    /// Forgets what is over, and what was not used for longest if there are too many. Those that were used in one
    /// hour only go first, so that a crowd of newcomers does not push out who comes back.
    fn make_room(&self, now: u64) -> Result<(), Error> {
        let excess = self.count()?.saturating_sub(SESSIONS as u64);
        self.connection.own(|connection| {
            connection
                .prepare_cached("DELETE FROM _sessions WHERE seen < ?")?
                .execute([seconds(now.saturating_sub(SESSION_IDLE_SECONDS))])?;
            if excess > 0 {
                connection
                    .prepare_cached(
                        "DELETE FROM _sessions WHERE hash IN (
                             SELECT hash FROM _sessions ORDER BY seen > created, seen LIMIT ?)",
                    )?
                    .execute([seconds(excess)])?;
            }
            Ok(())
        })
    }
}

/// The hash of a token as it stands in a cookie; none if it is no token.
fn hash_of_token(text: &str) -> Option<Hash> {
    let token = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    (token.len() == TOKEN_BYTES).then(|| Sha256::digest(token).into())
}

/// A session's data as it is stored.
fn text_of(data: &Map<String, Value>) -> Result<String, Error> {
    let text = serde_json::to_string(data).unwrap_or_default();
    if text.len() > SESSION_BYTES {
        return Err(Error::TooLarge {
            what: "the session in bytes",
            size: text.len() as u64,
            limit: SESSION_BYTES as u64,
            remedy: "Keep large things in a collection, and their ids in the session",
        });
    }
    Ok(text)
}

/// As SQLite has numbers.
fn seconds(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}
