//! What an update does to a document.

use serde_json::{Map, Number, Value};

use crate::error::{Error, shortened};
use crate::name::FieldPath;

/// What an update does, in order.
pub(crate) struct Change(Vec<Step>);

enum Step {
    Set(FieldPath, Value),
    Unset(FieldPath),
    Increase(FieldPath, Number),
    Push(FieldPath, Value),
    Pull(FieldPath, Value),
}

/// Reads a change: new fields, or operators.
pub(crate) fn read(change: &Value) -> Result<Change, Error> {
    let members = change
        .as_object()
        .ok_or_else(|| wrong("the change", "write an object"))?;
    let mut steps = Vec::new();
    let operators = members.keys().filter(|name| name.starts_with('$')).count();
    if operators == 0 {
        for (name, value) in members {
            steps.push(Step::Set(field(name)?, value.clone()));
        }
        return Ok(Change(steps));
    }
    if operators < members.len() {
        return Err(wrong(
            "the change",
            "write new fields or operators, not both; `$set` sets fields beside other operators",
        ));
    }
    for (operator, operand) in members {
        let fields = operand
            .as_object()
            .ok_or_else(|| wrong(operator, "write an object of fields"))?;
        for (name, value) in fields {
            let field = field(name)?;
            steps.push(match (operator.as_str(), value) {
                ("$set", value) => Step::Set(field, value.clone()),
                ("$unset", _) => Step::Unset(field),
                ("$inc", Value::Number(number)) => Step::Increase(field, number.clone()),
                ("$inc", _) => return Err(wrong(name, "`$inc` wants a number")),
                ("$push", value) => Step::Push(field, value.clone()),
                ("$pull", value) => Step::Pull(field, value.clone()),
                _ => {
                    return Err(wrong(
                        operator,
                        "operators are `$set $unset $inc $push $pull`",
                    ));
                }
            });
        }
    }
    Ok(Change(steps))
}

fn field(name: &str) -> Result<FieldPath, Error> {
    let field: FieldPath = name.parse()?;
    if field.is_id() {
        return Err(wrong(
            "id",
            "the id of a document stays; insert it under another and delete this one",
        ));
    }
    Ok(field)
}

impl Change {
    /// Changes a document.
    pub fn apply(&self, document: &mut Map<String, Value>) -> Result<(), Error> {
        for step in &self.0 {
            match step {
                Step::Set(field, value) => {
                    *place(document, field)? = value.clone();
                }
                Step::Unset(field) => unset(document, field),
                Step::Increase(field, by) => {
                    let place = place(document, field)?;
                    *place = increased(place, by).ok_or_else(|| {
                        wrong(
                            field.as_str(),
                            "`$inc` is for a number, and the sum must be one",
                        )
                    })?;
                }
                Step::Push(field, value) => match place(document, field)? {
                    Value::Array(items) => items.push(value.clone()),
                    place @ Value::Null => *place = Value::Array(vec![value.clone()]),
                    _ => return Err(wrong(field.as_str(), "`$push` is for a list")),
                },
                Step::Pull(field, value) => {
                    if let Some(Value::Array(items)) = found(document, field) {
                        items.retain(|item| item != value);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Where a field's value is, with the objects around it made if they are missing.
fn place<'a>(
    document: &'a mut Map<String, Value>,
    field: &FieldPath,
) -> Result<&'a mut Value, Error> {
    let mut names = field.names();
    let first = names.next().unwrap_or_default();
    let mut place = document.entry(first).or_insert(Value::Null);
    for name in names {
        if place.is_null() {
            *place = Value::Object(Map::new());
        }
        let Value::Object(members) = place else {
            return Err(wrong(
                field.as_str(),
                "there is a value on the way that is no object",
            ));
        };
        place = members.entry(name).or_insert(Value::Null);
    }
    Ok(place)
}

/// A field's value, if it is there.
fn found<'a>(document: &'a mut Map<String, Value>, field: &FieldPath) -> Option<&'a mut Value> {
    let mut names = field.names();
    let mut value = document.get_mut(names.next()?)?;
    for name in names {
        value = value.as_object_mut()?.get_mut(name)?;
    }
    Some(value)
}

fn unset(document: &mut Map<String, Value>, field: &FieldPath) {
    match field.as_str().rsplit_once('.') {
        None => {
            document.remove(field.as_str());
        }
        Some((around, name)) => {
            let around = around
                .parse()
                .ok()
                .and_then(|around| found(document, &around));
            if let Some(Value::Object(members)) = around {
                members.remove(name);
            }
        }
    }
}

/// The sum; whole if both are and it fits.
fn increased(value: &Value, by: &Number) -> Option<Value> {
    let value = match value {
        Value::Null => Number::from(0),
        Value::Number(number) => number.clone(),
        _ => return None,
    };
    if let (Some(one), Some(other)) = (value.as_i64(), by.as_i64())
        && let Some(sum) = one.checked_add(other)
    {
        return Some(Value::from(sum));
    }
    Number::from_f64(value.as_f64()? + by.as_f64()?).map(Value::Number)
}

fn wrong(at: &str, problem: &str) -> Error {
    Error::Change {
        at: shortened(at),
        problem: problem.to_owned(),
    }
}
