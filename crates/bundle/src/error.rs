//! All that can be wrong with a bundle, in sentences for its owner.

use identity::NameError;
use site::PathError;

use crate::limits::{FREE_EXPANSION, MAX_DIRECTORY, MAX_ENTRIES, MAX_FILES, MAX_RATIO, MAX_TOTAL};

/// Why a bundle cannot be written or read. Every one ends the export or import, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes could not be had: the disk, the browser.
    #[error("the file could not be read: {0}")]
    Source(String),
    /// There is no end-of-archive record.
    #[error("this is no zip file, or its end is missing: download or copy it again")]
    NotZip,
    /// The records that the whole archive hangs on contradict each other.
    #[error("the zip file is damaged ({0}): download or copy it again")]
    Damaged(&'static str),
    /// Parts on several disks.
    #[error("the zip file is one part of several: join the parts first")]
    Split,
    /// No file in it.
    #[error("there is no file in it")]
    Empty,
    /// More than [`MAX_ENTRIES`].
    #[error("there are {0} entries in it; at most {MAX_ENTRIES} are read")]
    TooManyEntries(u64),
    /// More than [`MAX_FILES`].
    #[error("there are {0} files; at most {MAX_FILES} fit in a bundle")]
    TooManyFiles(usize),
    /// The names are longer than [`MAX_DIRECTORY`] or [`crate::limits::MAX_MANIFEST`] allow.
    #[error(
        "the list of files takes {0} bytes; at most {MAX_DIRECTORY} are possible: shorten the paths, or use fewer files"
    )]
    ListTooLong(u64),
    /// More than [`MAX_TOTAL`].
    #[error("the files are {0} bytes together; at most {MAX_TOTAL} fit in a bundle")]
    TooLarge(u64),
    /// Something is wrong with one entry.
    #[error("{entry:?}: {error}")]
    Entry {
        /// Its name in the archive.
        entry: String,
        /// What is wrong.
        error: EntryError,
    },
    /// `bundle.json` cannot be understood.
    #[error("\"bundle.json\": {0}")]
    Manifest(String),
    /// A format that did not exist when this was written.
    #[error(
        "\"bundle.json\": this bundle has format {found}, and this PeerServer knows formats up to {known}: update it"
    )]
    NewerFormat {
        /// The bundle's.
        found: u64,
        /// Ours.
        known: u64,
    },
    /// The signature is not by the key that `bundle.json` names, over what it lists.
    #[error(
        "\"bundle.json\": the signature is wrong: this bundle was changed after it was signed, or it is not of the site that it names"
    )]
    Signature,
    /// A key without a signature, or a signature without a key.
    #[error("\"bundle.json\": a key and a signature belong together, and one is missing")]
    HalfSigned,
    /// A name that no site can have.
    #[error("{0}")]
    Name(#[from] NameError),
    /// The passphrase is not the one, or the sealed key was changed.
    #[error("the passphrase does not open this key")]
    WrongPassphrase,
    /// Too short a passphrase to seal a key with.
    #[error("the passphrase is too short: it needs at least {0} characters")]
    ShortPassphrase(usize),
    /// Bytes that are no Ed25519 private key.
    #[error("this is no Ed25519 private key in PKCS#8")]
    NoPrivateKey,
    /// The caller left the order of calls.
    #[error("the bundle was not written in order: {0}")]
    Order(&'static str),
}

impl Error {
    /// The same of a path that was made of an entry's name, by the name that the owner finds in the archive.
    pub(crate) fn of_entry(self, entry: &str) -> Self {
        match self {
            Self::Entry { error, .. } => error.of(entry),
            other => other,
        }
    }
}

/// What is wrong with one entry or file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// A path that no site can have.
    #[error("{0}")]
    Path(#[from] PathError),
    /// A name flagged as UTF-8 that is not.
    #[error("its name is not UTF-8: zip the site again with another program")]
    NotUtf8,
    /// `C:\…` or `C:…`.
    #[error("the path begins with a drive")]
    Drive,
    /// A path that a version-control program takes for its own ([`crate::litter::is_repository`]).
    #[error(
        "a version-control program (Git, Mercurial, …) would take that folder for its own and run what is written in it: rename it in the site"
    )]
    Repository,
    /// A symbolic link.
    #[error("it is a link, and a site has files only")]
    Link,
    /// A device, a socket, …
    #[error("it is neither a file nor a folder")]
    Special,
    /// A folder with content.
    #[error("it is a folder with content")]
    FolderWithContent,
    /// Twice the same path.
    #[error("it is there twice")]
    Twice,
    /// Another path differs by upper and lower case only.
    #[error(
        "it differs from {0:?} by upper and lower case only, and many systems cannot keep both: rename one"
    )]
    CaseCollision(String),
    /// Both a file and a folder.
    #[error("it is a file, and {0:?} needs a folder of that name: rename one")]
    FileAndFolder(String),
    /// Needs a password.
    #[error("it is encrypted: zip the site again without a password")]
    Encrypted,
    /// Neither stored nor deflated.
    #[error(
        "it is compressed by method {0}, which few programs read: zip the site again with \"deflate\""
    )]
    Compression(u16),
    /// It would fill the disk.
    #[error(
        "the archive would unpack to more than {MAX_RATIO} times its size (and {FREE_EXPANSION} bytes), most of all here: it looks like a zip bomb"
    )]
    Bomb,
    /// Two entries share bytes, or one reaches into the directory.
    #[error("its bytes are also those of another entry")]
    Overlap,
    /// The header before the bytes is not what the directory says.
    #[error("its header contradicts the zip's directory")]
    HeadersDiffer,
    /// The compressed bytes make no sense.
    #[error("its compressed bytes are damaged: download or copy the file again")]
    Deflate,
    /// Not as long as it was said to be.
    #[error("it has another size than {0} bytes, as the zip's directory says")]
    Size(u64),
    /// The checksum is wrong.
    #[error("its checksum (CRC-32) is wrong: download or copy the file again")]
    Crc,
    /// The bytes are not those that `bundle.json` names.
    #[error("its SHA-256 is not the one in bundle.json: it was changed after the export")]
    Hash,
    /// In the archive, not in the list.
    #[error("it is not listed in bundle.json: it was added after the export")]
    Unlisted,
    /// In the list, not in the archive.
    #[error("bundle.json lists it, and it is not there")]
    Missing,
    /// The list has another size.
    #[error("bundle.json says {listed} bytes, and there are {found}")]
    ListedSize {
        /// Bytes by the list.
        listed: u64,
        /// Bytes by the directory.
        found: u64,
    },
    /// A name that means something else in a bundle.
    #[error("in a bundle that name means something else: rename it in the site")]
    OwnName,
    /// A media type with line breaks, or too long.
    #[error(
        "its media type is not a plain line of at most {} bytes",
        crate::limits::MAX_MEDIA_TYPE
    )]
    MediaType,
    /// The file grew or shrank between listing and reading.
    #[error("it changed while the bundle was written: it was to have {0} bytes. Try again")]
    Changed(u64),
    /// A small file that is too long.
    #[error("it is {found} bytes long; at most {max} are possible")]
    TooLong {
        /// Bytes.
        found: u64,
        /// Bytes.
        max: u64,
    },
    /// `key.json` that is no sealed key.
    #[error("it is no sealed key: {0}")]
    SealedKey(String),
}

impl EntryError {
    /// This error of that entry.
    pub(crate) fn of(self, entry: impl Into<String>) -> Error {
        Error::Entry {
            entry: entry.into(),
            error: self,
        }
    }
}
