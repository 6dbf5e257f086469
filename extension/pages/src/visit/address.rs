//! Addresses of peer sites: `web+peer://<label>/<path>`, also without the scheme, as typed.

/// Longest label: one DNS label (RFC 1035, 2.3.4), because it names the site's origin.
const MAX_LABEL: usize = 63;
/// Longest address, in bytes: what servers and browsers commonly take.
const MAX_LENGTH: usize = 8_000;

/// A site and a path in it, as an address names them.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The site's name or label.
    pub label: String,
    /// Path, query and fragment, without the first slash.
    rest: String,
}

impl Target {
    /// The link to it at this gateway.
    pub fn link(&self, gateway: &str) -> String {
        let gateway = gateway.strip_suffix('/').unwrap_or(gateway);
        format!("{gateway}/connect/{}/{}", self.label, self.rest)
    }
}

/// Parse an address.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn parse(address: &str) -> Result<Target, &'static str> {
    let address = address.trim();
    if address.len() > MAX_LENGTH {
        return Err("It is too long.");
    }
    let rest = match address.split_once("://") {
        // A scheme stands before anything else; "://" later is part of a query.
        Some((scheme, rest)) if !scheme.contains(['/', '?', '#']) => {
            if !scheme.eq_ignore_ascii_case("web+peer") {
                return Err("It does not begin with web+peer://");
            }
            rest
        }
        _ => address,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (label, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let label = label.to_ascii_lowercase();
    if label.is_empty() {
        return Err("It names no site.");
    }
    if !is_label(&label) {
        return Err("The name of a site has only letters a to z, digits and hyphens within.");
    }
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    if rest.contains(|letter: char| letter.is_control() || letter == '\\') {
        return Err("It has a character that no address may have.");
    }
    Ok(Target {
        label,
        rest: resolve_dot_segments(rest),
    })
}

fn is_label(label: &str) -> bool {
    label.len() <= MAX_LABEL
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The path with its dot segments resolved (RFC 3986, 5.2.4), also percent-encoded ones, as browsers
/// resolve them: otherwise `..` would climb out of `/connect/<label>/`.
fn resolve_dot_segments(rest: &str) -> String {
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let (path, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
            "." if last => kept.push(""),
            "." => {}
            ".." => {
                kept.pop();
                if last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    format!("{}{tail}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> String {
        parse(address).map_or_else(
            |why| why.to_owned(),
            |target| target.link("http://localhost:8890"),
        )
    }

    #[test]
    fn addresses_become_links() {
        let label = "photos-abcdefghijklmnopqrst";
        for (address, rest) in [
            (format!("web+peer://{label}"), ""),
            (format!("WEB+PEER://{label}/"), ""),
            (format!(" {label} "), ""),
            (
                format!("web+peer://{label}/a/b.html?q=1&r=web+peer://x#top"),
                "a/b.html?q=1&r=web+peer://x#top",
            ),
            (format!("{label}/?u=http://x/"), "?u=http://x/"),
            (format!("web+peer://{label}?q"), "?q"),
            (format!("web+peer://{label}#f"), "#f"),
            (format!("web+peer://{label}/caf%C3%A9/"), "caf%C3%A9/"),
        ] {
            assert_eq!(
                at(&address),
                format!("http://localhost:8890/connect/{label}/{rest}"),
                "{address}"
            );
        }
        assert_eq!(
            at("web+peer://Photos/"),
            "http://localhost:8890/connect/photos/"
        );
    }

    #[test]
    fn no_path_climbs_out_of_its_site() {
        for path in [
            "../../x",
            "%2e%2E/../x",
            "a/../../x",
            "./.././x",
            "a/b/../../../x",
        ] {
            assert_eq!(
                at(&format!("web+peer://photos/{path}")),
                "http://localhost:8890/connect/photos/x",
                "{path}"
            );
        }
        assert_eq!(
            at("web+peer://photos/a/.."),
            "http://localhost:8890/connect/photos/"
        );
        assert_eq!(
            at("web+peer://photos/a/b/."),
            "http://localhost:8890/connect/photos/a/b/"
        );
        assert_eq!(
            at("web+peer://photos/a?b=/../c"),
            "http://localhost:8890/connect/photos/a?b=/../c"
        );
    }

    #[test]
    fn illegal_addresses_are_explained() {
        let long = "x".repeat(64);
        for address in [
            "",
            "web+peer://",
            "web+peer:///x",
            "javascript://photos",
            "https://photos/",
            "web+peer://a.b/",
            "web+peer://user@photos/",
            "web+peer://photos:80/",
            "web+peer://-x/",
            "web+peer://x-/",
            "web+peer://é/",
            "web+peer://photos/\\..\\x",
            "web+peer://photos/\n",
            "javascript:alert(1)",
            long.as_str(),
            "é",
        ] {
            let accepted = parse(address).ok();
            if address.ends_with('\n') {
                assert!(
                    accepted.is_some(),
                    "space around an address is no part of it"
                );
            } else {
                assert_eq!(accepted, None, "{address:?}");
            }
        }
    }
}
