//! The methods that a route answers.

use std::fmt;

use crate::pattern_error::PatternError;

/// Every method that a route can name. `TRACE` and `CONNECT` are not for sites (Fetch, "forbidden method").
const NAMES: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const GET: u8 = 1;
const HEAD: u8 = 1 << 1;
const OPTIONS: u8 = 1 << 6;
const ANY: u8 = (1 << NAMES.len()) - 1;

/// A set of HTTP methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Methods(u8);

impl Methods {
    /// Reads `GET`, `GET|POST`, or `*` for every method. Any case will do.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text == "*" {
            return Ok(Self(ANY));
        }
        text.split('|').try_fold(Self(0), |set, name| {
            let one = Self::of(&name.to_ascii_uppercase());
            match one.is_empty() {
                true => Err(PatternError::Method(name.chars().take(20).collect())),
                false => Ok(set.union(one)),
            }
        })
    }

    /// The set of one method by its exact name; empty if no route can name it.
    pub fn of(name: &str) -> Self {
        let bit = NAMES.iter().position(|known| *known == name);
        Self(bit.map_or(0, |bit| 1 << bit))
    }

    /// No method at all.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Methods of either.
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Methods of both.
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is answered when a route has these: `HEAD` follows from `GET`, `OPTIONS` from anything.
    pub fn with_implied(self) -> Self {
        let head = if self.0 & GET == 0 { 0 } else { HEAD };
        let options = if self.is_empty() { 0 } else { OPTIONS };
        Self(self.0 | head | options)
    }
}

/// As an `Allow` header has it: `GET, HEAD, POST`.
impl fmt::Display for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = NAMES
            .iter()
            .enumerate()
            .filter(|(bit, _)| self.0 & (1 << bit) != 0)
            .map(|(_, name)| *name)
            .collect();
        f.write_str(&names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_read_and_shown() {
        for (text, shown) in [
            ("GET", "GET"),
            ("post|get", "GET, POST"),
            ("*", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        ] {
            assert_eq!(Methods::parse(text).unwrap().to_string(), shown);
        }
        for text in ["", "GET|", "FETCH", "TRACE", "GET POST"] {
            assert!(Methods::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn head_follows_from_get_and_options_from_anything() {
        let allow = |text| Methods::parse(text).unwrap().with_implied().to_string();
        assert_eq!(allow("GET"), "GET, HEAD, OPTIONS");
        assert_eq!(allow("POST"), "POST, OPTIONS");
    }

    #[test]
    fn a_methods_case_counts_in_a_request() {
        assert!(Methods::of("get").is_empty());
    }
}
