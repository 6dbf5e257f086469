//! Sites' private keys on disk: PEM files that only their owner can read.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use bundle::{PublicKey, SecretKey, Signature, SiteName};
use ed25519_dalek::{Signer as _, SigningKey};

use crate::{Error, folders};

/// Longest key or passphrase file in bytes; a key has 119.
const MAX_FILE: u64 = 4096;

/// Where the key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// This file.
    File(PathBuf),
    /// The one that is kept for the site's name, or a new one.
    Kept,
    /// None: the bundle is not signed.
    Unsigned,
}

/// A site's key, ready to sign.
pub struct Key {
    secret: SecretKey,
    signing: SigningKey,
    /// The file that it is in.
    pub file: PathBuf,
    /// Was it made just now?
    pub is_new: bool,
}

impl Key {
    /// The key that was wished for; `None` for none.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Key`], [`Error::NoHome`].
    pub fn get(source: &KeySource, name: &SiteName) -> Result<Option<Self>, Error> {
        match source {
            KeySource::Unsigned => Ok(None),
            KeySource::File(file) => Self::read(file).map(Some),
            KeySource::Kept => match Self::kept(name)? {
                Some(key) => Ok(Some(key)),
                None => Self::create(&folders::site_key_file(name)?).map(Some),
            },
        }
    }

    /// The key that is kept for the site's name, if there is one.
    ///
    /// # Errors
    /// As [`Key::get`].
    pub fn kept(name: &SiteName) -> Result<Option<Self>, Error> {
        match Self::read(&folders::site_key_file(name)?) {
            Err(Error::File { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
            found => found.map(Some),
        }
    }

    fn read(file: &Path) -> Result<Self, Error> {
        let text = read_small(file)?;
        let secret = SecretKey::from_pem(&text).map_err(|error| Error::Key {
            path: file.to_owned(),
            problem: error.to_string(),
        })?;
        Ok(Self::new(secret, file, false))
    }

    fn create(file: &Path) -> Result<Self, Error> {
        let mut bytes = [0; 32];
        random(&mut bytes)?;
        let secret = SecretKey::from_bytes(bytes);
        write(&secret, file)?;
        Ok(Self::new(secret, file, true))
    }

    fn new(secret: SecretKey, file: &Path, is_new: bool) -> Self {
        Self {
            signing: SigningKey::from_bytes(secret.as_bytes()),
            secret,
            file: file.to_owned(),
            is_new,
        }
    }

    /// The site's public key.
    pub fn public(&self) -> PublicKey {
        public(&self.secret)
    }

    /// The private key itself, to be sealed.
    pub fn secret(&self) -> &SecretKey {
        &self.secret
    }

    /// Signs a statement.
    pub fn sign(&self, statement: &[u8]) -> Signature {
        Signature::from(self.signing.sign(statement).to_bytes())
    }
}

/// The public key of a private one.
pub fn public(secret: &SecretKey) -> PublicKey {
    let signing = SigningKey::from_bytes(secret.as_bytes());
    PublicKey::from(signing.verifying_key().to_bytes())
}

/// Writes a key to a new file that only its owner can read.
///
/// # Errors
/// [`Error::Exists`]: no key is ever overwritten. [`Error::File`].
pub fn write(secret: &SecretKey, file: &Path) -> Result<(), Error> {
    if let Some(folder) = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
    }
    let mut source = OpenOptions::new();
    source.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut source, 0o600);
    let written = source.open(file).and_then(|mut open| {
        open.write_all(secret.to_pem().as_bytes())?;
        open.sync_all()
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Error::Key {
            path: file.to_owned(),
            problem: "something is there already, and a key is never overwritten".to_owned(),
        },
        _ => Error::file("write", file)(error),
    })
}

/// The passphrase in a file: its first line.
///
/// # Errors
/// [`Error::File`].
pub fn passphrase(file: &Path) -> Result<String, Error> {
    let text = read_small(file)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// Random bytes from the system.
///
/// # Errors
/// [`Error::System`].
pub fn random(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(|error| Error::System {
        action: "get random bytes",
        source: std::io::Error::other(error),
    })
}

fn read_small(file: &Path) -> Result<String, Error> {
    let mut text = String::new();
    File::open(file)
        .and_then(|open| open.take(MAX_FILE).read_to_string(&mut text))
        .map_err(Error::file("read", file))?;
    Ok(text)
}
