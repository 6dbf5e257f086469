//! Who may talk to the native host: our extension, and nobody else.
//!
//! A browser asks the manifest first, and starts the host for the extensions named there only; the host
//! asks again, as a manifest may have been written by another program. It must not know messages.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::path::Path;

use crate::Error;

mod allowed;

pub use allowed::{allow, allowed, allowed_origins, forget};

/// The extension's id in Firefox: `browser_specific_settings.gecko.id` of its manifest.
pub const FIREFOX_ID: &str = "peerserver@peerserver.example";

/// The extension's id in Chromium's family, which follows from the key that the build stamps into its
/// manifest.
pub const CHROMIUM_ID: &str = env!("PEERSERVER_EXTENSION_ID");

/// The length of a Chromium extension id: 128 bits of a SHA-256, four bits a letter.
const CHROMIUM_ID_LENGTH: usize = 32;

/// An extension's id, well-formed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExtensionId {
    /// 32 letters from a to p.
    Chromium(String),
    /// `name@domain` or `{uuid}`.
    Firefox(String),
}

impl ExtensionId {
    /// Reads an id of either family.
    ///
    /// # Errors
    /// [`Error::BadExtensionId`] if it has neither's form.
    pub fn parse(id: &str) -> Result<Self, Error> {
        let chromium = id.len() == CHROMIUM_ID_LENGTH
            && id.bytes().all(|letter| (b'a'..=b'p').contains(&letter));
        // Source: Firefox's own check of `gecko.id`.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let address = id.split_once('@').is_some_and(|(name, domain)| {
            !domain.is_empty() && name.bytes().chain(domain.bytes()).all(plain)
        });
        let braces = id.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let uuid = braces.is_some_and(|uuid| {
            uuid.len() == 36
                && uuid
                    .bytes()
                    .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        });
        match id {
            _ if chromium => Ok(Self::Chromium(id.to_owned())),
            _ if address || uuid => Ok(Self::Firefox(id.to_owned())),
            _ => Err(Error::BadExtensionId { id: id.to_owned() }),
        }
    }
}

impl fmt::Display for ExtensionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chromium(id) | Self::Firefox(id) => f.write_str(id),
        }
    }
}

/// The ids that this program knows by itself.
pub fn built_in() -> BTreeSet<ExtensionId> {
    [
        ExtensionId::Chromium(CHROMIUM_ID.to_owned()),
        ExtensionId::Firefox(FIREFOX_ID.to_owned()),
    ]
    .into()
}

/// Who started the process, as told by its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller(String);

impl Caller {
    /// Finds out from a process's arguments (the program's own name first) whether a browser started it
    /// as a native messaging host. `None` is a person with a command.
    ///
    /// Chromium gives `chrome-extension://ID/` first (Windows adds `--parent-window=…`); Firefox the
    /// manifest's path and then the add-on's id.
    pub fn from_arguments(arguments: &[OsString]) -> Option<Self> {
        let first = arguments.get(1)?;
        let text = first.to_string_lossy();
        if text.starts_with("chrome-extension://") {
            return Some(Self(text.into_owned()));
        }
        let path = Path::new(first);
        if path.is_absolute()
            && path
                .extension()
                .is_some_and(|extension| extension == "json")
        {
            let addon = arguments.get(2).map(|id| id.to_string_lossy().into_owned());
            return Some(Self(addon.unwrap_or_else(|| text.into_owned())));
        }
        None
    }

    /// Is it of Chromium's family?
    pub fn is_chromium(&self) -> bool {
        self.0.starts_with("chrome-extension://")
    }

    /// Passes if the caller is one of `ours`.
    ///
    /// # Errors
    /// [`Error::Stranger`] otherwise.
    pub fn check(&self, ours: &BTreeSet<ExtensionId>) -> Result<(), Error> {
        let known = ours.iter().any(|id| match id {
            ExtensionId::Chromium(id) => self.0 == format!("chrome-extension://{id}/"),
            ExtensionId::Firefox(id) => self.0 == *id,
        });
        if known {
            Ok(())
        } else {
            Err(Error::Stranger {
                caller: self.0.clone(),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "abcdefghijklmnopabcdefghijklmnop";

    fn caller(arguments: &[&str]) -> Option<Caller> {
        Caller::from_arguments(&arguments.iter().map(OsString::from).collect::<Vec<_>>())
    }

    fn ours() -> BTreeSet<ExtensionId> {
        [ID, FIREFOX_ID]
            .iter()
            .map(|id| ExtensionId::parse(id).unwrap())
            .collect()
    }

    #[test]
    fn the_firefox_id_is_that_of_the_manifest() {
        let manifest: serde_json::Value =
            serde_json::from_str(include_str!("../../manifest.json")).unwrap();
        assert_eq!(
            manifest["browser_specific_settings"]["gecko"]["id"],
            FIREFOX_ID
        );
    }

    #[test]
    fn browsers_are_told_from_people() {
        assert_eq!(caller(&["peerserver"]), None);
        assert_eq!(caller(&["peerserver", "install"]), None);
        assert_eq!(caller(&["peerserver", "relative.json", FIREFOX_ID]), None);
        assert!(caller(&["peerserver", &format!("chrome-extension://{ID}/")]).is_some());
        assert!(
            caller(&[
                "peerserver",
                &format!("chrome-extension://{ID}/"),
                "--parent-window=0"
            ])
            .is_some()
        );
    }

    #[cfg(unix)]
    #[test]
    fn firefox_names_the_manifest_first() {
        let path = "/home/u/.mozilla/native-messaging-hosts/com.peerserver.host.json";
        caller(&["peerserver", path, FIREFOX_ID])
            .unwrap()
            .check(&ours())
            .unwrap();
        assert!(
            caller(&["peerserver", path, "other@example"])
                .unwrap()
                .check(&ours())
                .is_err()
        );
        assert!(
            caller(&["peerserver", path])
                .unwrap()
                .check(&ours())
                .is_err()
        );
    }

    #[test]
    fn only_the_exact_origin_is_served() {
        let served = |origin: &str| {
            caller(&["peerserver", origin])
                .unwrap()
                .check(&ours())
                .is_ok()
        };
        assert!(served(&format!("chrome-extension://{ID}/")));
        assert!(!served(&format!("chrome-extension://{ID}")));
        assert!(!served(&format!("chrome-extension://{ID}/x")));
        assert!(!served(&format!("chrome-extension://{}/", "p".repeat(32))));
        assert!(!served(&format!("chrome-extension://{FIREFOX_ID}/")));
    }

    #[test]
    fn ids_are_checked_in_form() {
        for good in [
            ID,
            CHROMIUM_ID,
            FIREFOX_ID,
            "@name",
            "{01234567-89ab-cdef-0123-456789abcdef}",
        ] {
            assert_eq!(ExtensionId::parse(good).unwrap().to_string(), good);
        }
        for bad in [
            "",
            "a",
            &"q".repeat(32),
            &"A".repeat(32),
            "a@",
            "a b@c",
            "{}",
            "a@b\"c",
            &"a".repeat(33),
        ] {
            assert!(ExtensionId::parse(bad).is_err(), "{bad:?}");
        }
    }
}
