//! Registers the native host with this user's browsers, and unregisters it.
//!
//! A browser finds a native host by a manifest: a small JSON file in a folder of the browser's, or, on
//! Windows, named in the registry. Nothing here runs the host or talks to it, and nothing prints: what
//! was done is returned.

mod browser;
mod browser_dirs;
mod manifest;
mod place;
mod registry;

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::extension::{self, ExtensionId};
use crate::{Error, folders};

pub use crate::write::Change;
pub use browser::Browser;
use browser_dirs::{Bases, Os};
use place::Place;

/// What to register, and where.
#[derive(Debug, Clone, Default)]
pub struct Registration {
    /// These browsers, there or not. Empty: with a profile folder Chromium, else every browser found.
    pub browsers: Vec<Browser>,
    /// Instead of the user's own folders: the user-data folder of a Chromium, or the home folder that a
    /// Firefox is given.
    pub profile_dir: Option<PathBuf>,
    /// Ids to serve besides the built-in ones.
    pub extension_ids: BTreeSet<ExtensionId>,
}

/// What was done for one browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The browser.
    pub browser: Browser,
    /// Its manifest, or the registry key that names it.
    pub place: String,
    /// What happened there.
    pub change: Change,
}

/// Registers the host, the running program itself, for the selected browsers.
///
/// # Errors
/// [`Error`] if no browser is found or something cannot be written. Browsers before that one are then
/// registered; to do it again is harmless.
pub fn install(registration: &Registration) -> Result<Vec<Outcome>, Error> {
    let program = program()?;
    let data_dir = folders::data_dir()?;
    let bases = Bases::of_this_user(&data_dir)?;
    let ids: BTreeSet<ExtensionId> = extension::built_in()
        .union(&registration.extension_ids)
        .cloned()
        .collect();
    let targets = targets(registration, Os::here(), &bases)?;
    extension::allow(&data_dir, &registration.extension_ids)?;
    targets
        .into_iter()
        .map(|(browser, place)| {
            let change = place.register(&manifest::content(browser.family(), &program, &ids))?;
            Ok(Outcome {
                browser,
                place: place.to_string(),
                change,
            })
        })
        .collect()
}

/// Removes the registration: for the selected browsers, or without a selection for all, found or not.
/// Manifests of other hosts stay.
///
/// # Errors
/// [`Error`] if something cannot be removed.
pub fn uninstall(registration: &Registration) -> Result<Vec<Outcome>, Error> {
    let data_dir = folders::data_dir()?;
    let bases = Bases::of_this_user(&data_dir)?;
    let everything = registration.browsers.is_empty() && registration.profile_dir.is_none();
    let all = Registration {
        browsers: Browser::ALL.to_vec(),
        ..registration.clone()
    };
    let targets = targets(
        if everything { &all } else { registration },
        Os::here(),
        &bases,
    )?;
    if everything {
        extension::forget(&data_dir)?;
    }
    targets
        .into_iter()
        .map(|(browser, place)| {
            Ok(Outcome {
                browser,
                place: place.to_string(),
                change: place.unregister()?,
            })
        })
        .collect()
}

/// Where to register: each place once, since one profile folder may serve several browsers.
fn targets(
    registration: &Registration,
    os: Os,
    bases: &Bases,
) -> Result<Vec<(Browser, Place)>, Error> {
    if registration.profile_dir.is_some() && os == Os::Windows {
        return Err(Error::NoProfileDir);
    }
    let browsers: Vec<Browser> = match (&registration.browsers, &registration.profile_dir) {
        (some, _) if !some.is_empty() => some.clone(),
        (_, Some(_)) => vec![Browser::Chromium],
        (_, None) => Browser::ALL
            .into_iter()
            .filter(|browser| bases.has(*browser, os))
            .collect(),
    };
    if browsers.is_empty() {
        return Err(Error::NoBrowser {
            browsers: Browser::names(),
        });
    }
    let mut targets: Vec<(Browser, Place)> = Vec::new();
    for browser in browsers {
        let place = bases.place(browser, os, registration.profile_dir.as_deref());
        if !targets.iter().any(|(_, known)| *known == place) {
            targets.push((browser, place));
        }
    }
    Ok(targets)
}

/// The absolute path of this program, which the browsers are to start.
fn program() -> Result<PathBuf, Error> {
    let find = |source| Error::System {
        action: "find this program's own file",
        source,
    };
    let path = std::env::current_exe().map_err(find)?;
    // Links are resolved only where that cannot yield a `\\?\` path, which browsers do not start.
    if cfg!(windows) {
        Ok(path)
    } else {
        path.canonicalize().map_err(find)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn bases(home: &Path) -> Bases {
        Bases {
            home: home.to_path_buf(),
            config: home.join(".config"),
            local: home.join("Local"),
            ours: home.join("ours"),
        }
    }

    #[test]
    fn only_browsers_with_a_folder_are_found() {
        let home = tempfile::tempdir().unwrap();
        let bases = bases(home.path());
        let registration = Registration::default();
        let error = targets(&registration, Os::Linux, &bases).unwrap_err();
        assert!(error.to_string().contains("firefox"), "{error}");
        std::fs::create_dir_all(home.path().join(".config/microsoft-edge")).unwrap();
        std::fs::create_dir_all(home.path().join(".mozilla")).unwrap();
        let found: Vec<Browser> = targets(&registration, Os::Linux, &bases)
            .unwrap()
            .into_iter()
            .map(|(browser, _)| browser)
            .collect();
        assert_eq!(found, [Browser::Edge, Browser::Firefox]);
    }

    #[test]
    fn a_named_browser_needs_no_folder_and_one_place_is_named_once() {
        let home = tempfile::tempdir().unwrap();
        let registration = Registration {
            browsers: vec![Browser::Chrome, Browser::Brave, Browser::Chrome],
            ..Registration::default()
        };
        assert_eq!(
            targets(&registration, Os::Linux, &bases(home.path()))
                .unwrap()
                .len(),
            2
        );
        let registration = Registration {
            profile_dir: Some(home.path().join("profile")),
            ..registration
        };
        assert_eq!(
            targets(&registration, Os::Linux, &bases(home.path()))
                .unwrap()
                .len(),
            1
        );
    }

    #[test]
    fn windows_takes_no_profile_folder() {
        let registration = Registration {
            profile_dir: Some("x".into()),
            ..Registration::default()
        };
        let refused = targets(&registration, Os::Windows, &bases(Path::new("home")));
        assert!(matches!(refused, Err(Error::NoProfileDir)));
    }
}
