//! The shell's address, `/connect/<label>/<path>`, and the site's own, `<label>.<gateway>/<path>`.

use identity::Label;
use peer::Error;
use web_sys::{Location, Url};

/// A site's address in the shell and at its own origin.
pub struct Address {
    /// The site.
    pub label: Label,
    /// The gateway's origin, such as `http://localhost:8890`.
    pub gateway: String,
    /// The site's own origin, such as `http://shop-….localhost:8890`.
    pub origin: String,
    /// The shell's path before the site's: `/connect/<label>`.
    prefix: String,
}

impl Address {
    /// Parses the shell's own address.
    pub fn from_location(location: &Location) -> Result<Self, Error> {
        let path = location.pathname()?;
        let text = path.split('/').nth(2).unwrap_or_default();
        let label = Label::parse(text).map_err(|error| Error::Protocol(error.to_string()))?;
        let (protocol, host) = (location.protocol()?, location.host()?);
        Ok(Self {
            gateway: format!("{protocol}//{host}"),
            origin: format!("{protocol}//{label}.{host}"),
            prefix: format!("/connect/{label}"),
            label,
        })
    }

    /// The site's URL for the shell's present address.
    pub fn site_url(&self, location: &Location) -> Result<String, Error> {
        let path = location.pathname()?;
        let path = path.strip_prefix(&self.prefix).unwrap_or_default();
        // The path always begins with a slash, or it would change the host.
        let path = path.trim_start_matches('/');
        Ok(format!(
            "{}/{path}{}{}",
            self.origin,
            location.search()?,
            location.hash()?
        ))
    }

    /// The shell's path for a path (with query and fragment) that the site reports. `None`: the URL parser resolves it to
    /// another page of the gateway, for instance by dot segments.
    pub fn shell_path(&self, path: &str) -> Option<ShellPath> {
        let path = path.strip_prefix('/')?.trim_start_matches('/');
        let path = format!("{}/{path}", self.prefix);
        let resolved = Url::new_with_base(&path, &self.gateway).ok()?.href();
        ShellPath::below(&self.prefix, resolved.strip_prefix(&self.gateway)?)
    }
}

/// A path of this shell, with query and fragment: as the URL parser gives it, and below `/connect/<label>/`.
#[derive(PartialEq)]
pub struct ShellPath(String);

impl ShellPath {
    fn below(prefix: &str, resolved: &str) -> Option<Self> {
        let inside = resolved.strip_prefix(prefix)?.starts_with('/');
        inside.then(|| Self(resolved.to_owned()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_shell_is_below_its_own_label() {
        let prefix = "/connect/shop-mzuhvlpymk6xo3epygfy";
        for below in ["/", "/a/b?q#f", "/connect/bank"] {
            let path = format!("{prefix}{below}");
            assert!(ShellPath::below(prefix, &path).is_some_and(|it| it.as_str() == path));
        }
        for other in [
            "",
            "/",
            prefix,
            "/connect/shop-mzuhvlpymk6xo3epygfya/",
            "/connect/bank-aaaaaaaaaaaaaaaaaaaa/",
        ] {
            assert!(ShellPath::below(prefix, other).is_none(), "{other}");
        }
    }
}
