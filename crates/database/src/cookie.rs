//! A cookie's line, there and back (RFC 6265bis).

use crate::limits::COOKIE_BYTES;

/// The value of a cookie in a `Cookie` header. None if it is not there, if it is there with two different values
/// (then nobody can tell whose it is), or if the header is too long to be looked at.
#[must_use]
pub fn value<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    if header.len() > COOKIE_BYTES {
        return None;
    }
    let mut found = None;
    for pair in header.split(';') {
        let Some((key, value)) = pair.split_once('=') else {
            continue;
        };
        if key.trim_matches([' ', '\t']) != name {
            continue;
        }
        let value = value.trim_matches([' ', '\t']);
        if found.is_some_and(|other| other != value) {
            return None;
        }
        found = Some(value);
    }
    found
}

/// The `Set-Cookie` value that gives a visitor a cookie which no script of a page sees, for the whole site, for so
/// many seconds. 0 takes it back. The name and value must be free of `;` and control characters.
pub(crate) fn set(name: &str, value: &str, seconds: u64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let header = "a=1; session=x=y ;\tsessions=2; Session=3; xsession=4";
        assert_eq!(value(header, "session"), Some("x=y"));
        assert_eq!(value("session", "session"), None);
        assert_eq!(value("", "session"), None);
        assert_eq!(value("session=", "session"), Some(""));
    }

    #[test]
    fn two_different_values_are_none() {
        assert_eq!(value("s=1; s=1", "s"), Some("1"));
        assert_eq!(value("s=1; s=2", "s"), None);
        assert_eq!(value("s=1; s=2; s=1", "s"), None);
    }

    #[test]
    fn a_header_that_is_too_long_has_no_cookies() {
        let header = format!("s=1; a={}", "x".repeat(COOKIE_BYTES));
        assert_eq!(value(&header, "s"), None);
    }
}
