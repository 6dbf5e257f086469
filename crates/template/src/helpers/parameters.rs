//! Reading a helper's parameters.

use handlebars::{Helper, RenderError, RenderErrorReason};
use serde_json::Value;

/// The parameter at a place, from 0; an error if there is none.
pub(crate) fn required<'a>(call: &'a Helper<'_>, at: usize) -> Result<&'a Value, RenderError> {
    call.param(at)
        .map(|parameter| parameter.value())
        .ok_or_else(|| {
            wrong(format!(
                "`{}` wants {} after its name",
                call.name(),
                if at == 0 { "a value" } else { "more values" }
            ))
        })
}

/// A named option that is a text.
pub(crate) fn text<'a>(call: &'a Helper<'_>, name: &str) -> Result<Option<&'a str>, RenderError> {
    match call.hash_get(name).map(|option| option.value()) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(format!(
            "`{name}=` of `{}` must be a text in quotes",
            call.name()
        ))),
    }
}

/// A named option that is a whole number.
pub(crate) fn integer(call: &Helper<'_>, name: &str) -> Result<Option<i64>, RenderError> {
    match call.hash_get(name).map(|option| option.value()) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or_else(|| {
            wrong(format!(
                "`{name}=` of `{}` must be a whole number",
                call.name()
            ))
        }),
    }
}

/// An error that says what is wrong with a call.
pub(crate) fn wrong(problem: impl Into<String>) -> RenderError {
    RenderErrorReason::Other(problem.into()).into()
}
