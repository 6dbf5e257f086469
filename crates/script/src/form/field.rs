//! What a form has, and why a body is none.

use crate::limits::FORM_FIELDS;

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: FieldValue,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// What was typed or chosen.
    Text(String),
    /// A file.
    File {
        /// Its bytes.
        bytes: Vec<u8>,
        /// Its name at the visitor, without folders; only text, never a path to be trusted.
        filename: String,
        /// The media type that the visitor's browser gave it.
        media_type: String,
    },
}

/// Why a body is no form: what the visitor's browser sent is wrong, or the handler expected another type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// The content-type is neither of a form's two.
    #[error("a form was expected, and the request's content-type is {0:?}")]
    Type(String),
    /// No usable boundary.
    #[error("the form's content-type names no boundary")]
    Boundary,
    /// The parts do not follow RFC 7578.
    #[error("the form is not well formed: {0}")]
    Malformed(&'static str),
    /// More than [`FORM_FIELDS`].
    #[error("the form has more than {FORM_FIELDS} fields")]
    TooMany,
}
