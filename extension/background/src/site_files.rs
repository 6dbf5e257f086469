//! What a site's code does with the site's own files, asked by its box.
//!
//! Each question may come twice, since the worker can die before its answer is there.

use std::rc::Rc;

use identity::Fingerprint;
use js_sys::{Array, Uint8Array};
use messages::Failure;
use messages::file::{Body, FileResult, FileSize};
use store::{Error, NewFile};
use web_sys::Blob;

use crate::background_request::CheckedOperation;
use crate::core::Core;
use crate::log;

/// Why there is no answer.
enum Not {
    /// For the site's author.
    Refused(String),
    /// This browser cannot.
    Failed(Failure),
}

/// Does it.
pub async fn perform(
    core: &Rc<Core>,
    site: &Fingerprint,
    operation: CheckedOperation,
) -> Result<FileResult, Failure> {
    match act(core, site, operation).await {
        Ok(result) => Ok(result),
        Err(Not::Refused(message)) => Ok(FileResult::Refused { message }),
        Err(Not::Failed(failure)) => Err(failure),
    }
}

async fn act(
    core: &Rc<Core>,
    site: &Fingerprint,
    operation: CheckedOperation,
) -> Result<FileResult, Not> {
    Ok(match operation {
        CheckedOperation::Read(path) => match core.store.read_own(site, &path).await? {
            Some((blob, media_type)) => FileResult::Contents {
                body: Body::Blob { blob },
                media_type,
            },
            None => FileResult::NotFound {},
        },
        CheckedOperation::Write {
            path,
            bytes,
            max_total,
        } => {
            let file = NewFile {
                path,
                blob: blob(&bytes)?,
                // Told by the path.
                media_type: String::new(),
                sha256: None,
            };
            let written = core.store.write_own(site, &file, max_total).await;
            // Also when it failed: then it is read once more, and that is all.
            core.file_cache.forget_file(site, file.path.as_str());
            if let Err(error @ Error::OwnFilesFull { .. }) = &written {
                log::warn(core, site, error.to_string());
            }
            written?;
            FileResult::Written {}
        }
        CheckedOperation::Delete(path) => {
            let deleted = core.store.delete_own(site, &path).await;
            core.file_cache.forget_file(site, path.as_str());
            FileResult::Deleted { existed: deleted? }
        }
        CheckedOperation::List(prefix) => {
            let files = core.store.list_own(site, &prefix).await?.into_iter();
            let sized = files.map(|file| FileSize {
                path: file.path,
                size: file.size,
            });
            FileResult::List {
                files: sized.collect(),
            }
        }
        CheckedOperation::Refused(message) => FileResult::Refused { message },
    })
}

fn blob(bytes: &Uint8Array) -> Result<Blob, Not> {
    Blob::new_with_u8_array_sequence(&Array::of1(bytes))
        .map_err(|error| Not::from(Error::from_js(&error)))
}

impl From<Error> for Not {
    fn from(error: Error) -> Self {
        match error {
            Error::NotLive
            | Error::NotPublic(_)
            | Error::OwnFileTooLarge(_)
            | Error::TooManyOwnFiles
            | Error::OwnFilesFull { .. }
            | Error::Full
            | Error::Unwritten => Self::Refused(error.to_string()),
            error => Self::Failed(error.into()),
        }
    }
}
