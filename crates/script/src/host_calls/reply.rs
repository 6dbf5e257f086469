//! Answers on their way into a runtime.

use rquickjs::{Array, Ctx, IntoJs, Null, Object, Result, TypedArray, Undefined, Value};

use crate::effect::FileReply;
use crate::form::{Field, FieldValue};

/// What a question of the prelude is answered with.
#[derive(Debug)]
pub(crate) enum Reply {
    /// `undefined`.
    Done,
    /// `null`.
    Nothing,
    /// A string.
    Text(String),
    /// A `Uint8Array`.
    Bytes(Vec<u8>),
    /// `[[name, text], [name, bytes, file name, media type]]`.
    Form(Vec<Field>),
    /// An event: `[topic, JSON]`.
    Event(std::rc::Rc<str>, std::rc::Rc<str>),
    /// What became of a file.
    File(FileReply),
    /// An error, by the name that JavaScript has for its kind, and the status for a visitor if no handler
    /// catches it (0: 500).
    Failed {
        name: &'static str,
        message: String,
        status: u16,
    },
}

impl Reply {
    /// An error of no particular kind.
    pub fn failed(message: String) -> Self {
        Self::Failed {
            name: "Error",
            message,
            status: 0,
        }
    }

    /// The visitor left before the answer was there.
    pub fn left() -> Self {
        Self::Failed {
            name: "AbortError",
            message: "the visitor left".to_owned(),
            status: 0,
        }
    }

    /// `(failure, value)` as the prelude's `settle` takes them.
    pub fn into_pair<'js>(self, ctx: &Ctx<'js>) -> Result<(Value<'js>, Value<'js>)> {
        if let Self::Failed {
            name,
            message,
            status,
        } = self
        {
            let failure = Object::new(ctx.clone())?;
            failure.set("name", name)?;
            failure.set("message", message)?;
            failure.set("status", status)?;
            return Ok((failure.into_value(), Undefined.into_js(ctx)?));
        }
        let value = match self {
            Self::Nothing | Self::File(FileReply::Read(None)) => Null.into_js(ctx)?,
            Self::Text(text) => text.into_js(ctx)?,
            Self::Bytes(bytes) => bytes_into(ctx, &bytes)?,
            Self::Form(fields) => form_into(ctx, fields)?,
            Self::Event(topic, json) => {
                let pair = Array::new(ctx.clone())?;
                pair.set(0, &*topic)?;
                pair.set(1, &*json)?;
                pair.into_value()
            }
            Self::File(FileReply::Read(Some((bytes, media_type)))) => {
                let found = Object::new(ctx.clone())?;
                found.set("bytes", bytes_into(ctx, &bytes)?)?;
                found.set("type", media_type)?;
                found.into_value()
            }
            Self::File(FileReply::Deleted(was_there)) => was_there.into_js(ctx)?,
            Self::File(FileReply::List(files)) => {
                let list = Array::new(ctx.clone())?;
                for (i, (path, size)) in files.into_iter().enumerate() {
                    let entry = Object::new(ctx.clone())?;
                    entry.set("path", path)?;
                    entry.set("size", size as f64)?;
                    list.set(i, entry)?;
                }
                list.into_value()
            }
            Self::Done | Self::File(FileReply::Done) | Self::Failed { .. } => {
                Undefined.into_js(ctx)?
            }
        };
        Ok((Undefined.into_js(ctx)?, value))
    }
}

/// Bytes as a `Uint8Array` in the runtime's own memory, so that they count against its limit.
pub(crate) fn bytes_into<'js>(ctx: &Ctx<'js>, bytes: &[u8]) -> Result<Value<'js>> {
    Ok(TypedArray::<u8>::new_copy(ctx.clone(), bytes)?.into_value())
}

/// A form as the prelude's `formOf` takes it.
pub(crate) fn form_into<'js>(ctx: &Ctx<'js>, fields: Vec<Field>) -> Result<Value<'js>> {
    let list = Array::new(ctx.clone())?;
    for (i, field) in fields.into_iter().enumerate() {
        let entry = Array::new(ctx.clone())?;
        entry.set(0, field.name)?;
        match field.value {
            FieldValue::Text(text) => entry.set(1, text)?,
            FieldValue::File {
                bytes,
                filename,
                media_type,
            } => {
                entry.set(1, bytes_into(ctx, &bytes)?)?;
                entry.set(2, filename)?;
                entry.set(3, media_type)?;
            }
        }
        list.set(i, entry)?;
    }
    Ok(list.into_value())
}
