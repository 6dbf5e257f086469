//! Places for a browser to live: a profile folder and a port.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use tempfile::TempDir;

use crate::{DriverError, Result};

/// A profile folder that is removed when this is dropped. Drop the browser first.
#[derive(Debug)]
pub struct TempProfile {
    folder: TempDir,
}

impl TempProfile {
    /// A new, empty folder.
    ///
    /// # Errors
    /// When the system's folder for temporary files cannot be written to.
    pub fn new() -> Result<Self> {
        Self::new_in(std::env::temp_dir())
    }

    /// A new, empty folder in this one.
    ///
    /// # Errors
    /// When it cannot be written to.
    pub fn new_in(place: impl AsRef<Path>) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("peerserver-profile-")
            .tempdir_in(place)
            .map_err(DriverError::io("making a folder for a profile"))?;
        Ok(Self { folder })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl AsRef<Path> for TempProfile {
    fn as_ref(&self) -> &Path {
        self.path()
    }
}

/// A TCP port of 127.0.0.1 that nobody listens on now.
///
/// # Errors
/// When the system gives none.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .map_err(DriverError::io("asking for a free port"))?;
    let address = listener
        .local_addr()
        .map_err(DriverError::io("asking for a free port"))?;
    Ok(address.port())
}
