//! Names of collections and fields.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, shortened};
use crate::limits::{NAME_BYTES, PATH_DEPTH};

/// The name of a collection: letters, digits, `-` and `_`, beginning with a letter. It is the name of its table
/// too. Case does not tell two apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CollectionName(String);

impl CollectionName {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a name in SQL. The characters that it can have need no escaping.
    pub(crate) fn quoted(&self) -> String {
        format!("\"{}\"", self.0)
    }
}

impl FromStr for CollectionName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic());
        let goes_on_well = text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        let problem = if !starts_well || !goes_on_well {
            "it has letters, digits, `-` and `_`, and begins with a letter"
        } else if text.len() > NAME_BYTES {
            "it is too long"
        } else if text.to_ascii_lowercase().starts_with("sqlite")
            || text.to_ascii_lowercase().starts_with("pragma_")
        {
            "SQLite uses names that begin like this"
        } else {
            return Ok(Self(text.to_owned()));
        };
        Err(Error::Name {
            name: shortened(text),
            what: "a collection",
            problem,
        })
    }
}

impl fmt::Display for CollectionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The path of a field in a document: names with dots between them, `address.city`. `id` is the document's id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(String);

impl FieldPath {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names, from the outermost.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }

    /// Whether this is the document's id.
    #[must_use]
    pub fn is_id(&self) -> bool {
        self.0 == "id"
    }

    /// The field's value in SQL: NULL if it is missing or null.
    pub(crate) fn value_sql(&self) -> String {
        if self.is_id() {
            "id".to_owned()
        } else {
            format!("json_extract(document, {})", self.path_sql())
        }
    }

    /// The field's type in SQL, as `json_type` says it: NULL if it is missing.
    pub(crate) fn type_sql(&self) -> String {
        if self.is_id() {
            "'text'".to_owned()
        } else {
            format!("json_type(document, {})", self.path_sql())
        }
    }

    /// The path as a text in SQL. Quotes and backslashes cannot be in it but for `'`, which is doubled.
    pub(crate) fn path_sql(&self) -> String {
        let path: String = self
            .names()
            .map(|name| format!(".\"{}\"", name.replace('\'', "''")))
            .collect();
        format!("'${path}'")
    }
}

impl FromStr for FieldPath {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let problem = if text.split('.').any(str::is_empty) {
            "there is nothing before, between or after its dots"
        } else if text.starts_with('$') {
            "names that begin with `$` are operators"
        } else if text.contains(|c: char| c == '"' || c == '\\' || c.is_control()) {
            "quotes, backslashes and control characters cannot be asked for"
        } else if text.len() > NAME_BYTES || text.split('.').count() > PATH_DEPTH {
            "it is too long or too deep"
        } else {
            return Ok(Self(text.to_owned()));
        };
        Err(Error::Name {
            name: shortened(text),
            what: "a field",
            problem,
        })
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
