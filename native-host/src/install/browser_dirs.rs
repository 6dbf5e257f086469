//! Where each browser looks for native messaging manifests, on each system.
//!
//! Sources: as for the manifest; for `--user-data-dir` measured with Chromium 156, which then looks in
//! that folder alone; Firefox 153 reads `~/.mozilla` even where its profiles are in `~/.config/mozilla`.

use std::path::{Path, PathBuf};

use directories::BaseDirs;

use super::browser::Browser;
use super::manifest;
use super::place::Place;
use crate::Error;

/// The systems whose browsers look in different places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Os {
    /// Linux, and other systems with XDG folders.
    Linux,
    /// macOS.
    Mac,
    /// Windows.
    Windows,
}

impl Os {
    /// The system this program runs on.
    pub fn here() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::Mac
        } else {
            Self::Linux
        }
    }
}

/// The folders that all others are in.
#[derive(Debug, Clone)]
pub struct Bases {
    /// The user's home.
    pub home: PathBuf,
    /// For configuration: `~/.config`, `~/Library/Application Support`.
    pub config: PathBuf,
    /// Windows' `%LOCALAPPDATA%`.
    pub local: PathBuf,
    /// PeerServer's own data folder.
    pub ours: PathBuf,
}

impl Bases {
    /// Those of the user who runs this program.
    ///
    /// # Errors
    /// [`Error::NoHome`].
    pub fn of_this_user(ours: &Path) -> Result<Self, Error> {
        let dirs = BaseDirs::new().ok_or(Error::NoHome)?;
        Ok(Self {
            home: dirs.home_dir().to_path_buf(),
            config: dirs.config_dir().to_path_buf(),
            local: dirs.data_local_dir().to_path_buf(),
            ours: std::path::absolute(ours).map_err(Error::file("find", ours))?,
        })
    }

    /// Has this user run this browser?
    pub fn has(&self, browser: Browser, os: Os) -> bool {
        match (browser, os) {
            (Browser::Firefox, Os::Linux) => {
                self.home.join(".mozilla").is_dir() || self.config.join("mozilla").is_dir()
            }
            (Browser::Firefox, Os::Mac) => self.config.join("Firefox").is_dir(),
            (Browser::Firefox, Os::Windows) => self.config.join("Mozilla").join("Firefox").is_dir(),
            _ => self.user_data(browser, os).is_dir(),
        }
    }

    /// Where `browser` looks; `profile` as in [`Registration::profile_dir`](super::Registration::profile_dir), which
    /// Windows ignores.
    pub fn place(&self, browser: Browser, os: Os, profile: Option<&Path>) -> Place {
        let folder = match (browser, os) {
            (_, Os::Windows) => return self.registry(browser),
            (Browser::Firefox, Os::Linux) => profile
                .unwrap_or(&self.home)
                .join(".mozilla")
                .join("native-messaging-hosts"),
            (Browser::Firefox, Os::Mac) => {
                let support = profile.map(|home| home.join("Library").join("Application Support"));
                support
                    .as_ref()
                    .unwrap_or(&self.config)
                    .join("Mozilla")
                    .join("NativeMessagingHosts")
            }
            _ => {
                let own = || self.user_data(browser, os);
                profile
                    .map_or_else(own, Path::to_path_buf)
                    .join("NativeMessagingHosts")
            }
        };
        Place::File(folder.join(manifest::file_name()))
    }

    /// The user-data folder of one of Chromium's family, or for Firefox the folder with its profiles.
    fn user_data(&self, browser: Browser, os: Os) -> PathBuf {
        let path = match (os, browser) {
            (Os::Linux, Browser::Chromium) => "chromium",
            (Os::Linux, Browser::Chrome) => "google-chrome",
            (Os::Linux, Browser::Edge) => "microsoft-edge",
            (Os::Mac, Browser::Edge) => "Microsoft Edge",
            (Os::Mac | Os::Windows, Browser::Chromium) => "Chromium",
            (Os::Mac | Os::Windows, Browser::Chrome) => "Google/Chrome",
            (Os::Windows, Browser::Edge) => "Microsoft/Edge",
            (_, Browser::Brave) => "BraveSoftware/Brave-Browser",
            (_, Browser::Firefox) => "Firefox",
        };
        match os {
            Os::Linux | Os::Mac => self.config.join(path),
            Os::Windows => self.local.join(path).join("User Data"),
        }
    }

