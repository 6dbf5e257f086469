//! Looks into an archive, and checks every byte of it.

use std::path::Path;

use bundle::{File, Report, SignatureState};

use super::{Interrupt, file};
use crate::Error;

/// What an archive has: its report and its files. Their bytes are not read.
///
/// # Errors
/// [`Error::File`], [`Error::Bundle`].
pub async fn inspect(path: &Path) -> Result<(Report, Vec<File>), Error> {
    let bundle = file::open(path).await?;
    Ok((bundle.report().clone(), bundle.files().to_vec()))
}

/// Reads all of an archive.
///
/// # Errors
/// As [`inspect`]; [`Error::Unsigned`] if all is right and nobody vouches for it; [`Error::Interrupted`].
pub async fn verify(path: &Path, interrupt: &Interrupt) -> Result<Report, Error> {
    let mut bundle = file::open(path).await?;
    let wrong = file::of(path);
    for index in 0..bundle.files().len() {
        let mut reader = bundle.read(index).await.map_err(&wrong)?;
        while reader.next().await.map_err(&wrong)?.is_some() {
            interrupt.check()?;
        }
    }
    bundle.sealed_key().await.map_err(&wrong)?;
    match bundle.report().signature {
        SignatureState::Valid => Ok(bundle.report().clone()),
        SignatureState::Unsigned => Err(Error::Unsigned(path.to_owned())),
    }
}
