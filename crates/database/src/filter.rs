//! What documents are asked for: reading a filter.
//!
//! A filter is an object: `{city: "Zug", age: {$gte: 18}, $or: [{…}, {…}]}`. A field with a plain value asks for
//! that value; a field with an object asks for all of its operators.

use serde_json::{Map, Number, Value};

use crate::error::{Error, shortened};
use crate::limits::{CONDITION_DEPTH, CONDITIONS, PATTERN_BYTES};
use crate::name::FieldPath;

/// What a document must be like.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    /// All of these; everything, if there is none.
    All(Vec<Condition>),
    /// One of these; nothing, if there is none.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// Something about one field.
    Field(FieldPath, Test),
}

/// What a field must be like.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    /// It is this value. Null: it is null or missing.
    Is(Scalar),
    /// It compares so to this value, which is of the same type.
    Compares(Order, Ordered),
    /// It is there, be it null.
    Exists,
    /// It is a text like this pattern: `%` any characters, `_` one, case of ASCII letters aside.
    Like(String),
    /// It is a list that has this value.
    Contains(Scalar),
}

/// A value without parts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
}

/// A value that has an order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ordered {
    Number(Number),
    Text(String),
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Less,
    LessOrSame,
    More,
    MoreOrSame,
}

/// Reads a filter.
pub(crate) fn read(filter: &Value) -> Result<Condition, Error> {
    let mut reader = Reader { conditions: 0 };
    reader.object(filter, "the filter", 0)
}

struct Reader {
    conditions: usize,
}

impl Reader {
    fn object(&mut self, filter: &Value, at: &str, depth: usize) -> Result<Condition, Error> {
        if depth > CONDITION_DEPTH {
            return Err(wrong(
                at,
                format!("conditions are inside each other more than {CONDITION_DEPTH} deep"),
            ));
        }
        let members = filter
            .as_object()
            .ok_or_else(|| wrong(at, "write an object, such as `{city: \"Zug\"}`"))?;
        let mut all = Vec::with_capacity(members.len());
        for (name, value) in members {
            match name.as_str() {
                "$and" => all.push(Condition::All(self.list(value, "$and", depth)?)),
                "$or" => all.push(Condition::Any(self.list(value, "$or", depth)?)),
                "$not" => all.push(Condition::Not(Box::new(self.object(
                    value,
                    "$not",
                    depth + 1,
                )?))),
                operator if operator.starts_with('$') => {
                    return Err(wrong(
                        operator,
                        "between fields there are `$and`, `$or` and `$not`; other operators stand inside a field",
                    ));
                }
                field => self.field(&field.parse()?, value, &mut all)?,
            }
        }
        Ok(Condition::All(all))
    }

    fn list(&mut self, value: &Value, at: &str, depth: usize) -> Result<Vec<Condition>, Error> {
        let filters = value
            .as_array()
            .ok_or_else(|| wrong(at, "write a list of filters"))?;
        filters
            .iter()
            .map(|filter| self.object(filter, at, depth + 1))
            .collect()
    }

