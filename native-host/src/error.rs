//! Everything that can end a command or the native host. Errors that end one request only become
//! `Reply::Failed` where they arise (`host`), and never come here.

use std::path::PathBuf;

use bundle::SiteName;
use thiserror::Error;

use crate::rendezvous;

/// Why a command or the native host ended. Each text is a sentence for a person.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// Someone else than a browser with our extension started the native host.
    #[error("{caller} is not PeerServer's extension: it is not served")]
    Stranger {
        /// What it calls itself.
        caller: String,
    },
    /// The bytes on stdin are no native messages.
    #[error("what came on stdin is not native messaging: {0}")]
    Framing(#[from] native_messaging::Error),
    /// The user has no home folder.
    #[error("the home folder is not known: set HOME")]
    NoHome,
    /// A file or folder could not be used.
    #[error("could not {action} {}: {source}", path.display())]
    File {
        /// What was tried, such as `write`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The system did not give something that every process has.
    #[error("could not {action}: {source}")]
    System {
        /// What was tried.
        action: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// `install` found no browser.
    #[error("no browser was found for this user: name one with --browser ({browsers})")]
    NoBrowser {
        /// Those that may be named.
        browsers: String,
    },
    /// Not an extension's id.
    #[error(
        "{id:?} is no extension id: Chromium's are 32 letters from a to p, Firefox's have an @ or stand in braces"
    )]
    BadExtensionId {
        /// What was given.
        id: String,
    },
    /// On Windows browsers find native hosts through the registry, whatever their profile.
    #[error("--profile-dir has no meaning on Windows: browsers look in the registry there")]
    NoProfileDir,
    /// Windows' `reg` refused.
    #[error("could not {action} the registry key {key}: {problem}")]
    Registry {
        /// What was tried.
        action: &'static str,
        /// The key.
        key: String,
        /// What `reg` said.
        problem: String,
    },
    /// A bundle that cannot be written or read.
    #[error("{}: {source}", file.display())]
    Bundle {
        /// The bundle.
        file: PathBuf,
        /// What is wrong.
        source: bundle::Error,
    },
    /// Something is there already.
    #[error("{} is there already: --replace puts the new in its place", .0.display())]
    Exists(PathBuf),
    /// Something in a folder that no site can have.
    #[error("{}: {problem}", path.display())]
    Unpackable {
        /// Where.
        path: PathBuf,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// No key where one was to be.
    #[error("{} is no site's key: {problem}", path.display())]
    Key {
        /// Where.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// Words of the command line that need others.
    #[error("{0}")]
    Usage(&'static str),
    /// The folder's `bundle.json` has a name whose kept key is not the one that it names.
    #[error(
        "{}: its bundle.json {}, and the key kept for \"{name}\" is not to sign what somebody else may have made: choose with --name NAME or --key FILE, or pack it --unsigned",
        folder.display(),
        if *is_signed { "is of another site" } else { "is signed by nobody" }
    )]
    OtherKey {
        /// The folder.
        folder: PathBuf,
        /// The name.
        name: SiteName,
        /// Does its `bundle.json` name a key?
        is_signed: bool,
    },
    /// Nobody vouches for a bundle.
    #[error("{}: every byte is as the archive itself says, but it is not signed: nobody vouches for it", .0.display())]
    Unsigned(PathBuf),
    /// A person ended the command.
    #[error("ended before it was done; nothing was changed")]
    Interrupted,
    /// The rendezvous could not start, or ended.
    #[error(transparent)]
    Rendezvous(#[from] rendezvous::Error),
}

impl Error {
    /// For `map_err`: an [`Error::File`] for `path`.
    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }
}
