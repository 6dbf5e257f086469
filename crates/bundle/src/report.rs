//! What was found in an archive, for an owner to read before anything is imported.

use identity::{PublicKey, SiteName};
use site::FilePath;

use crate::error::{EntryError, Error};
use crate::manifest::Hash;
use crate::names::CaseOnly;
use crate::part::{self, Part, Version};

/// What an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A bundle.
    Bundle,
    /// A zip of a site's tree (`site.json`, `public/`, …), without `bundle.json`.
    Tree,
    /// A zip of a plain web site; all of it becomes `public/…`.
    Web,
    /// What the PeerServer of 2013 gave as "Download as zip".
    Archive2013,
}

/// Whose hand is on it. A signature that is wrong is no state: such a bundle is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureState {
    /// There is none: anybody may have made this.
    Unsigned,
    /// The site's key signed the list of all files.
    Valid,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What it is.
    pub kind: Kind,
    /// The name that the site had.
    pub name: Option<SiteName>,
    /// The site's key; only with a valid signature.
    pub key: Option<PublicKey>,
    /// Is it signed?
    pub signature: SignatureState,
    /// When the live version was published: milliseconds since 1970, UTC.
    pub published: Option<u64>,
    /// The one folder that everything was in, if it was left away.
    pub top_folder: Option<String>,
    /// How many files an import brings.
    pub files: usize,
    /// Their bytes together.
    pub bytes: u64,
    /// Is there a live version?
    pub has_live: bool,
    /// Is there a draft?
    pub has_draft: bool,
    /// Are there data?
    pub has_data: bool,
    /// Is there a sealed key?
    pub has_key: bool,
    /// The files (their paths in the bundle) that nothing here reads, perhaps a newer PeerServer does. An
    /// import keeps them.
    pub not_understood: Vec<FilePath>,
    /// The entries that an import leaves out.
    pub left_out: Vec<LeftOut>,
    /// How many files had their folders parted by `\\`, which was read as `/`.
    pub by_backslash: usize,
    /// The files whose paths differ from others' by upper and lower case only. A site can have both, many disks and a
    /// bundle cannot.
    pub case_only: Vec<CaseOnly>,
}

impl Report {
    /// Can every disk hold the files?
    ///
    /// # Errors
    /// [`EntryError::CaseCollision`] for the first file that some cannot.
    pub fn fits_any_disk(&self) -> Result<(), Error> {
        match self.case_only.first() {
            None => Ok(()),
            Some(CaseOnly { path, other }) => {
                Err(EntryError::CaseCollision(other.clone()).of(path))
            }
        }
    }
}

/// An entry that an import leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name in the archive.
    pub entry: String,
    /// Why it is left out.
    pub why: Why,
}

/// Why an entry is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// In a bundle that name means something else, and this is none.
    OwnName,
    /// Tools leave such files behind (`.git`, `.DS_Store`, …); they are not the site's.
    Litter,
}

/// A file that an import brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path in the bundle.
    pub path: FilePath,
    /// Bytes.
    pub size: u64,
    /// The media type that was stored with it, possibly empty.
    pub media_type: String,
    /// What it belongs to.
    pub part: Part,
    /// What `bundle.json` says that its bytes are.
    pub sha256: Option<Hash>,
    /// Its place among the entries.
    pub(crate) entry: usize,
}

impl File {
    /// The version that it is of, and its path in that.
    pub fn in_site(&self) -> (Version, &str) {
        part::split(self.path.as_str())
    }
}
