//! Reading a message from text: size first, then JSON, then every field's length.

use serde::de::DeserializeOwned;

use crate::MAX_MESSAGE_BYTES;

/// Why a text is not a message. It ends the message, and at most its socket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// More than [`MAX_MESSAGE_BYTES`].
    #[error("a message has at most {MAX_MESSAGE_BYTES} bytes; this one has {0}")]
    TooLong(usize),
    /// Not JSON, or not a message that this version knows.
    #[error("not a message of this version: {0}")]
    Json(String),
    /// A field missing, malformed or out of bounds.
    #[error("the field {field} {problem}")]
    Field {
        /// The field's name as in the JSON.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

/// The most of a problem's text that is kept in bytes if it can quote what the peer sent.
const MAX_QUOTE_BYTES: usize = 200;

pub(crate) fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    if text.len() > MAX_MESSAGE_BYTES {
        return Err(DecodeError::TooLong(text.len()));
    }
    serde_json::from_str(text).map_err(|error| DecodeError::Json(shortened(error.to_string())))
}

/// The beginning of a problem that may quote what the peer sent.
pub(crate) fn shortened(mut problem: String) -> String {
    let end = problem.floor_char_boundary(MAX_QUOTE_BYTES);
    problem.truncate(end);
    problem
}

/// These types hold strings, numbers and lists only, which always have a JSON form.
pub(crate) fn to_text<T: serde::Serialize>(message: &T) -> String {
    serde_json::to_string(message).unwrap_or_default()
}

pub(crate) fn at_most(field: &'static str, text: &str, bytes: usize) -> Result<(), DecodeError> {
    if text.len() <= bytes {
        return Ok(());
    }
    Err(DecodeError::Field {
        field,
        problem: format!("has {} bytes; at most {bytes} are allowed", text.len()),
    })
}

pub(crate) fn at_most_some(
    field: &'static str,
    text: &Option<String>,
    bytes: usize,
) -> Result<(), DecodeError> {
    text.as_deref()
        .map_or(Ok(()), |text| at_most(field, text, bytes))
}

pub(crate) fn few(field: &'static str, count: usize, most: usize) -> Result<(), DecodeError> {
    if count <= most {
        return Ok(());
    }
    Err(DecodeError::Field {
        field,
        problem: format!("has {count} entries; at most {most} are allowed"),
    })
}
