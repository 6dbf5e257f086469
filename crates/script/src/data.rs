//! What a handler's code does with the database: an operation by its name, with arguments and result as JSON.
//! The prelude (`database.js`, `accounts.js`) is what a site's author sees of it.

use database::{Access, Account, Cell, Database, Direction, Error, Random};
use serde_json::{Value, json};

/// Who asks, and when.
pub(crate) struct Asker<'a> {
    /// Tells visitors apart, for those who try passwords.
    pub visitor: &'a str,
    /// Seconds since 1970.
    pub now: u64,
    pub random: &'a mut dyn Random,
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
}

impl DataError {
    /// The name by which a handler tells it from others, if it is a visitor's to mend.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Self::Database(Error::Account(_)) => Some("AccountError"),
            Self::Database(Error::Attempts { .. }) => Some("AttemptsError"),
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
    let text = |at: usize| {
        arguments
            .get(at)
            .and_then(Value::as_str)
            .ok_or(DataError::Unknown)
    };
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
        "createAccount" => shown(&accounts.create(text(0)?, text(1)?, asker.now, asker.random)?),
        "verify" => {
            let account = accounts.verify(text(0)?, text(1)?, asker.visitor, asker.now)?;
            account.as_ref().map_or(Value::Null, shown)
        }
        "setPassword" => json!(accounts.set_password(text(0)?, text(1)?, asker.random)?),
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
