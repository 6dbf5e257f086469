//! What can go wrong with the store, each as a plain sentence for the owner.

use wasm_bindgen::{JsCast, JsValue};

use crate::limits;

/// What cannot go on after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorScope {
    /// The one operation; everything else goes on.
    Request,
    /// Hosting itself: nothing can be read or written until the cause is gone.
    Host,
}

/// An error of the store. Whatever it is, the store is as it was before the call.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No site has this id, or it was deleted.
    #[error("There is no such site.")]
    NoSite,
    /// The site's version has no such file.
    #[error("There is no file {0:?} in this site.")]
    NoFile(String),
    /// A file would be renamed to the path of another.
    #[error("There is already a file {0:?} in this site.")]
    FileExists(String),
    /// Another site of this browser has the name.
    #[error("Another of your sites is already called {0:?}.")]
    NameTaken(String),
    /// The draft has no files.
    #[error("This site has no files yet: add some before publishing.")]
    NothingToPublish,
    /// The site was never published.
    #[error("This site was never published, so there is no live version to go back to.")]
    NothingLive,
    /// The site was never published, so it has no code that could run.
    #[error("This site is not published.")]
    NotLive,
    /// The files that the site's code consists of are larger together than they may be.
    #[error(
        "This site's code is {} MiB large: routes, modules, templates and data together have at most {} MiB. Put what visitors only download into public/.",
        .0.div_ceil(1024 * 1024), limits::MAX_CODE / 1024 / 1024
    )]
    TooMuchCode(u64),
    /// The site's code would change a file outside of `public/`.
    #[error("{0:?} cannot be changed: a site's code writes and deletes in public/ only.")]
    NotPublic(String),
    /// The site's code would write a file that is too large.
    #[error(
        "The file is {} MiB large; a site's code writes files of at most {} MiB.",
        .0.div_ceil(1024 * 1024), limits::MAX_OWN_FILE / 1024 / 1024
    )]
    OwnFileTooLarge(u64),
    /// The site's code would add a file to too many.
    #[error(
        "This site has {} files or more, so its code cannot add another. Delete some.",
        limits::MAX_OWN_FILES
    )]
    TooManyOwnFiles,
    /// The files that the site's code writes would take more than they may.
    #[error(
        "The files that this site's code has written may take {} MiB together, and this one does not fit. Delete some, or have the limit raised: `filesMiB` in site.json, and the owner's own on the sites page.",
        .limit / 1024 / 1024
    )]
    OwnFilesFull {
        /// Bytes.
        limit: u64,
    },
    /// A site that is to be moved here has the fingerprint of another one that is here.
    #[error(
        "A site of this browser has the same label as this one and another key: one of them is a forgery. Nothing was imported."
    )]
    OtherKey,
    /// A private key is not the one of the public key that it came with.
    #[error(
        "The site's key in this file is not the one that signed it. Import the site without it."
    )]
    WrongKey,
    /// There was no import, or what was before it was forgotten.
    #[error("What this site was before an import is not kept any more.")]
    NothingKept,
    /// Another import is under way, in this window or another.
    #[error("Another site is being imported. Wait for it, or cancel it.")]
    Importing,
    /// A file could not be read while it was added.
    #[error("The file {path:?} could not be read ({reason}); it may have been moved or changed.")]
    Unreadable {
        /// The path it was to have.
        path: String,
        /// The browser's reason.
        reason: String,
    },
    /// No room on the disk, or the browser's quota is used up.
    #[error(
        "There is no room left on this disk for more files. What was stored is not lost; free some space and try again."
    )]
    Full,
    /// The browser could not write bytes to the disk, and does not say whether that is full.
    #[error(
        "The disk could not be written to; most likely it is full. What was stored is not lost; free some space and try again."
    )]
    Unwritten,
    /// The browser refuses IndexedDB, for instance in private windows or with storage switched off.
    #[error("The browser does not let PeerServer keep data ({0}).")]
    Unavailable(String),
    /// The browser closed the database, for instance because its data were cleared.
    #[error("The browser closed PeerServer's database. Try again.")]
    Closed,
    /// A record cannot be understood.
    #[error("PeerServer's data are damaged: {0}.")]
    Damaged(String),
    /// An id, a key or a name is not well formed.
    #[error(transparent)]
    Identity(#[from] identity::Error),
    /// The browser failed in another way.
    #[error("The browser could not do this: {name}: {message}")]
    Browser {
        /// The exception's name, such as `UnknownError`.
        name: String,
        /// Its message.
        message: String,
    },
}

