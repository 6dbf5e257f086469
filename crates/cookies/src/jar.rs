//! A site's cookies that the browser's own store cannot keep, and the `Cookie` header of both. It must not know the
//! grammar of `Set-Cookie` (`set_cookie`) nor where the jar's text is stored.

use crate::set_cookie::{Cookie, SameSite, begins_with, trim};

/// Cookies in a jar: as many as browsers keep of one site.
const MAX_COOKIES: usize = 180;
/// Bytes of a jar as text. The jars of all sites that are visited through a gateway share its 5 MiB of storage.
const MAX_TEXT: usize = 64 * 1024;
/// Bytes of a `Cookie` header: a request's head may have 16 KiB before the host's hello allows more.
const MAX_HEADER: usize = 12 * 1024;
/// Seconds that a cookie without an end of its own is kept: a day. The jar is not notified when the
/// browser is closed.
const DAY: u64 = 24 * 60 * 60;

/// Between the fields of a cookie, and between cookies, in a jar's text: no line that has one of them sets a cookie.
const FIELD_SEPARATOR: char = '\x1f';
const RECORD_SEPARATOR: char = '\n';

/// Names that only a host can give. A page's own cookie of such a name would pass for one of its host's: those that
/// must be `HttpOnly` (RFC 6265bis, 4.1.3.3 and 4.1.3.4), and that of `context.session`.
const HOST_ONLY_PREFIXES: [&str; 3] = ["__Http-", "__Host-Http-", "peerserver-session"];

/// What caused a request, as far as the browser reveals it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initiator {
    /// A page of the site.
    Site,
    /// Another site, or unknown; the method is safe (RFC 9110, 9.2.1).
    Link,
    /// Another site, or unknown; the method is not safe.
    Form,
}

/// A stored cookie: an `HttpOnly` one, or one that pages see and whose attributes the browser's store does not return:
/// its `SameSite`, or all of it where its path is not that of the whole site.
#[derive(Debug)]
struct StoredCookie {
    name: String,
    value: String,
    path: String,
    expires: u64,
    http_only: bool,
    same_site: SameSite,
}

/// A site's stored cookies, the last set at the end.
#[derive(Debug, Default)]
pub struct Jar(Vec<StoredCookie>);

