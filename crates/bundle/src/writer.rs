//! Writes a bundle, front to back, without ever going back.
//!
//! Bytes are pushed in and taken out; the writer asks for one file after the other, in the order that makes
//! the same site the same bytes. The list of files and the signature come last, since only then all hashes
//! are known.
//!
//! ```
//! # use bundle::{Error, FileHead, FilePath, Head, Options, SiteName, Writer};
//! # let head = Head { name: SiteName::parse("shop")?, key: None, published: None };
//! # let path = FilePath::parse("public/index.html").expect("a path");
//! # let files = vec![FileHead { path, size: 5, media_type: String::new() }];
//! # let mut target = Vec::new();
//! let mut writer = Writer::new(head, Options::default(), None, files)?;
//! while let Some(file) = writer.next_file()? {
//!     assert_eq!(file.path.as_str(), "public/index.html");
//!     writer.write(b"Hello")?;
//!     target.extend(writer.take());
//! }
//! let listed = writer.list()?;
//! // Here `listed.statement()` would be signed.
//! target.extend(listed.finish(None)?);
//! # Ok::<(), Error>(())
//! ```

use identity::Signature;
use site::FilePath;

use crate::error::{EntryError, Error};
use crate::limits::{MAX_DIRECTORY, MAX_FILES, MAX_MANIFEST, MAX_TOTAL};
use crate::manifest::{self, Hash, Head, Listed};
use crate::names;
use crate::packed::is_packed;
use crate::part::{self, MANIFEST, Options, Part, SEALED_KEY};
use crate::sealed::SealedKey;
use crate::zip::Method;
use crate::zip::container::Container;
use crate::zip::records;

/// A file that goes into a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileHead {
    /// Its path in the bundle ([`part::bundle_path`]).
    pub path: FilePath,
    /// Bytes.
    pub size: u64,
    /// The media type that is stored with it, possibly empty.
    pub media_type: String,
}

/// A bundle that is being written.
pub struct Writer {
    head: Head,
    files: Vec<FileHead>,
    sealed_key: Option<Vec<u8>>,
    container: Container,
    listed: Vec<Listed>,
}

impl Writer {
    /// Takes the list of files in any order; those that `options` leave out are never asked for. The sealed
    /// key, if there is one, becomes `key.json`.
    ///
    /// # Errors
    /// All that would make a bundle that nobody reads: [`Error::Empty`], [`Error::TooManyFiles`],
    /// [`Error::TooLarge`], [`Error::ListTooLong`], and for one file [`EntryError::OwnName`], [`EntryError::Path`],
    /// [`EntryError::Repository`], [`EntryError::MediaType`], [`EntryError::Twice`], [`EntryError::CaseCollision`], [`EntryError::FileAndFolder`].
    pub fn new(
        head: Head,
        options: Options,
        sealed_key: Option<&SealedKey>,
        mut files: Vec<FileHead>,
    ) -> Result<Self, Error> {
        files.retain(|file| options.takes(file.path.as_str()));
        if files.is_empty() {
            return Err(Error::Empty);
        }
        // A key in the clear must not slip in under that name.
        let placed = |path| Part::of(path).is_some_and(|part| part != Part::Key);
        if let Some(file) = files.iter().find(|file| !placed(file.path.as_str())) {
            return Err(EntryError::OwnName.of(file.path.as_str()));
        }
        let sealed_key = sealed_key.map(SealedKey::to_json);
        if let Some(json) = &sealed_key {
            if head.key.is_none() {
                return Err(Error::Order("a sealed key is of a site with a key"));
            }
            files.push(sealed_key_head(json)?);
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        check(&files)?;
        Ok(Self {
            head,
            listed: Vec::with_capacity(files.len()),
            files,
            sealed_key,
            container: Container::new(),
        })
    }

    /// Ends the file before, and begins the next; `None` if that was the last.
    ///
    /// # Errors
    /// [`EntryError::Changed`] if the file before was given fewer bytes than its size.
    pub fn next_file(&mut self) -> Result<Option<&FileHead>, Error> {
        self.end_file()?;
        let is_key = |file: &FileHead| file.path.as_str() == SEALED_KEY;
        if self.files.get(self.listed.len()).is_some_and(is_key)
            && let Some(json) = self.sealed_key.take()
        {
            self.begin_file();
            self.write(&json)?;
            self.end_file()?;
        }
        self.begin_file();
        Ok(self.files.get(self.listed.len()))
    }

    /// Takes the next bytes of the current file. What they become is to be [taken](Self::take) before long:
    /// it is held in memory.
    ///
    /// # Errors
    /// [`EntryError::Changed`] if they are more than its size.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.container.write(bytes)
    }

