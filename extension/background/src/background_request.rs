//! What the network document asks of the web server, checked once.
//!
//! What travels in it was chosen by visitors and by sites' code. It must not know what is answered.

use identity::Fingerprint;
use js_sys::Uint8Array;
use messages::Failure;
use messages::file::FileOperation;
use messages::server::ServerRequest;
use site::{FilePath, PathError, Request};

/// Longest beginning of paths in bytes: no path of a site is longer.
const MAX_PREFIX: usize = 1024;

/// A request whose fields are legal.
pub enum BackgroundRequest {
    /// The files of a site's code.
    Code(Fingerprint),
    /// Something with a site's own files.
    File(Fingerprint, CheckedOperation),
    /// A visitor's request, without a body.
    Respond(Fingerprint, Request),
}

/// What a site's code wants of its own files.
pub enum CheckedOperation {
    /// Reads it.
    Read(FilePath),
    /// Makes or replaces it.
    Write {
        /// Where.
        path: FilePath,
        /// The whole file.
        bytes: Uint8Array,
        /// Bytes that all files of the site's code may take, as its `site.json` has it.
        max_total: u64,
    },
    /// Deletes it.
    Delete(FilePath),
    /// Finds those whose paths begin so.
    List(String),
    /// A path that no file can have, and why: a sentence for the site's author.
    Refused(String),
}

impl TryFrom<ServerRequest> for BackgroundRequest {
    type Error = Failure;

    /// Fails if the site has no legal id.
    fn try_from(request: ServerRequest) -> Result<Self, Failure> {
        Ok(match request {
            ServerRequest::Code { site } => Self::Code(Fingerprint::parse(&site)?),
            ServerRequest::File { site, operation } => {
                Self::File(Fingerprint::parse(&site)?, checked(operation))
            }
            ServerRequest::Respond {
                site,
                method,
                path,
                headers,
            } => {
                let request = Request {
                    method,
                    path,
                    headers: headers.0,
                };
                Self::Respond(Fingerprint::parse(&site)?, request)
            }
        })
    }
}

fn checked(operation: FileOperation) -> CheckedOperation {
    let (checked, path) = match operation {
        FileOperation::Read { path } => (FilePath::parse(&path).map(CheckedOperation::Read), path),
        FileOperation::Delete { path } => {
            (FilePath::parse(&path).map(CheckedOperation::Delete), path)
        }
        FileOperation::List { prefix } if prefix.len() <= MAX_PREFIX => {
            return CheckedOperation::List(prefix);
        }
        FileOperation::List { prefix } => (Err(PathError::TooLong(prefix.len())), prefix),
        FileOperation::Write {
            path,
            bytes,
            max_total,
        } => {
            let write = |path| CheckedOperation::Write {
                path,
                bytes,
                max_total,
            };
            (FilePath::parse(&path).map(write), path)
        }
    };
    checked.unwrap_or_else(|error| CheckedOperation::Refused(format!("{path:?}: {error}.")))
}
