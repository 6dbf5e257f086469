//! The shell's address, `/connect/<label>/<path>`, and the site's own, `<label>.<gateway>/<path>`.

use identity::Label;
use peer::Error;
use web_sys::Location;

/// Where a site is seen through the shell.
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
    /// Read the shell's own address.
    pub fn of(location: &Location) -> Result<Self, Error> {
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

    /// The site's address that the shell's address stands for now.
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

    /// The shell's path for a path (with query and fragment) of the site.
    pub fn shell_path(&self, path: &str) -> String {
        format!("{}/{}", self.prefix, path.trim_start_matches('/'))
    }
}
