//! `number`: a number with its digits in groups.

use handlebars::{Context, Handlebars, Helper, HelperDef, RenderContext, RenderError, ScopedJson};
use serde_json::Value;

use super::parameters::{integer, required, text, wrong};

/// Digits after the point at most: more than a double has.
const MOST_DECIMALS: i64 = 20;

/// Digits after the point if `decimals=` does not say: as many as there are, up to this.
const USUAL_DECIMALS: usize = 3;

/// A number, rounded to `decimals=`, with `group=` between thousands and `point=` before its fraction.
pub(crate) struct Number;

impl HelperDef for Number {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        call: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let number = match required(call, 0)? {
            Value::Null => return Ok(ScopedJson::Derived(Value::Null)),
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text
                .trim()
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite()),
            _ => None,
        };
        let number =
            number.ok_or_else(|| wrong("`number` wants a number, or a text that is one"))?;
        let decimals = match integer(call, "decimals")? {
            Some(count) if (0..=MOST_DECIMALS).contains(&count) => usize::try_from(count).ok(),
            Some(_) => {
                return Err(wrong(format!(
                    "`decimals=` of `number` goes from 0 to {MOST_DECIMALS}"
                )));
            }
            None => None,
        };
        let group = text(call, "group")?.unwrap_or(",");
        let point = text(call, "point")?.unwrap_or(".");
        Ok(ScopedJson::Derived(Value::String(write(
            number, decimals, group, point,
        ))))
    }
}

fn write(number: f64, decimals: Option<usize>, group: &str, point: &str) -> String {
    let rounded = format!("{:.*}", decimals.unwrap_or(USUAL_DECIMALS), number.abs());
    let (whole, fraction) = rounded.split_once('.').unwrap_or((&rounded, ""));
    let fraction = if decimals.is_none() {
        fraction.trim_end_matches('0')
    } else {
        fraction
    };
    let is_zero = rounded.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let mut text = String::from(if number < 0.0 && !is_zero { "-" } else { "" });
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            text.push_str(group);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push_str(point);
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups_and_are_rounded() {
        assert_eq!(write(1_234_567.0, None, ",", "."), "1,234,567");
        assert_eq!(write(1_234.5, Some(2), ".", ","), "1.234,50");
        assert_eq!(write(999.9999, None, ",", "."), "1,000");
        assert_eq!(write(-0.0004, None, ",", "."), "0");
        assert_eq!(write(-12.25, Some(1), "", "."), "-12.2");
    }
}
