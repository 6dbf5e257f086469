//! Writes a zip front to back: each file's records, and at the end the directory.

use std::mem;

use crc32fast::Hasher;
use sha2::{Digest, Sha256};

use super::Method;
use super::deflate::Deflate;
use super::records::{self, After, Before};
use crate::error::{EntryError, Error};

/// A zip that grows at its end. Bytes are pushed in and taken out.
pub struct Container {
    deflate: Deflate,
    out: Vec<u8>,
    /// Bytes taken so far.
    taken: u64,
    open: Option<Open>,
    /// The records of the directory so far.
    directory: Vec<u8>,
    entries: u64,
}

/// The file whose bytes come.
struct Open {
    name: String,
    method: Method,
    size: u64,
    offset: u64,
    /// Where its packed bytes begin.
    start: u64,
    missing: u64,
    crc: Hasher,
    sha256: Sha256,
}

impl Container {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            deflate: Deflate::new(),
            out: Vec::new(),
            taken: 0,
            open: None,
            directory: Vec::new(),
            entries: 0,
        }
    }

    fn at(&self) -> u64 {
        self.taken + self.out.len() as u64
    }

    /// The bytes that are ready, after those taken before.
    pub fn take(&mut self) -> Vec<u8> {
        self.taken = self.at();
        mem::take(&mut self.out)
    }

    /// Begins a file. Its name is at most [`site::path::MAX_PATH`] bytes long; another file is not open.
    pub fn begin(&mut self, name: &str, method: Method, size: u64) {
        let offset = self.at();
        let before = Before {
            name,
            method,
            size,
            offset,
        };
        records::local(&before, &mut self.out);
        self.open = Some(Open {
            name: name.to_owned(),
            method,
            size,
            offset,
            start: self.at(),
            missing: size,
            crc: Hasher::new(),
            sha256: Sha256::new(),
        });
    }

    /// Takes the file's next bytes; they must not be more than its size.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let Some(open) = &mut self.open else {
            return Err(Error::Order("bytes without a file"));
        };
        let left = open.missing.checked_sub(bytes.len() as u64);
        open.missing = left.ok_or_else(|| EntryError::Changed(open.size).of(&open.name))?;
        open.crc.update(bytes);
        open.sha256.update(bytes);
        match open.method {
            Method::Stored => self.out.extend_from_slice(bytes),
            Method::Deflated => self.deflate.write(bytes, &mut self.out),
        }
        Ok(())
    }

    /// Ends the current file, if there is one; gives the SHA-256 of its bytes.
    pub fn end(&mut self) -> Result<Option<[u8; 32]>, Error> {
        let Some(open) = self.open.take() else {
            return Ok(None);
        };
        if open.missing > 0 {
            return Err(EntryError::Changed(open.size).of(open.name));
        }
        if open.method == Method::Deflated {
            self.deflate.finish(&mut self.out);
        }
        let before = Before {
            name: &open.name,
            method: open.method,
            size: open.size,
            offset: open.offset,
        };
        let after = After {
            crc: open.crc.finalize(),
            packed: self.at() - open.start,
        };
        records::descriptor(&before, after, &mut self.out);
        records::central(&before, after, &mut self.directory);
        self.entries += 1;
        Ok(Some(open.sha256.finalize().into()))
    }

    /// The rest, with the directory.
    pub fn finish(mut self) -> Vec<u8> {
        let offset = self.at();
        let length = self.directory.len() as u64;
        self.out.append(&mut self.directory);
        records::end(self.entries, offset, length, &mut self.out);
        self.out
    }
}
