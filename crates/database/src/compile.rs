//! Filters as SQL.
//!
//! What a site says is only ever a parameter, or a field's name that was checked and stands in quotes. A plain
//! comparison is written so that an index over the same field serves it.

use serde_json::Number;

use crate::cell::Cell;
use crate::filter::{Condition, Order, Ordered, Scalar, Test};
use crate::name::FieldPath;

/// A condition in SQL with its parameters.
pub(crate) struct Compiled {
    pub sql: String,
    pub parameters: Vec<Cell>,
}

/// Compiles a condition, for a statement whose parameters it begins with.
pub(crate) fn compile(condition: &Condition) -> Compiled {
    let mut compiled = Compiled {
        sql: String::new(),
        parameters: Vec::new(),
    };
    compiled.condition(condition);
    compiled
}

impl Compiled {
    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::All(all) => self.joined(all, " AND ", "TRUE"),
            Condition::Any(any) => self.joined(any, " OR ", "FALSE"),
            // Not `NOT`: what is unknown to SQL, such as a comparison with a missing field, is false to us.
            Condition::Not(inner) => {
                self.sql.push('(');
                self.condition(inner);
                self.sql.push_str(" IS NOT TRUE)");
            }
            Condition::Field(field, test) => self.test(field, test),
        }
    }

    fn joined(&mut self, conditions: &[Condition], word: &str, none: &str) {
        if conditions.is_empty() {
            self.sql.push_str(none);
            return;
        }
        self.sql.push('(');
        for (place, condition) in conditions.iter().enumerate() {
            if place > 0 {
                self.sql.push_str(word);
            }
            self.condition(condition);
        }
        self.sql.push(')');
    }

    fn test(&mut self, field: &FieldPath, test: &Test) {
        let (value, kind) = (field.value_sql(), field.type_sql());
        match test {
            Test::Is(scalar) => self.is(&value, &kind, scalar),
            Test::Compares(order, Ordered::Number(number)) => {
                let number = self.number(number);
                self.push(&format!(
                    "({value} {} {number} AND {kind} IN ('integer', 'real'))",
                    sign(*order)
                ));
            }
            Test::Compares(order, Ordered::Text(text)) => {
                self.parameters.push(Cell::Text(text.clone()));
                self.push(&format!("({value} {} ? AND {kind} = 'text')", sign(*order)));
            }
            Test::Exists => self.push(&format!("({kind} IS NOT NULL)")),
            Test::Like(pattern) => {
                self.parameters.push(Cell::Text(pattern.clone()));
                self.push(&format!("({value} LIKE ? AND {kind} = 'text')"));
            }
            Test::Contains(_) if field.is_id() => self.push("FALSE"),
            Test::Contains(scalar) => {
                self.push(&format!("({kind} = 'array' AND EXISTS (SELECT 1 FROM json_each(document, {}) AS item WHERE ", field.path_sql()));
                self.is("item.value", "item.type", scalar);
                self.push("))");
            }
        }
    }

    fn is(&mut self, value: &str, kind: &str, scalar: &Scalar) {
        match scalar {
            Scalar::Null => self.push(&format!("({value} IS NULL)")),
            Scalar::Bool(truth) => {
                self.push(&format!(
                    "({value} = {} AND {kind} = '{truth}')",
                    i32::from(*truth)
                ));
            }
            Scalar::Number(number) => {
                let number = self.number(number);
                self.push(&format!(
                    "({value} = {number} AND {kind} IN ('integer', 'real'))"
                ));
            }
            Scalar::Text(text) => {
                self.parameters.push(Cell::Text(text.clone()));
                self.push(&format!("({value} = ? AND {kind} = 'text')"));
            }
        }
    }

    /// A number as a parameter. What is not whole goes through SQLite's own reading of JSON, as the documents do:
    /// so the same digits are the same number.
    fn number(&mut self, number: &Number) -> &'static str {
        if let Some(whole) = number.as_i64() {
            self.parameters.push(Cell::Integer(whole));
            return "?";
        }
        self.parameters.push(Cell::Text(number.to_string()));
        "(? ->> '$')"
    }

    fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }
}

fn sign(order: Order) -> &'static str {
    match order {
        Order::Less => "<",
        Order::LessOrSame => "<=",
        Order::More => ">",
        Order::MoreOrSame => ">=",
    }
}
