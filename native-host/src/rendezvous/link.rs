//! Links: what stands behind `/connect/`, and what a `web+peer:` address or a person's typing leads to.

use identity::{Label, SiteName};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What a link names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A bare name.
    Name(SiteName),
    /// A label.
    Label(Label),
    /// Neither.
    Illegal,
}

impl Target {
    /// Reads a name or a label, of either case, as it stands in a path.
    pub fn parse(segment: &str) -> Self {
        let text = segment.to_ascii_lowercase();
        match (SiteName::parse(&text), Label::parse(&text)) {
            (Ok(name), _) => Self::Name(name),
            (_, Ok(label)) => Self::Label(label),
            _ => Self::Illegal,
        }
    }
}

/// The greatest address that is followed, in bytes. Browsers go further, but who links so?
const MAX_ADDRESS_BYTES: usize = 8 * 1024;

/// What must not stand in a `Location` as it is: controls, everything beyond ASCII, and what would end
/// or change the address. What is percent-encoded stays so.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The path behind `/connect/`, cut into the name and the rest with its slash (empty without one).
pub fn split(path: &str) -> (&str, &str) {
    match path.find('/') {
        Some(at) => path.split_at(at),
        None => (path, ""),
    }
}

/// The gateway's own path to a place at a site: `/connect/<label><rest>?<query>`. Made of visible ASCII;
/// `rest` begins with a slash or is empty.
pub fn to_site(label: &Label, rest: &str, query: Option<&str>) -> String {
    let rest = if rest.is_empty() { "/" } else { rest };
    let mut path = format!("/connect/{label}{}", utf8_percent_encode(rest, UNSAFE));
    if let Some(query) = query {
        path.push('?');
        path.extend(utf8_percent_encode(query, UNSAFE));
    }
    path
}

/// The value of `to` in a query, decoded as forms encode it.
pub fn wanted(query: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("to="))?;
    if value.len() > MAX_ADDRESS_BYTES {
        return None;
    }
    Some(
        percent_decode_str(&value.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned(),
    )
}

/// The path on this gateway that an address leads to: `web+peer://<name or label>/<path>`, a full link
/// of any gateway, a site's own address at one, or just `<name or label>/<path>`. `None` if it names
/// nothing.
///
/// A space comes back as the plus that forms make of `web+peer`.
pub fn follow(address: &str) -> Option<String> {
    let address = address.trim();
    let (segment, rest) = match address.get(..9) {
        Some(scheme)
            if scheme.eq_ignore_ascii_case("web+peer:")
                || scheme.eq_ignore_ascii_case("web peer:") =>
        {
            cut(address.get(9..)?.trim_start_matches('/'))
        }
        _ => match address.split_once("://") {
            Some(("http" | "https", rest)) => at_gateway(rest)?,
            _ => cut(address),
        },
    };
    let slash = if rest.starts_with('/') { "" } else { "/" };
    let rest = utf8_percent_encode(rest, UNSAFE);
    match Target::parse(segment) {
        Target::Name(name) => Some(format!("/connect/{name}{slash}{rest}")),
        Target::Label(label) => Some(format!("/connect/{label}{slash}{rest}")),
        Target::Illegal => None,
    }
}

/// What an address at some gateway names, and the rest; without its scheme. A site's own host name begins
/// with its label.
fn at_gateway(address: &str) -> Option<(&str, &str)> {
    let (host, path) = cut(address);
    match host.split_once('.') {
        Some((label, _)) if matches!(Target::parse(label), Target::Label(_)) => Some((label, path)),
        _ => path.strip_prefix("/connect/").map(cut),
    }
}

/// An address without a scheme, cut behind its first part.
fn cut(address: &str) -> (&str, &str) {
    let end = address.find(['/', '?', '#']).unwrap_or(address.len());
    address.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABEL: &str = "shop-mzuhvlpymk6xo3epygfy";

    #[test]
    fn names_and_labels_are_told_apart() {
        assert_eq!(
            Target::parse("Shop"),
            Target::Name(SiteName::parse("shop").unwrap())
        );
        assert_eq!(
            Target::parse(&LABEL.to_uppercase()),
            Target::Label(Label::parse(LABEL).unwrap())
        );
        for text in ["", "www", "a.b", "..", "%2e", "caf\u{e9}"] {
            assert_eq!(Target::parse(text), Target::Illegal, "{text}");
        }
    }

    #[test]
    fn addresses_of_every_kind_are_followed() {
        let path = format!("/connect/{LABEL}/a%20b/?q=1#f");
        for address in [
            format!("web+peer://{LABEL}/a%20b/?q=1#f"),
            format!("web peer://{LABEL}/a%20b/?q=1#f"),
            format!("WEB+PEER:{LABEL}/a b/?q=1#f"),
            format!("https://elsewhere.example/connect/{LABEL}/a%20b/?q=1#f"),
            format!("https://{LABEL}.elsewhere.example:8443/a%20b/?q=1#f"),
            format!(" {LABEL}/a b/?q=1#f "),
        ] {
            assert_eq!(
                follow(&address).as_deref(),
                Some(path.as_str()),
                "{address}"
            );
        }
        assert_eq!(follow("shop").as_deref(), Some("/connect/shop/"));
        assert_eq!(follow("shop?q").as_deref(), Some("/connect/shop/?q"));
        assert_eq!(
            follow(&format!("http://{LABEL}.localhost:8890/connect/shop")),
            Some(format!("/connect/{LABEL}/connect/shop"))
        );
    }

    #[test]
    fn what_names_nothing_is_not_followed() {
        for address in [
            "",
            "/",
            "//evil.example/",
            "javascript:alert(1)",
            "https://evil.example/",
            "https://shop.example/",
            "https://evil.example/a/connect/shop",
            "web+peer://",
            "é",
        ] {
            assert_eq!(follow(address), None, "{address}");
        }
    }

    #[test]
    fn paths_stay_on_the_gateway_and_in_one_line() {
        let label = Label::parse(LABEL).unwrap();
        assert_eq!(to_site(&label, "", None), format!("/connect/{LABEL}/"));
        assert_eq!(
            to_site(&label, "/é\r\n\\", Some("q=\u{0}")),
            format!("/connect/{LABEL}/%C3%A9%0D%0A%5C?q=%00")
        );
    }

    #[test]
    fn queries_are_decoded_as_forms_encode_them() {
        assert_eq!(
            wanted("a=1&to=web%2Bpeer%3A%2F%2Fx%2Fy").as_deref(),
            Some("web+peer://x/y")
        );
        assert_eq!(wanted("to=a+b").as_deref(), Some("a b"));
        assert_eq!(wanted("top=a"), None);
        assert_eq!(wanted(&format!("to={}", "a".repeat(9000))), None);
    }
}