impl Jar {
    /// Parses a jar's text. Records that are no cookies are left out.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(
            text.split(RECORD_SEPARATOR)
                .filter_map(StoredCookie::parse)
                .collect(),
        )
    }

    /// The jar as text; empty without cookies.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for kept in &self.0 {
            kept.write(&mut text);
        }
        text
    }

    /// Stores what a line sets. Returns the cookie to set in the browser's own store, if any; one whose `expires` is 0 is
    /// to be deleted there.
    pub fn store(&mut self, cookie: Cookie, now: u64) -> Option<Cookie> {
        let same = |kept: &StoredCookie| kept.name == cookie.name && kept.path == cookie.path;
        let was_hidden = self.0.iter().any(|kept| same(kept) && kept.http_only);
        self.0.retain(|kept| !same(kept) && kept.expires > now);
        let deleted = cookie.expires == Some(0);
        let incomplete_in_browser = cookie.same_site != SameSite::Lax || cookie.path != "/";
        if !deleted && (cookie.http_only || incomplete_in_browser) {
            self.0.push(StoredCookie {
                name: cookie.name.clone(),
                value: cookie.value.clone(),
                path: cookie.path.clone(),
                expires: cookie.expires.unwrap_or(now.saturating_add(DAY)),
                http_only: cookie.http_only,
                same_site: cookie.same_site,
            });
            self.evict();
        }
        if deleted || !cookie.http_only {
            return Some(cookie);
        }
        // One that pages could see must not stay beside it.
        (!was_hidden).then_some(Cookie {
            expires: Some(0),
            ..cookie
        })
    }

    /// The `Cookie` header of a request for `path` (without its query); `visible` are names and values in the
    /// browser's store for it, in its order.
    #[must_use]
    pub fn header<'v>(
        &self,
        path: &str,
        initiator: Initiator,
        visible: impl Iterator<Item = (&'v str, &'v str)>,
        now: u64,
    ) -> String {
        let mut matching: Vec<&StoredCookie> = Vec::new();
        for kept in self.unexpired(now) {
            let known = kept.http_only || kept.path != "/";
            if known && path_matches(path, &kept.path) && allows(kept.same_site, initiator) {
                // Longer paths first (RFC 6265bis, 5.8.3).
                let longer = |other: &&StoredCookie| other.path.len() >= kept.path.len();
                let at = matching.iter().take_while(|other| longer(other)).count();
                matching.insert(at, kept);
            }
        }
        let mut header = String::new();
        // These first: visible cookies, which a page can set in any number, must not displace them.
        for kept in matching {
            add(&mut header, &kept.name, &kept.value);
        }
        for (name, value) in visible {
            if self.may_send(name, value, initiator, now) {
                add(&mut header, name, value);
            }
        }
        header
    }

    /// May a cookie that pages can write be sent to the host?
    fn may_send(&self, name: &str, value: &str, initiator: Initiator, now: u64) -> bool {
        // Without a name it reads as the one that its value looks like.
        let shown = if name.is_empty() {
            trim(value.split('=').next().unwrap_or_default())
        } else {
            name
        };
        let host_only = HOST_ONLY_PREFIXES
            .iter()
            .any(|prefix| begins_with(shown, prefix));
        // Of several with one name, the strictest decides.
        let mut known = self
            .unexpired(now)
            .filter(|kept| kept.name == shown)
            .peekable();
        let allowed = if known.peek().is_some() {
            known.all(|kept| !kept.http_only && allows(kept.same_site, initiator))
        } else {
            allows(SameSite::Lax, initiator)
        };
        allowed && !host_only
    }

    fn unexpired(&self, now: u64) -> impl Iterator<Item = &StoredCookie> {
        self.0.iter().filter(move |kept| kept.expires > now)
    }

    /// Removes the cookies that were set the longest ago, until the rest is within the limits.
    fn evict(&mut self) {
        let mut bytes: usize = self.0.iter().map(StoredCookie::size).sum();
        let mut over = self.0.len().saturating_sub(MAX_COOKIES);
        self.0.retain(|kept| {
            let evicted = over > 0 || bytes > MAX_TEXT;
            if evicted {
                over = over.saturating_sub(1);
                bytes -= kept.size();
            }
            !evicted
        });
    }
}

impl StoredCookie {
    fn parse(record: &str) -> Option<Self> {
        let mut fields = record.split(FIELD_SEPARATOR);
        let flags = fields.next()?;
        Some(Self {
            expires: fields.next()?.parse().ok()?,
            name: fields.next()?.to_owned(),
            value: fields.next()?.to_owned(),
            path: fields.next()?.to_owned(),
            http_only: flags.starts_with('h'),
            same_site: match flags.get(1..) {
                Some("s") => SameSite::Strict,
                Some("n") => SameSite::None,
                _ => SameSite::Lax,
            },
        })
    }

    fn write(&self, text: &mut String) {
        text.push(if self.http_only { 'h' } else { 'v' });
        text.push_str(self.same_site.name().get(..1).unwrap_or_default());
        for field in [
            &self.expires.to_string(),
            &self.name,
            &self.value,
            &self.path,
        ] {
            text.push(FIELD_SEPARATOR);
            text.push_str(field);
        }
        text.push(RECORD_SEPARATOR);
    }

    /// Bytes of its text, about: flags, date and separators are 18.
    fn size(&self) -> usize {
        self.name.len() + self.value.len() + self.path.len() + 18
    }
}

fn add(header: &mut String, name: &str, value: &str) {
    if header.len() + name.len() + value.len() + 3 > MAX_HEADER {
        return;
    }
    if !header.is_empty() {
        header.push_str("; ");
    }
    header.push_str(name);
    if !name.is_empty() {
        header.push('=');
    }
    header.push_str(value);
}

fn allows(same_site: SameSite, initiator: Initiator) -> bool {
    match initiator {
        Initiator::Site => true,
        Initiator::Link => same_site != SameSite::Strict,
        Initiator::Form => same_site == SameSite::None,
    }
}

/// RFC 6265bis, 5.1.4.
fn path_matches(request_path: &str, path: &str) -> bool {
    request_path
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || path.ends_with('/'))
}