    fn registry(&self, browser: Browser) -> Place {
        let (vendor, family) = match browser {
            Browser::Chromium => ("Chromium", "chromium"),
            Browser::Chrome => (r"Google\Chrome", "chromium"),
            Browser::Edge => (r"Microsoft\Edge", "chromium"),
            Browser::Brave => (r"BraveSoftware\Brave-Browser", "chromium"),
            Browser::Firefox => ("Mozilla", "firefox"),
        };
        Place::Registry {
            key: format!(
                r"HKCU\Software\{vendor}\NativeMessagingHosts\{}",
                native_messaging::NAME
            ),
            manifest: self
                .ours
                .join("native-messaging")
                .join(family)
                .join(manifest::file_name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bases(os: Os) -> Bases {
        let config = if os == Os::Mac {
            "/h/Library/Application Support"
        } else {
            "/h/.config"
        };
        Bases {
            home: "/h".into(),
            config: config.into(),
            local: "/h/Local".into(),
            ours: "/h/ours".into(),
        }
    }

    fn place(browser: Browser, os: Os, profile: Option<&str>) -> String {
        bases(os)
            .place(browser, os, profile.map(Path::new))
            .to_string()
    }

    #[cfg(unix)]
    #[test]
    fn linux_places() {
        for (browser, want) in [
            (
                Browser::Chromium,
                "/h/.config/chromium/NativeMessagingHosts",
            ),
            (
                Browser::Chrome,
                "/h/.config/google-chrome/NativeMessagingHosts",
            ),
            (
                Browser::Edge,
                "/h/.config/microsoft-edge/NativeMessagingHosts",
            ),
            (
                Browser::Brave,
                "/h/.config/BraveSoftware/Brave-Browser/NativeMessagingHosts",
            ),
            (Browser::Firefox, "/h/.mozilla/native-messaging-hosts"),
        ] {
            assert_eq!(
                place(browser, Os::Linux, None),
                format!("{want}/com.peerserver.host.json")
            );
        }
        assert_eq!(
            place(Browser::Chrome, Os::Linux, Some("/p")),
            "/p/NativeMessagingHosts/com.peerserver.host.json"
        );
        assert_eq!(
            place(Browser::Firefox, Os::Linux, Some("/p")),
            "/p/.mozilla/native-messaging-hosts/com.peerserver.host.json"
        );
    }

    #[cfg(unix)]
    #[test]
    fn macos_places() {
        let support = "/h/Library/Application Support";
        for (browser, want) in [
            (Browser::Chromium, "Chromium/NativeMessagingHosts"),
            (Browser::Chrome, "Google/Chrome/NativeMessagingHosts"),
            (Browser::Edge, "Microsoft Edge/NativeMessagingHosts"),
            (
                Browser::Brave,
                "BraveSoftware/Brave-Browser/NativeMessagingHosts",
            ),
            (Browser::Firefox, "Mozilla/NativeMessagingHosts"),
        ] {
            assert_eq!(
                place(browser, Os::Mac, None),
                format!("{support}/{want}/com.peerserver.host.json")
            );
        }
        assert_eq!(
            place(Browser::Firefox, Os::Mac, Some("/p")),
            "/p/Library/Application Support/Mozilla/NativeMessagingHosts/com.peerserver.host.json"
        );
    }

    #[test]
    fn windows_places_are_in_the_registry() {
        let Place::Registry { key, manifest } =
            bases(Os::Windows).place(Browser::Edge, Os::Windows, None)
        else {
            panic!("a file")
        };
        assert_eq!(
            key,
            r"HKCU\Software\Microsoft\Edge\NativeMessagingHosts\com.peerserver.host"
        );
        assert!(manifest.ends_with("native-messaging/chromium/com.peerserver.host.json"));
        let firefox = place(Browser::Firefox, Os::Windows, None);
        assert!(
            firefox
                .starts_with(r"HKCU\Software\Mozilla\NativeMessagingHosts\com.peerserver.host =")
        );
        assert!(firefox.contains("firefox"));
    }
}
