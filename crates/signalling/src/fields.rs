//! The members of a JSON object, taken one by one and checked in form.
//!
//! What serde derives for an object is code of its own for each; for the messages that the shell reads, that
//! was some 40 kB of wasm. This reader is one for all. It must not know what the members mean. Members that nobody
//! takes are passed over: a newer peer may say more.

use std::fmt::Display;
use std::str::FromStr;

use crate::decode::{DecodeError, shortened};
use crate::json::Json;

/// An object's members that have not been taken yet.
pub(crate) struct Fields(Vec<(String, Json)>);

impl Fields {
    /// The members of `value`; `field` is where it was.
    pub fn of(field: &'static str, value: Json) -> Result<Self, DecodeError> {
        match value {
            Json::Object(members) => Ok(Self(members)),
            _ => Err(wrong(field, "is not an object")),
        }
    }

    /// The one member of an object that has no other: its name and what it holds.
    pub fn only(value: Json) -> Option<(String, Json)> {
        match value {
            Json::Object(mut members) if members.len() == 1 => members.pop(),
            _ => None,
        }
    }

    /// Any value.
    fn any(&mut self, field: &'static str) -> Option<Json> {
        let place = self.0.iter().position(|(name, _)| name == field)?;
        Some(self.0.remove(place).1)
    }

    /// Any value but null.
    fn some(&mut self, field: &'static str) -> Option<Json> {
        self.any(field).filter(|value| !matches!(value, Json::Null))
    }

    /// Any value, which must be there.
    pub fn value(&mut self, field: &'static str) -> Result<Json, DecodeError> {
        self.any(field).ok_or_else(|| wrong(field, "is missing"))
    }

    /// A text.
    pub fn text(&mut self, field: &'static str) -> Result<String, DecodeError> {
        text(field, self.value(field)?)
    }

    /// A text, or nothing.
    pub fn text_or_none(&mut self, field: &'static str) -> Result<Option<String>, DecodeError> {
        self.some(field).map(|value| text(field, value)).transpose()
    }

    /// A text, or the empty one if it is missing.
    pub fn text_or_empty(&mut self, field: &'static str) -> Result<String, DecodeError> {
        let value = self.any(field);
        value.map_or_else(|| Ok(String::new()), |value| text(field, value))
    }

    /// A whole number from 0 to 65535.
    pub fn number(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        number(field, &self.value(field)?)
    }

    /// A whole number from 0 to 65535, or nothing.
    pub fn number_or_none(&mut self, field: &'static str) -> Result<Option<u16>, DecodeError> {
        self.some(field)
            .map(|value| number(field, &value))
            .transpose()
    }

    /// True or false.
    pub fn flag(&mut self, field: &'static str) -> Result<bool, DecodeError> {
        match self.value(field)? {
            Json::Flag(flag) => Ok(flag),
            _ => Err(wrong(field, "is not true or false")),
        }
    }

    /// A text that says something else.
    pub fn parsed<T>(&mut self, field: &'static str) -> Result<T, DecodeError>
    where
        T: FromStr<Err: Display>,
    {
        parsed(field, &self.text(field)?)
    }

    /// A text that says something else, or nothing.
    #[cfg(feature = "host")]
    pub fn parsed_or_none<T>(&mut self, field: &'static str) -> Result<Option<T>, DecodeError>
    where
        T: FromStr<Err: Display>,
    {
        let text = self.text_or_none(field)?;
        text.map(|text| parsed(field, &text)).transpose()
    }

    /// A list, whose entries `read` takes.
    pub fn list<T>(
        &mut self,
        field: &'static str,
        read: impl Fn(&'static str, Json) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        match self.value(field)? {
            Json::List(entries) => entries
                .into_iter()
                .map(|entry| read(field, entry))
                .collect(),
            _ => Err(wrong(field, "is not a list")),
        }
    }
}

/// A value that must be a text.
pub(crate) fn text(field: &'static str, value: Json) -> Result<String, DecodeError> {
    match value {
        Json::Text(text) => Ok(text),
        _ => Err(wrong(field, "is not a text")),
    }
}

fn number(field: &'static str, value: &Json) -> Result<u16, DecodeError> {
    let number = match value {
        Json::Whole(number) => u16::try_from(*number).ok(),
        _ => None,
    };
    number.ok_or_else(|| wrong(field, "is not a whole number from 0 to 65535"))
}

fn parsed<T>(field: &'static str, text: &str) -> Result<T, DecodeError>
where
    T: FromStr<Err: Display>,
{
    text.parse().map_err(|error: T::Err| DecodeError::Field {
        field,
        problem: shortened(format!("is malformed: {error}")),
    })
}

fn wrong(field: &'static str, problem: &str) -> DecodeError {
    DecodeError::Field {
        field,
        problem: problem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Fields {
        let text = r#"{"text": "a", "number": 7, "flag": true, "list": ["a", "b"], "null": null,
            "large": 65536, "half": 0.5, "below": -1, "text": "the first counts"}"#;
        Fields::of("it", serde_json::from_str(text).unwrap()).unwrap()
    }

    #[test]
    fn what_has_the_right_form_is_taken_and_the_rest_passed_over() {
        let mut fields = fields();
        assert_eq!(fields.text("text").unwrap(), "a");
        assert_eq!(fields.number("number").unwrap(), 7);
        assert!(fields.flag("flag").unwrap());
        assert_eq!(fields.list("list", text).unwrap(), ["a", "b"]);
        for field in ["null", "missing"] {
            assert_eq!(fields.text_or_none(field), Ok(None));
            assert_eq!(fields.number_or_none(field), Ok(None));
            assert_eq!(fields.parsed_or_none::<u8>(field), Ok(None));
        }
        assert_eq!(fields.text_or_empty("missing").unwrap(), "");
    }

    #[test]
    fn every_error_names_its_field() {
        let errors = [
            Fields::of("text", Json::List(Vec::new())).err(),
            fields().text("number").err().map(|_| wrong("text", "")),
            fields().parsed::<u8>("text").err(),
            fields()
                .text_or_none("number")
                .err()
                .map(|_| wrong("text", "")),
            fields().list("text", text).err(),
            fields().flag("text").err(),
            fields().number("text").err(),
        ];
        for error in errors {
            assert!(
                matches!(&error, Some(DecodeError::Field { field: "text", .. })),
                "{error:?}"
            );
        }
    }

    #[test]
    fn null_and_what_does_not_fit_are_refused_where_something_is_needed() {
        assert!(fields().text("null").is_err());
        assert!(fields().text("missing").is_err());
        assert!(fields().text_or_empty("null").is_err());
        assert!(fields().number("large").is_err());
        assert!(fields().number_or_none("half").is_err());
        assert!(fields().number_or_none("below").is_err());
        assert!(
            fields()
                .list("list", |field, entry| number(field, &entry))
                .is_err()
        );
    }
}
