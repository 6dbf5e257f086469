//! What a handler's code does with the database: an operation by its name, with arguments and result as JSON.
//! The prelude (`database.js`, `accounts.js`) is what a site's author sees of it.

use std::cell::RefCell;
use std::time::Duration;

use database::{Access, Account, Cell, Database, Direction, Error, Random, Source};
use serde_json::{Value, json};

use crate::natives::hashing::{Asking, Hashing};

/// Who asks, and when.
pub(crate) struct Asker<'a> {
    /// Tells visitors' networks apart, for those who try passwords.
    pub network: &'a str,
    /// The request's `Cookie` header.
    pub cookies: Option<&'a str>,
    /// The visitor's connection is encrypted.
    pub secure: bool,
    /// Seconds since 1970.
    pub now: u64,
    pub random: &'a mut dyn Random,
    pub hashing: &'a RefCell<Hashing>,
    /// The platform's clock.
    pub clock: &'a dyn Fn() -> Duration,
}

/// Why an operation failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DataError {
    /// The prelude never asks so, but a site's code has found its way here.
    #[error("this is not how the database is asked")]
    Unknown,
    /// The database refused.
    #[error(transparent)]
    Database(#[from] Error),
    /// Passwords have had their share of the time.
    #[error("too many log-ins at once; try again in {0} seconds")]
    Hashing(u64),
}

impl DataError {
    /// The name by which a handler tells it from others, if it is a visitor's to mend.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Self::Database(Error::Account(_)) => Some("AccountError"),
            Self::Database(Error::Attempts { .. }) | Self::Hashing(_) => Some("AttemptsError"),
            _ => None,
        }
    }
}

/// Carries out one operation; its result as JSON.
pub(crate) fn operate(
    database: &Database,
    operation: &str,
    arguments: &Value,
    asker: Asker<'_>,
) -> Result<String, DataError> {
    match operation {
        "createAccount" | "verify" | "login" | "setPassword" => {
            with_password(database, operation, arguments, asker)
        }
        _ => on_data(database, operation, arguments, asker),
    }
}

/// The argument at this place, if it is a text.
fn text(arguments: &Value, at: usize) -> Result<&str, DataError> {
    let argument = arguments.get(at).and_then(Value::as_str);
    argument.ok_or(DataError::Unknown)
}

/// What hashes a password: if there is time for it.
fn with_password(
    database: &Database,
    operation: &str,
    arguments: &Value,
    asker: Asker<'_>,
) -> Result<String, DataError> {
    let text = |at| text(arguments, at);
    let (name, password) = (text(0)?, text(1)?);
    let accounts = database.accounts();
    let asking = match accounts.knows_browser(name, asker.cookies)? {
        true => Asking::Known,
        false => Asking::Stranger,
    };
    let began = (asker.clock)();
    if let Some(wait) = asker.hashing.borrow().wait(asking, asker.network, began) {
        return Err(DataError::Hashing(wait.as_secs() + 1));
    }
    let source = Source {
        network: asker.network,
        cookies: asker.cookies,
    };
    let (now, random) = (asker.now, asker.random);
    let done = match operation {
        "createAccount" => accounts
            .create(name, password, now, random)
            .map(|account| shown(&account)),
        "verify" => accounts
            .verify(name, password, source, now)
            .map(|login| login.map_or(Value::Null, |login| shown(&login.account))),
        "setPassword" => accounts
            .set_password(name, password, random)
            .map(|login| json!({ "name": login.account.name, "id": login.id.as_str() })),
        _ => accounts
            .verify(name, password, source, now)
            .and_then(|login| {
                let Some(login) = login else {
                    return Ok(Value::Null);
                };
                let cookie =
                    accounts.remember_browser(name, asker.cookies, random, asker.secure)?;
                Ok(json!({
                    "account": shown(&login.account), "id": login.id.as_str(), "cookie": cookie,
                }))
            }),
    };
    let ended = (asker.clock)();
    let took = ended.saturating_sub(began);
    let mut hashing = asker.hashing.borrow_mut();
    hashing.note(asking, asker.network, ended, took);
    Ok(done?.to_string())
}

/// What does not.
fn on_data(
    database: &Database,
    operation: &str,
    arguments: &Value,
    asker: Asker<'_>,
) -> Result<String, DataError> {
    let text = |at| text(arguments, at);
    let value = |at: usize| arguments.get(at).unwrap_or(&Value::Null);
    let collection = || Ok::<_, DataError>(database.collection(text(0)?)?);
    let accounts = database.accounts();
    let result = match operation {
        "insert" => json!(collection()?.insert(value(1), asker.random)?),
        "put" => json!(collection()?.put(text(1)?, value(2))?),
        "get" => {
            let found = collection()?.get_text(text(1)?)?;
            return Ok(found.unwrap_or_else(|| "null".to_owned()));
        }
        "find" => return find(database, text(0)?, value(1)),
        "count" => json!(collection()?.count(value(1))?),
        "update" => json!(collection()?.update(value(1), value(2))?),
        "delete" => json!(collection()?.delete(value(1))?),
        "drop" => json!(collection()?.drop()?),
        "index" => {
            let fields = value(1).as_array().ok_or(DataError::Unknown)?;
            let fields: Vec<_> = fields.iter().filter_map(Value::as_str).collect();
            json!(collection()?.index(&fields, value(2) == &Value::Bool(true))?)
        }
        "sql" => {
            let parameters = value(1).as_array().ok_or(DataError::Unknown)?;
            let parameters: Vec<_> = parameters.iter().map(Cell::from_json).collect();
            let rows = database.sql(text(0)?, &parameters, Access::Write)?;
            json!({ "rows": rows.to_objects(), "changes": rows.changes })
        }
        "account" => accounts.get(text(0)?)?.as_ref().map_or(Value::Null, shown),
        "deleteAccount" => json!(accounts.delete(text(0)?)?),
        _ => return Err(DataError::Unknown),
    };
    Ok(result.to_string())
}

/// `{filter, sort: [[field, 1 or -1]], limit, skip}`: the documents as a JSON list.
fn find(database: &Database, collection: &str, question: &Value) -> Result<String, DataError> {
    let part = |name: &str| question.get(name).unwrap_or(&Value::Null);
    let mut find = database.collection(collection)?.find(part("filter"))?;
    for order in part("sort").as_array().into_iter().flatten() {
        let field = order
            .get(0)
            .and_then(Value::as_str)
            .ok_or(DataError::Unknown)?;
        let direction = match order.get(1).and_then(Value::as_f64) {
            Some(way) if way < 0.0 => Direction::Down,
            _ => Direction::Up,
        };
        find = find.sort(field, direction)?;
    }
    if let Some(count) = part("limit").as_u64() {
        find = find.limit(count);
    }
    if let Some(count) = part("skip").as_u64() {
        find = find.skip(count);
    }
    Ok(find.text()?)
}

fn shown(account: &Account) -> Value {
    json!({ "name": account.name, "created": account.created })
}