    fn field(
        &mut self,
        field: &FieldPath,
        value: &Value,
        all: &mut Vec<Condition>,
    ) -> Result<(), Error> {
        let Value::Object(operators) = value else {
            return self.test(field, Test::Is(scalar(value, field.as_str())?), all);
        };
        if operators.is_empty() {
            return Err(wrong(
                field.as_str(),
                "an object is compared by its fields, such as `address.city`",
            ));
        }
        for (operator, operand) in operators {
            let at = format!("{field}.{}", shortened(operator));
            match operator.as_str() {
                "$eq" => self.test(field, Test::Is(scalar(operand, &at)?), all)?,
                "$ne" => self.negated(field, Test::Is(scalar(operand, &at)?), all)?,
                "$gt" => self.test(
                    field,
                    Test::Compares(Order::More, ordered(operand, &at)?),
                    all,
                )?,
                "$gte" => self.test(
                    field,
                    Test::Compares(Order::MoreOrSame, ordered(operand, &at)?),
                    all,
                )?,
                "$lt" => self.test(
                    field,
                    Test::Compares(Order::Less, ordered(operand, &at)?),
                    all,
                )?,
                "$lte" => self.test(
                    field,
                    Test::Compares(Order::LessOrSame, ordered(operand, &at)?),
                    all,
                )?,
                "$in" => all.push(self.one_of(field, operand, &at)?),
                "$nin" => all.push(Condition::Not(Box::new(self.one_of(field, operand, &at)?))),
                "$exists" => match operand {
                    Value::Bool(true) => self.test(field, Test::Exists, all)?,
                    Value::Bool(false) => self.negated(field, Test::Exists, all)?,
                    _ => return Err(wrong(&at, "write `true` or `false`")),
                },
                "$like" => match operand {
                    Value::String(pattern) if pattern.len() <= PATTERN_BYTES => {
                        self.test(field, Test::Like(pattern.clone()), all)?;
                    }
                    _ => {
                        return Err(wrong(
                            &at,
                            format!(
                                "write a text of at most {PATTERN_BYTES} bytes, with `%` for any characters"
                            ),
                        ));
                    }
                },
                "$contains" => self.test(field, Test::Contains(scalar(operand, &at)?), all)?,
                "$not" => {
                    let mut inner = Vec::new();
                    self.field(
                        field,
                        &Value::Object(only_operators(operand, &at)?),
                        &mut inner,
                    )?;
                    all.push(Condition::Not(Box::new(Condition::All(inner))));
                }
                _ => {
                    return Err(wrong(
                        &at,
                        "operators are `$eq $ne $gt $gte $lt $lte $in $nin $exists $like $contains $not`; a field of an object is asked for as `address.city`",
                    ));
                }
            }
        }
        Ok(())
    }

    fn one_of(&mut self, field: &FieldPath, operand: &Value, at: &str) -> Result<Condition, Error> {
        let values = operand
            .as_array()
            .ok_or_else(|| wrong(at, "write a list of values"))?;
        let mut any = Vec::with_capacity(values.len().min(CONDITIONS));
        for value in values {
            self.test(field, Test::Is(scalar(value, at)?), &mut any)?;
        }
        Ok(Condition::Any(any))
    }

    fn negated(
        &mut self,
        field: &FieldPath,
        test: Test,
        all: &mut Vec<Condition>,
    ) -> Result<(), Error> {
        let mut one = Vec::new();
        self.test(field, test, &mut one)?;
        all.push(Condition::Not(Box::new(Condition::All(one))));
        Ok(())
    }

    fn test(
        &mut self,
        field: &FieldPath,
        test: Test,
        all: &mut Vec<Condition>,
    ) -> Result<(), Error> {
        self.conditions += 1;
        if self.conditions > CONDITIONS {
            return Err(wrong(
                field.as_str(),
                format!("the filter has more than {CONDITIONS} conditions"),
            ));
        }
        all.push(Condition::Field(field.clone(), test));
        Ok(())
    }
}

/// What stands in a field's `$not`: operators. It is no deeper than the JSON that it was read from.
fn only_operators(operand: &Value, at: &str) -> Result<Map<String, Value>, Error> {
    match operand {
        Value::Object(operators) if !operators.contains_key("$not") => Ok(operators.clone()),
        _ => Err(wrong(
            at,
            "write an object with operators, such as `{$gt: 3}`",
        )),
    }
}

fn scalar(value: &Value, at: &str) -> Result<Scalar, Error> {
    match value {
        Value::Null => Ok(Scalar::Null),
        Value::Bool(truth) => Ok(Scalar::Bool(*truth)),
        Value::Number(number) => Ok(Scalar::Number(number.clone())),
        Value::String(text) => Ok(Scalar::Text(text.clone())),
        Value::Array(_) | Value::Object(_) => Err(wrong(
            at,
            "lists and objects cannot be compared; ask for a field of an object (`address.city`), for one of several values (`$in`), or for an item of a list (`$contains`)",
        )),
    }
}

fn ordered(value: &Value, at: &str) -> Result<Ordered, Error> {
    match value {
        Value::Number(number) => Ok(Ordered::Number(number.clone())),
        Value::String(text) => Ok(Ordered::Text(text.clone())),
        _ => Err(wrong(at, "only numbers and texts have an order")),
    }
}

fn wrong(at: &str, problem: impl Into<String>) -> Error {
    Error::Filter {
        at: shortened(at),
        problem: problem.into(),
    }
}
