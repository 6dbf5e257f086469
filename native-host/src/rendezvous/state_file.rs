//! The file that keeps claims over a restart.
//!
//! A file that cannot be understood is put aside under another name and never overwritten; one that
//! cannot be read at all keeps the rendezvous from starting, since it would give names away.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use tracing::{error, warn};

use super::Error;
use super::claims::Claims;
use crate::write;

/// How many broken files are put aside before somebody has to look.
const MOST_BROKEN: u32 = 100;

/// Reads the claims; none if there is no file yet.
///
/// # Errors
/// [`Error::StateFile`] if the file cannot be read, or is broken and cannot be put aside.
pub fn load(path: &Path) -> Result<Claims, Error> {
    let fail = |problem: String| Error::StateFile {
        path: path.to_owned(),
        problem,
    };
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Claims::default()),
        Err(error) => return Err(fail(error.to_string())),
    };
    let text = String::from_utf8(bytes).map_err(|error| error.to_string());
    match text.and_then(|text| Claims::from_json(&text)) {
        Ok(claims) => Ok(claims),
        Err(problem) => {
            let aside = put_aside(path).map_err(|error| fail(format!("{problem}; and {error}")))?;
            warn!(file = %path.display(), aside = %aside.display(), problem, "claims were broken and put aside");
            Ok(Claims::default())
        }
    }
}

/// Writes the claims. Blocks.
pub fn save(path: &Path, claims: &Claims) -> bool {
    match write::atomically(path, claims.to_json().as_bytes()) {
        Ok(_) => true,
        Err(problem) => {
            error!(file = %path.display(), %problem, "claims could not be saved");
            false
        }
    }
}

/// Renames a file to the first free of `<name>.broken-1`, `<name>.broken-2`…
fn put_aside(path: &Path) -> std::io::Result<PathBuf> {
    for number in 1..=MOST_BROKEN {
        let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
        name.push(format!(".broken-{number}"));
        let aside = path.with_file_name(name);
        if !aside.try_exists()? {
            fs::rename(path, &aside)?;
            return Ok(aside);
        }
    }
    Err(std::io::Error::new(
        ErrorKind::AlreadyExists,
        format!("{MOST_BROKEN} broken files are there already"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::{PublicKey, SiteName};

    fn some() -> Claims {
        let mut claims = Claims::default();
        claims.claim(
            &SiteName::parse("shop").unwrap(),
            &PublicKey::from([1; 32]),
            8,
            8,
        );
        claims
    }

    #[test]
    fn claims_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/claims.json");
        assert_eq!(load(&file).unwrap(), Claims::default());
        assert!(save(&file, &some()));
        assert_eq!(load(&file).unwrap(), some());
    }

    #[test]
    fn broken_files_are_kept_aside() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("claims.json");
        for (number, broken) in ["{\"version\":1,", "\u{0}"].iter().enumerate() {
            fs::write(&file, broken).unwrap();
            assert_eq!(load(&file).unwrap(), Claims::default());
            assert!(!file.exists());
            let aside = folder
                .path()
                .join(format!("claims.json.broken-{}", number + 1));
            assert_eq!(fs::read_to_string(aside).unwrap(), *broken);
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(load(folder.path()), Err(Error::StateFile { .. })));
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(!save(&file.join("below"), &some()));
    }
}