    /// The bytes of the bundle that are ready, after those taken before.
    pub fn take(&mut self) -> Vec<u8> {
        self.container.take()
    }

    /// Ends the last file.
    ///
    /// # Errors
    /// As [`Writer::next_file`], and [`Error::Order`] if there are more files.
    pub fn list(mut self) -> Result<Unsigned, Error> {
        self.end_file()?;
        if self.listed.len() < self.files.len() {
            return Err(Error::Order("there are more files"));
        }
        Ok(Unsigned {
            head: self.head,
            listed: self.listed,
            container: self.container,
        })
    }

    fn begin_file(&mut self) {
        if let Some(file) = self.files.get(self.listed.len()) {
            let method = match is_packed(file.path.as_str(), &file.media_type) {
                true => Method::Stored,
                false => Method::Deflated,
            };
            self.container.begin(file.path.as_str(), method, file.size);
        }
    }

    fn end_file(&mut self) -> Result<(), Error> {
        if let Some(sha256) = self.container.end()?
            && let Some(file) = self.files.get(self.listed.len())
        {
            self.listed.push(Listed {
                path: file.path.to_string(),
                size: file.size,
                media_type: file.media_type.clone(),
                sha256: Hash(sha256),
            });
        }
        Ok(())
    }
}

/// A bundle with all its files, to be signed.
pub struct Unsigned {
    head: Head,
    listed: Vec<Listed>,
    container: Container,
}

impl Unsigned {
    /// The bytes that the site's key has to sign; `None` without a key.
    pub fn statement(&self) -> Option<Vec<u8>> {
        manifest::statement(&self.head, &self.listed)
    }

    /// The SHA-256 of the list of files, for who builds the statement himself (`identity::bundle_statement`).
    pub fn digest(&self) -> [u8; 32] {
        manifest::digest(&self.listed)
    }

    /// The last bytes of the bundle, with what was not taken yet. Whether the signature is right is not looked at.
    ///
    /// # Errors
    /// [`Error::HalfSigned`] for a key without a signature, or the other way round.
    pub fn finish(mut self, signature: Option<Signature>) -> Result<Vec<u8>, Error> {
        if signature.is_some() != self.head.key.is_some() {
            return Err(Error::HalfSigned);
        }
        let json = manifest::write(&self.head, &self.listed, signature);
        self.container
            .begin(MANIFEST, Method::Deflated, json.len() as u64);
        self.container.write(&json)?;
        self.container.end()?;
        Ok(self.container.finish())
    }
}

fn sealed_key_head(json: &[u8]) -> Result<FileHead, Error> {
    let path = FilePath::parse(SEALED_KEY);
    Ok(FileHead {
        path: path.map_err(|reason| EntryError::from(reason).of(SEALED_KEY))?,
        size: json.len() as u64,
        media_type: "application/json".to_owned(),
    })
}

/// Everything that can be known before the first byte.
fn check(files: &[FileHead]) -> Result<(), Error> {
    if files.len() > MAX_FILES {
        return Err(Error::TooManyFiles(files.len()));
    }
    let total = files
        .iter()
        .map(|file| file.size)
        .fold(0, u64::saturating_add);
    if total > MAX_TOTAL {
        return Err(Error::TooLarge(total));
    }
    names::fit_any_disk(files.iter().map(|file| file.path.as_str()))?;
    let (mut directory, mut list) = (0, 0);
    for file in files {
        let path = file.path.as_str();
        part::checked(path)?;
        manifest::check_media_type(path, &file.media_type)?;
        directory += records::central_length(path);
        list += manifest::line_length(path, &file.media_type);
    }
    if directory > MAX_DIRECTORY || list > MAX_MANIFEST - HEADROOM {
        return Err(Error::ListTooLong(directory.max(list)));
    }
    Ok(())
}

/// What `bundle.json` has beside its files, and is much less than this.
const HEADROOM: u64 = 4096;
