//! `date`: a moment as an author wants it written.

use std::fmt::Write as _;

use handlebars::{Context, Handlebars, Helper, HelperDef, RenderContext, RenderError, ScopedJson};
use serde_json::Value;

use super::calendar::{Moment, parse};
use super::parameters::{integer, required, wrong};

/// The format if none is given.
const USUAL: &str = "YYYY-MM-DD HH:mm";

/// Bytes of a format. A longer one is a mistake.
const FORMAT_BYTES: usize = 200;

/// Minutes that a time zone can be away from UTC; the farthest in use is 14 hours.
const FARTHEST_OFFSET: i64 = 24 * 60;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// Milliseconds since 1970, or an ISO date, in a format; in UTC, or so many minutes from it (`offset=`).
pub(crate) struct Date;

impl HelperDef for Date {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        call: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let milliseconds = match required(call, 0)? {
            Value::Null => return Ok(ScopedJson::Derived(Value::Null)),
            Value::Number(number) => number.as_f64().map(|number| number as i64),
            Value::String(text) => parse(text),
            _ => None,
        };
        let format = match call.param(1).map(|format| format.value()) {
            None => USUAL,
            Some(Value::String(format)) if format.len() <= FORMAT_BYTES => format,
            Some(_) => return Err(wrong("the format of `date` must be a short text in quotes")),
        };
        let offset = integer(call, "offset")?.unwrap_or(0);
        if !(-FARTHEST_OFFSET..=FARTHEST_OFFSET).contains(&offset) {
            return Err(wrong(
                "`offset=` of `date` is in minutes, and a day at most",
            ));
        }
        milliseconds
            .and_then(|milliseconds| {
                Moment::from_milliseconds(milliseconds.saturating_add(offset * 60_000))
            })
            .map(|moment| ScopedJson::Derived(Value::String(write(moment, format))))
            .ok_or_else(|| {
                wrong("`date` wants milliseconds since 1970, or a text like 2026-11-22T20:15:00Z")
            })
    }
}

/// The moment in the format: `YYYY MM M MMM MMMM DD D ddd dddd HH mm ss`, text in square brackets as it is.
fn write(moment: Moment, format: &str) -> String {
    const WORDS: [&str; 12] = [
        "YYYY", "MMMM", "MMM", "MM", "M", "dddd", "ddd", "DD", "D", "HH", "mm", "ss",
    ];
    let month = MONTHS
        .get(usize::from(moment.month).saturating_sub(1))
        .copied()
        .unwrap_or_default();
    let day = DAYS
        .get(usize::from(moment.weekday))
        .copied()
        .unwrap_or_default();
    let short = |name: &'static str| name.get(..3).unwrap_or(name);
    let mut text = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        if let Some((plain, after)) = rest
            .strip_prefix('[')
            .and_then(|inside| inside.split_once(']'))
        {
            text.push_str(plain);
            rest = after;
            continue;
        }
        let word = WORDS.into_iter().find(|word| rest.starts_with(word));
        // Writing to a text cannot fail.
        let _ = match word {
            Some("YYYY") => write!(text, "{:04}", moment.year),
            Some("MMMM") => write!(text, "{month}"),
            Some("MMM") => write!(text, "{}", short(month)),
            Some("MM") => write!(text, "{:02}", moment.month),
            Some("M") => write!(text, "{}", moment.month),
            Some("dddd") => write!(text, "{day}"),
            Some("ddd") => write!(text, "{}", short(day)),
            Some("DD") => write!(text, "{:02}", moment.day),
            Some("D") => write!(text, "{}", moment.day),
            Some("HH") => write!(text, "{:02}", moment.hour),
            Some("mm") => write!(text, "{:02}", moment.minute),
            Some("ss") => write!(text, "{:02}", moment.second),
            _ => write!(text, "{first}"),
        };
        rest = rest
            .get(word.map_or(first.len_utf8(), str::len)..)
            .unwrap_or_default();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_format_is_written() {
        let moment = Moment::from_milliseconds(1_788_606_245_000).unwrap();
        assert_eq!(
            write(
                moment,
                "dddd ddd DD D MMMM MMM MM M YYYY HH:mm:ss [Day D] é"
            ),
            "Saturday Sat 05 5 September Sep 09 9 2026 11:04:05 Day D é"
        );
    }
}
