//! One `Set-Cookie` line (RFC 6265bis, 5.6 and 5.7). It knows no other cookie.

use crate::parse_date;

/// Bytes of a cookie's name and value together (RFC 6265bis, 5.6, step 6).
const MAX_PAIR: usize = 4096;
/// Bytes of an attribute's value; a longer one is ignored (RFC 6265bis, 5.6).
const MAX_ATTRIBUTE: usize = 1024;
/// Seconds that a cookie lasts at most: 400 days (RFC 6265bis, 5.5).
const MAX_AGE: u64 = 400 * 24 * 60 * 60;

/// Which requests from other sites a cookie is sent with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// With none.
    Strict,
    /// With links that lead to the site. What a line without `SameSite` means.
    Lax,
    /// With all.
    None,
}

impl SameSite {
    /// Its name as the `CookieStore` has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Lax => "lax",
            Self::None => "none",
        }
    }
}

/// A cookie, as a line sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    /// May be empty.
    pub name: String,
    /// May be empty, if the name is not.
    pub value: String,
    /// Begins with a slash.
    pub path: String,
    /// In seconds since 1970; `Some(0)` for a cookie that is deleted, `None` for one that ends with the browser.
    pub expires: Option<u64>,
    /// Hidden from scripts.
    pub http_only: bool,
    /// As in the line. All connections of a site are secure, or within this machine.
    pub secure: bool,
    /// For requests from other sites.
    pub same_site: SameSite,
}

impl Cookie {
    /// Parses a `Set-Cookie` line of a response to a request for `path` (without its query) of `host`. `now` is in seconds
    /// since 1970. `None`: the line sets nothing.
    #[must_use]
    pub fn parse(line: &str, host: &str, path: &str, now: u64) -> Option<Self> {
        if line.bytes().any(|b| (b < b' ' && b != b'\t') || b == 0x7f) {
            return None;
        }
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let (name, value) = pair.split_once('=').unwrap_or(("", pair));
        let (name, value) = (trim(name), trim(value));
        let length = name.len() + value.len();
        if length == 0 || length > MAX_PAIR {
            return None;
        }
        let mut found = Attributes::default();
        for attribute in attributes.split(';') {
            found.add(attribute);
        }
        let for_all = found.path == "/" && found.domain.is_empty();
        let path = if found.path.starts_with('/') {
            found.path
        } else {
            default_path(path)
        };
        let cookie = Self {
            name: name.to_owned(),
            value: value.to_owned(),
            path: path.to_owned(),
            expires: found.expires(now),
            http_only: found.http_only,
            secure: found.secure,
            same_site: found.same_site.unwrap_or(SameSite::Lax),
        };
        // A site is one host: no cookie of its goes anywhere else.
        let domain = found.domain.strip_prefix('.').unwrap_or(found.domain);
        let foreign = !domain.is_empty() && !domain.eq_ignore_ascii_case(host);
        let everywhere = cookie.same_site == SameSite::None && !cookie.secure;
        let kept = !foreign && !everywhere && cookie.fits_prefix(for_all);
        kept.then_some(cookie)
    }

    /// Does it meet the requirements of its name's prefix (RFC 6265bis, 4.1.3)? `for_all`: the line has `Path=/` and no
    /// `Domain`.
    fn fits_prefix(&self, for_all: bool) -> bool {
        let begins = |prefix| {
            // A cookie without a name reads as the one that its value looks like.
            let shown = if self.name.is_empty() {
                &self.value
            } else {
                &self.name
            };
            begins_with(shown, prefix)
        };
        let for_host = begins("__Host-");
        let for_http = begins("__Http-") || begins("__Host-Http-");
        if !(for_host || for_http || begins("__Secure-")) {
            return true;
        }
        !self.name.is_empty()
            && self.secure
            && (!for_host || for_all)
            && (!for_http || self.http_only)
    }
}

/// The attributes of a line: of each the last.
#[derive(Default)]
struct Attributes<'l> {
    date: Option<u64>,
    age: Option<u64>,
    domain: &'l str,
    path: &'l str,
    secure: bool,
    http_only: bool,
    same_site: Option<SameSite>,
}

impl<'l> Attributes<'l> {
    fn add(&mut self, attribute: &'l str) {
        let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        let (key, value) = (trim(key), trim(value));
        let is = |name: &str| key.eq_ignore_ascii_case(name);
        if value.len() > MAX_ATTRIBUTE {
        } else if is("expires") {
            self.date = parse_date(value).or(self.date);
        } else if is("max-age") {
            self.age = parse_age(value).or(self.age);
        } else if is("domain") {
            self.domain = value;
        } else if is("path") {
            self.path = value;
        } else if is("secure") {
            self.secure = true;
        } else if is("httponly") {
            self.http_only = true;
        } else if is("samesite") {
            let is = |name: &str| value.eq_ignore_ascii_case(name);
            self.same_site = if is("strict") {
                Some(SameSite::Strict)
            } else if is("none") {
                Some(SameSite::None)
            } else {
                None
            };
        }
    }

    fn expires(&self, now: u64) -> Option<u64> {
        let until = match self.age {
            Some(0) => 0,
            Some(age) => now.saturating_add(age),
            None => self.date?,
        };
        // What has expired already is deleted.
        Some(if until > now {
            until.min(now.saturating_add(MAX_AGE))
        } else {
            0
        })
    }
}

/// Seconds of a `Max-Age`, 0 for what is not above; `None` for what is no number.
fn parse_age(value: &str) -> Option<u64> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let below = digits.len() < value.len();
    // More than fits is more than lasts.
    Some(if below {
        0
    } else {
        digits.parse().unwrap_or(MAX_AGE)
    })
}

/// The folder of a path (RFC 6265bis, 5.1.4).
fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        Some(last) if last > 0 && path.starts_with('/') => path.get(..last).unwrap_or("/"),
        _ => "/",
    }
}

pub(crate) fn begins_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(prefix))
}

pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}