impl Error {
    /// What cannot go on after this error.
    pub fn scope(&self) -> ErrorScope {
        match self {
            Self::Unavailable(_) | Self::Closed => ErrorScope::Host,
            _ => ErrorScope::Request,
        }
    }

    /// The error that a JavaScript exception stands for.
    pub fn from_js(value: &JsValue) -> Self {
        let text = |key| {
            js_sys::Reflect::get(value, &JsValue::from_str(key))
                .ok()
                .and_then(|v| v.as_string())
        };
        let (name, message) = if value.is_object() {
            (
                text("name").unwrap_or_default(),
                text("message").unwrap_or_default(),
            )
        } else {
            (String::new(), value.as_string().unwrap_or_default())
        };
        Self::named(name, message)
    }

    /// The error that an exception with this name stands for (Web IDL §4.4; Indexed Database API 3.0).
    pub(crate) fn named(name: String, message: String) -> Self {
        match name.as_str() {
            "QuotaExceededError" => Self::Full,
            "InvalidStateError" => Self::Closed,
            // Chromium's word for a blob that met a full or broken disk.
            "DataError" if message.starts_with("Failed to write blobs") => Self::Unwritten,
            _ => Self::Browser { name, message },
        }
    }

    /// Was this only the consequence of a transaction's end, not its cause?
    pub(crate) fn is_consequence(&self) -> bool {
        matches!(self, Self::Browser { name, .. } if name == "AbortError" || name == "TransactionInactiveError")
            || *self == Self::Closed
    }
}

impl From<idb::Error> for Error {
    fn from(error: idb::Error) -> Self {
        use idb::Error as E;
        match error {
            E::DomException(exception) => Self::from_js(exception.unchecked_ref()),
            E::IndexedDbNotFound(_) => Self::Unavailable("no IndexedDB here".to_owned()),
            E::AddFailed(js)
            | E::ClearFailed(js)
            | E::CountFailed(js)
            | E::DeleteFailed(js)
            | E::GetAllFailed(js)
            | E::GetAllKeysFailed(js)
            | E::GetFailed(js)
            | E::GetKeyFailed(js)
            | E::IndexedDbOpenFailed(js)
            | E::ObjectStoreNotFound(js)
            | E::TransactionAbortError(js)
            | E::TransactionCommitError(js)
            | E::TransactionOpenFailed(js)
            | E::UpdateFailed(js) => Self::from_js(&js),
            other => Self::Browser {
                name: "IndexedDB".to_owned(),
                message: other.to_string(),
            },
        }
    }
}

impl From<serde_wasm_bindgen::Error> for Error {
    fn from(error: serde_wasm_bindgen::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_known_by_name() {
        let named = |name: &str| Error::named(name.into(), "why".into());
        assert_eq!(named("QuotaExceededError"), Error::Full);
        assert_eq!(named("InvalidStateError"), Error::Closed);
        assert_eq!(
            Error::named("DataError".into(), "Failed to write blobs (IOError)".into()),
            Error::Unwritten
        );
        assert_eq!(
            named("UnknownError").to_string(),
            "The browser could not do this: UnknownError: why"
        );
        assert!(named("AbortError").is_consequence());
        assert!(!named("QuotaExceededError").is_consequence());
        assert_eq!(named("QuotaExceededError").scope(), ErrorScope::Request);
        assert_eq!(named("InvalidStateError").scope(), ErrorScope::Host);
    }
}
