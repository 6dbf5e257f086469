//! What SQL takes and gives: cells, and rows of them.

use data_encoding::BASE64;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ToSql, types};
use serde_json::{Map, Value};

/// One value of SQLite.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// NULL.
    Null,
    /// A whole number of 64 bits. JavaScript's numbers hold those up to 2^53; others want a `BigInt`.
    Integer(i64),
    /// A number.
    Real(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// The largest whole number up to which JavaScript's numbers are exact.
const EXACT: u64 = (1 << 53) - 1;

impl Cell {
    /// As JSON: whole numbers beyond 2^53 as their digits in a text, infinite numbers as null, bytes as
    /// `{"$blob": base64}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Integer(number) if number.unsigned_abs() <= EXACT => Value::from(*number),
            Self::Integer(number) => Value::from(number.to_string()),
            Self::Real(number) => Value::from(*number),
            Self::Text(text) => Value::from(text.as_str()),
            Self::Blob(bytes) => Value::Object(Map::from_iter([(
                "$blob".to_owned(),
                Value::from(BASE64.encode(bytes)),
            )])),
        }
    }

    /// From JSON: true and false as 1 and 0, `{"$blob": base64}` as bytes, `{"$integer": digits}` as a whole number of
    /// 64 bits, other lists and objects as their JSON.
    #[must_use]
    pub fn from_json(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Integer(i64::from(*truth)),
            Value::Number(number) => number
                .as_i64()
                .map(Self::Integer)
                .or_else(|| number.as_f64().map(Self::Real))
                .unwrap_or(Self::Null),
            Value::String(text) => Self::Text(text.clone()),
            Value::Object(members) if members.len() == 1 => {
                Self::marked(members).unwrap_or_else(|| Self::Text(value.to_string()))
            }
            Value::Array(_) | Value::Object(_) => Self::Text(value.to_string()),
        }
    }

    /// A value that JSON has no word for, from the object of one member that stands for it.
    fn marked(members: &Map<String, Value>) -> Option<Self> {
        let text = |name| members.get(name).and_then(Value::as_str);
        if let Some(digits) = text("$integer") {
            return digits.parse().ok().map(Self::Integer);
        }
        let bytes = BASE64.decode(text("$blob")?.as_bytes()).ok()?;
        Some(Self::Blob(bytes))
    }

    pub(crate) fn from_sqlite(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Real(number) => Self::Real(number),
            ValueRef::Text(text) => Self::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }

    /// Bytes that it takes, roughly.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Null | Self::Integer(_) | Self::Real(_) => size_of::<Self>(),
            Self::Text(text) => size_of::<Self>() + text.len(),
            Self::Blob(bytes) => size_of::<Self>() + bytes.len(),
        }
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(types::Value::Null),
            Self::Integer(number) => ToSqlOutput::Owned(types::Value::Integer(*number)),
            Self::Real(number) => ToSqlOutput::Owned(types::Value::Real(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

/// What a statement gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// The columns' names. Two may have the same.
    pub columns: Vec<String>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
    /// Rows that were inserted, changed or deleted.
    pub changes: u64,
}

impl Rows {
    /// The rows as objects by column. Of two columns with one name the last counts.
    #[must_use]
    pub fn to_objects(&self) -> Vec<Map<String, Value>> {
        let object = |row: &Vec<Cell>| {
            self.columns
                .iter()
                .cloned()
                .zip(row.iter().map(Cell::to_json))
                .collect()
        };
        self.rows.iter().map(object).collect()
    }
}
