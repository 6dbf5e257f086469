//! An archive on disk.

use std::fs::File;
use std::future::{Future, ready};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use bundle::{Bundle, Source};

use crate::Error;

/// A file that is read anywhere. It is read at once when asked: who awaits it never waits.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    size: u64,
}

impl FileSource {
    /// Opens a file.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        let open = || {
            let file = File::open(path)?;
            let about = file.metadata()?;
            if !about.is_file() {
                return Err(io::Error::other("it is not a file"));
            }
            let size = about.len();
            Ok(Self { file, size })
        };
        open().map_err(Error::file("read", path))
    }
}

impl Source for FileSource {
    type Error = io::Error;

    fn size(&self) -> u64 {
        self.size
    }

    fn read(&self, offset: u64, length: usize) -> impl Future<Output = io::Result<Vec<u8>>> {
        let read = || {
            let mut file = &self.file;
            file.seek(SeekFrom::Start(offset))?;
            let mut bytes = vec![0; length];
            file.read_exact(&mut bytes)?;
            Ok(bytes)
        };
        ready(read())
    }
}

/// Opens an archive and checks all of it but its files' bytes.
///
/// # Errors
/// [`Error::File`], [`Error::Bundle`].
pub async fn open(path: &Path) -> Result<Bundle<FileSource>, Error> {
    let source = FileSource::open(path)?;
    Bundle::open(source, async |key, statement, signature| {
        identity::verify(key, statement, signature.as_bytes())
    })
    .await
    .map_err(of(path))
}

/// For `map_err`: an [`Error::Bundle`] of this file.
pub fn of(path: &Path) -> impl Fn(bundle::Error) -> Error + use<> {
    let file: PathBuf = path.into();
    move |source| Error::Bundle {
        file: file.clone(),
        source,
    }
}
