//! An archive that was opened: what was found in it, before the person says what is to become of it.

use bundle::{Bundle, Kind, SealedKey, Signature};
use store::Site;
use web_sys::File;

use super::{
    archive::{self, Made},
    source::BlobSource,
};
use crate::error::PageError;

/// An archive that was opened, and waits for the person's word.
pub struct Waiting {
    /// What is in it.
    pub bundle: Bundle<BlobSource>,
    /// Its site's key, if that came along.
    pub sealed_key: Option<SealedKey>,
    /// The site of this key that is here already, once it was looked for.
    pub present: Option<Site>,
    /// What is made of its files of 2013.
    pub made: Made,
}

impl Waiting {
    /// Opens a file, and reads what is in it.
    ///
    /// # Errors
    /// [`PageError::Bundle`] if it is no archive, or one that is not as it is to be.
    pub async fn open(file: &File) -> Result<Self, PageError> {
        let source = BlobSource::new(file.clone().into());
        let verify = async |key: &_, statement: &[u8], signature: &Signature| {
            identity::verify(key, statement, signature.as_bytes())
        };
        let mut bundle = Bundle::open(source, verify).await?;
        let sealed_key = bundle.sealed_key().await?;
        let made = archive::made_of(&mut bundle).await?;
        Ok(Self {
            bundle,
            sealed_key,
            present: None,
            made,
        })
    }

    /// Is it to go live? What was published is so again; other people's zips are looked at first.
    pub fn goes_live(&self) -> bool {
        let report = self.bundle.report();
        report.has_live && matches!(report.kind, Kind::Bundle | Kind::Archive2013)
    }
}

/// The archive in a picker or a drop: a single file that is called like one.
pub fn is_archive(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".peersite") || name.ends_with(".zip")
}
