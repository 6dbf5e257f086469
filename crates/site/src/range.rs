//! Range requests: a part of a file (RFC 9110 §14). One range only; the response to several is the whole
//! file, as the RFC allows, because browsers never request them.

use std::ops::Range;

/// What a `Range` header requests of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestedRange {
    /// No range, a malformed one, or several: the whole file is sent.
    Whole,
    /// These bytes; never empty.
    Part(Range<u64>),
    /// Nothing of it lies in the file: 416.
    Unsatisfiable,
}

/// Parses a `Range` header for a file of `size` bytes.
pub fn parse(header: Option<&str>, size: u64) -> RequestedRange {
    let Some((first, last)) = header.and_then(single_range) else {
        return RequestedRange::Whole;
    };
    let range = match (first, last) {
        (Some(first), Some(last)) if first > last => return RequestedRange::Whole,
        (Some(first), Some(last)) => first..size.min(last.saturating_add(1)),
        (Some(first), None) => first..size,
        (None, Some(suffix)) => size.saturating_sub(suffix)..size,
        (None, None) => return RequestedRange::Whole,
    };
    if range.start < range.end {
        RequestedRange::Part(range)
    } else {
        RequestedRange::Unsatisfiable
    }
}

type Ends = (Option<u64>, Option<u64>);

fn single_range(header: &str) -> Option<Ends> {
    let (unit, set) = header.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = set.trim().split_once('-')?;
    Some((number(first)?, number(last)?))
}

/// Digits, or nothing at all. A number too large for any file is the largest one.
fn number(text: &str) -> Option<Option<u64>> {
    match text {
        "" => Some(None),
        digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
            Some(Some(digits.parse().unwrap_or(u64::MAX)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_understood() {
        for (header, size, expected) in [
            ("bytes=0-9", 100, RequestedRange::Part(0..10)),
            ("bytes=90-", 100, RequestedRange::Part(90..100)),
            ("bytes=-10", 100, RequestedRange::Part(90..100)),
            ("bytes=-1000", 100, RequestedRange::Part(0..100)),
            ("bytes=50-1000", 100, RequestedRange::Part(50..100)),
            ("Bytes= 99-99 ", 100, RequestedRange::Part(99..100)),
            (
                "bytes=0-18446744073709551615",
                100,
                RequestedRange::Part(0..100),
            ),
            (
                "bytes=0-99999999999999999999999",
                100,
                RequestedRange::Part(0..100),
            ),
            ("bytes=100-", 100, RequestedRange::Unsatisfiable),
            ("bytes=200-300", 100, RequestedRange::Unsatisfiable),
            ("bytes=-0", 100, RequestedRange::Unsatisfiable),
            ("bytes=0-", 0, RequestedRange::Unsatisfiable),
            ("bytes=-5", 0, RequestedRange::Unsatisfiable),
            ("bytes=9-3", 100, RequestedRange::Whole),
            ("bytes=-", 100, RequestedRange::Whole),
            ("bytes=0-1,5-6", 100, RequestedRange::Whole),
            ("bytes=a-b", 100, RequestedRange::Whole),
            ("bytes=+1-2", 100, RequestedRange::Whole),
            ("items=0-1", 100, RequestedRange::Whole),
            ("bytes", 100, RequestedRange::Whole),
        ] {
            assert_eq!(parse(Some(header), size), expected, "{header} of {size}");
        }
        assert_eq!(parse(None, 100), RequestedRange::Whole);
    }
}
