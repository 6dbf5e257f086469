//! The cookies that are kept beside the browser's, and the `Cookie` header of both. It must not know a line's
//! grammar (`set_cookie`) nor where its text is kept.

use crate::set_cookie::{Cookie, SameSite, begins_with, trim};

/// Cookies in a jar: as many as browsers keep of one site.
const MAX_COOKIES: usize = 180;
/// Bytes of a jar as text. The jars of all sites that are visited through a gateway share its 5 MiB of storage.
const MAX_TEXT: usize = 64 * 1024;
/// Bytes of a `Cookie` header: a request's head has 16 KiB before the host has said that it takes more.
const MAX_HEADER: usize = 12 * 1024;
/// Seconds that a cookie without an end of its own is kept: a day. Whoever keeps the jar does not learn that the
/// browser was closed.
const DAY: u64 = 24 * 60 * 60;

/// Between the fields of a cookie, and between cookies, in a jar's text: no line that has one of them sets a cookie.
const FIELD: char = '\x1f';
const RECORD: char = '\n';

/// Names that only a host can give. A page's own cookie of such a name would pass for one of its host's: those that
/// must be `HttpOnly` (RFC 6265bis, 4.1.3.3 and 4.1.3.4), and that of `context.session`.
const HOSTS_OWN: [&str; 3] = ["__Http-", "__Host-Http-", "peerserver-session"];

/// Who caused a request, as far as its browser tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// A page of the site.
    Site,
    /// Another site, or nobody knows; it only asks.
    Link,
    /// The same, and it may change something (RFC 9110, 9.2.1).
    Form,
}

/// A kept cookie: an `HttpOnly` one; or one that pages see and of which the browser's store does not say enough:
/// its `SameSite`, or all of it where its path is not that of the whole site.
#[derive(Debug)]
struct Kept {
    name: String,
    value: String,
    path: String,
    expires: u64,
    http_only: bool,
    same_site: SameSite,
}

/// A site's kept cookies, the last set at the end.
#[derive(Debug, Default)]
pub struct Jar(Vec<Kept>);

impl Jar {
    /// A jar from its text; what is no cookie of it is left out.
    #[must_use]
    pub fn read(text: &str) -> Self {
        Self(text.split(RECORD).filter_map(Kept::read).collect())
    }

    /// The jar as text; empty if it is.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for kept in &self.0 {
            kept.write(&mut text);
        }
        text
    }

    /// Take what a line sets. Gives what is to be done in the browser's own store, if something is: set that cookie
    /// there, or delete the one of that name and path where `expires` is 0.
    pub fn put(&mut self, cookie: Cookie, now: u64) -> Option<Cookie> {
        let same = |kept: &Kept| kept.name == cookie.name && kept.path == cookie.path;
        let was_hidden = self.0.iter().any(|kept| same(kept) && kept.http_only);
        self.0.retain(|kept| !same(kept) && kept.expires > now);
        let gone = cookie.expires == Some(0);
        let partly = cookie.same_site != SameSite::Lax || cookie.path != "/";
        if !gone && (cookie.http_only || partly) {
            self.0.push(Kept {
                name: cookie.name.clone(),
                value: cookie.value.clone(),
                path: cookie.path.clone(),
                expires: cookie.expires.unwrap_or(now.saturating_add(DAY)),
                http_only: cookie.http_only,
                same_site: cookie.same_site,
            });
            self.bound();
        }
        if gone || !cookie.http_only {
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
        asker: Asker,
        visible: impl Iterator<Item = (&'v str, &'v str)>,
        now: u64,
    ) -> String {
        let mut sent: Vec<&Kept> = Vec::new();
        for kept in self.live(now) {
            let known = kept.http_only || kept.path != "/";
            if known && path_matches(path, &kept.path) && allows(kept.same_site, asker) {
                // Longer paths first (RFC 6265bis, 5.8.3).
                let longer = |other: &&Kept| other.path.len() >= kept.path.len();
                let at = sent.iter().take_while(|other| longer(other)).count();
                sent.insert(at, kept);
            }
        }
        let mut header = String::new();
        // Those first, so that a page which sets too many pushes out none of them.
        for kept in sent {
            add(&mut header, &kept.name, &kept.value);
        }
        for (name, value) in visible {
            if self.lets_through(name, value, asker, now) {
                add(&mut header, name, value);
            }
        }
        header
    }

    /// May a cookie that pages can write go to the host?
    fn lets_through(&self, name: &str, value: &str, asker: Asker, now: u64) -> bool {
        // Without a name it reads as the one that its value looks like.
        let shown = if name.is_empty() {
            trim(value.split('=').next().unwrap_or_default())
        } else {
            name
        };
        let hosts_own = HOSTS_OWN.iter().any(|prefix| begins_with(shown, prefix));
        // Of several with one name, the most careful decides.
        let mut known = self.live(now).filter(|kept| kept.name == shown).peekable();
        let allowed = if known.peek().is_some() {
            known.all(|kept| !kept.http_only && allows(kept.same_site, asker))
        } else {
            allows(SameSite::Lax, asker)
        };
        allowed && !hosts_own
    }

    fn live(&self, now: u64) -> impl Iterator<Item = &Kept> {
        self.0.iter().filter(move |kept| kept.expires > now)
    }

    /// What was set the longest ago goes, until the rest is within bounds.
    fn bound(&mut self) {
        let mut bytes: usize = self.0.iter().map(Kept::size).sum();
        let mut over = self.0.len().saturating_sub(MAX_COOKIES);
        self.0.retain(|kept| {
            let goes = over > 0 || bytes > MAX_TEXT;
            if goes {
                over = over.saturating_sub(1);
                bytes -= kept.size();
            }
            !goes
        });
    }
}

impl Kept {
    fn read(record: &str) -> Option<Self> {
        let mut fields = record.split(FIELD);
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
            text.push(FIELD);
            text.push_str(field);
        }
        text.push(RECORD);
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

fn allows(same_site: SameSite, asker: Asker) -> bool {
    match asker {
        Asker::Site => true,
        Asker::Link => same_site != SameSite::Strict,
        Asker::Form => same_site == SameSite::None,
    }
}

/// RFC 6265bis, 5.1.4.
fn path_matches(asked: &str, path: &str) -> bool {
    asked
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || path.ends_with('/'))
}
