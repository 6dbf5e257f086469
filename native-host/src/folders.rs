//! Where PeerServer keeps its own files. It must not know what is in them.

use std::path::PathBuf;

use directories::ProjectDirs;

use crate::Error;

/// Overrides the data folder; tests set it, so that they never touch a person's claims.
pub const DATA_DIR_VARIABLE: &str = "PEERSERVER_DATA_DIR";

/// The folder for PeerServer's data of this user, such as `~/.local/share/peerserver`. It may not exist
/// yet.
///
/// # Errors
/// [`Error::NoHome`] without a home folder.
pub fn data_dir() -> Result<PathBuf, Error> {
    if let Some(chosen) = std::env::var_os(DATA_DIR_VARIABLE).filter(|chosen| !chosen.is_empty()) {
        return Ok(PathBuf::from(chosen));
    }
    let project = ProjectDirs::from("", "", "peerserver").ok_or(Error::NoHome)?;
    Ok(project.data_local_dir().to_path_buf())
}

/// The file with the claims of the rendezvous on `port`. One a port, as two rendezvous may run at once
/// and each writes the whole file.
///
/// # Errors
/// [`Error::NoHome`] without a home folder.
pub fn claims_file(port: u16) -> Result<PathBuf, Error> {
    Ok(data_dir()?.join(format!("claims-{port}.json")))
}

/// The file with the key that `peerserver bundle pack` keeps for a site's name.
///
/// # Errors
/// [`Error::NoHome`] without a home folder.
pub fn site_key_file(name: &identity::SiteName) -> Result<PathBuf, Error> {
    Ok(data_dir()?.join("keys").join(format!("{name}.pem")))
}
