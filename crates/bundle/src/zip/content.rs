//! Reads one entry's bytes, and finds out whether they are as its directory says.

use crc32fast::Hasher;
use flate2::{Decompress, FlushDecompress, Status};

use super::entry::Entry;
use super::field::Fields;
use super::{FLAG_DESCRIPTOR, FLAG_ENCRYPTED, IN_EXTRA, LOCAL, LOCAL_LENGTH, Method};
use crate::Source;
use crate::error::{EntryError, Error};
use crate::limits::MAX_CHUNK;
use crate::source::Window;

/// The bytes of one entry, on their way.
#[derive(Debug)]
pub struct Content {
    entry: Entry,
    /// Where the next packed byte is, and where they end.
    at: u64,
    end: u64,
    /// Bytes given so far, and their checksum.
    given: u64,
    crc: Hasher,
    /// `None` for stored bytes.
    inflate: Option<Decompress>,
    chunk: Vec<u8>,
    is_done: bool,
}

impl Content {
    /// Reads the entry's header.
    pub async fn open<S: Source>(window: &mut Window<S>, entry: &Entry) -> Result<Self, Error> {
        let differ = || EntryError::HeadersDiffer.of(&entry.name);
        let start = window.exact(entry.offset, LOCAL_LENGTH).await?;
        let length = whole_length(start).ok_or_else(differ)?;
        let header = window.exact(entry.offset, length).await?;
        if !agrees(header, entry).unwrap_or(false) {
            return Err(differ());
        }
        let at = entry.offset + length as u64;
        let end = at.checked_add(entry.packed).filter(|end| *end <= entry.end);
        Ok(Self {
            at,
            end: end.ok_or_else(|| EntryError::Overlap.of(&entry.name))?,
            given: 0,
            crc: Hasher::new(),
            inflate: (entry.method == Method::Deflated).then(|| Decompress::new(false)),
            chunk: vec![0; chunk_length(entry.size)],
            is_done: false,
            entry: entry.clone(),
        })
    }

    /// The next bytes, at most [`MAX_CHUNK`]; `None` at the end, if all was as the directory says. What came
    /// before that is not to be believed.
    pub async fn next<S: Source>(
        &mut self,
        window: &mut Window<S>,
    ) -> Result<Option<&[u8]>, Error> {
        while !self.is_done {
            let packed = window.some(self.at, self.end).await?;
            let length = self
                .unpack(packed)
                .map_err(|error| error.of(&self.entry.name))?;
            if length > 0 {
                return Ok(self.chunk.get(..length));
            }
        }
        Ok(None)
    }

    /// Takes of the packed bytes, which are empty only at their end, and fills the chunk; gives its length.
    fn unpack(&mut self, packed: &[u8]) -> Result<usize, EntryError> {
        let (taken, length, is_end) = match &mut self.inflate {
            None => copy(packed, &mut self.chunk),
            Some(inflate) => inflate_some(inflate, packed, &mut self.chunk)?,
        };
        self.at += taken as u64;
        self.given += length as u64;
        if self.given > self.entry.size {
            return Err(EntryError::Size(self.entry.size));
        }
        self.crc
            .update(self.chunk.get(..length).unwrap_or_default());
        self.is_done = is_end;
        if is_end {
            self.check_end()?;
        }
        Ok(length)
    }

    fn check_end(&self) -> Result<(), EntryError> {
        if self.at != self.end {
            return Err(EntryError::Deflate);
        }
        if self.given != self.entry.size {
            return Err(EntryError::Size(self.entry.size));
        }
        if self.crc.clone().finalize() != self.entry.crc {
            return Err(EntryError::Crc);
        }
        Ok(())
    }
}

/// Room for what is said to come, and one byte more, so that a lie is noticed.
fn chunk_length(size: u64) -> usize {
    usize::try_from(size).map_or(MAX_CHUNK, |size| size.saturating_add(1).min(MAX_CHUNK))
}

/// How many bytes were taken and given, and whether that was all.
fn copy(packed: &[u8], chunk: &mut [u8]) -> (usize, usize, bool) {
    let length = packed.len().min(chunk.len());
    if let (Some(from), Some(to)) = (packed.get(..length), chunk.get_mut(..length)) {
        to.copy_from_slice(from);
    }
    (length, length, packed.is_empty())
}

/// As [`copy`], of deflated bytes.
fn inflate_some(
    inflate: &mut Decompress,
    packed: &[u8],
    chunk: &mut [u8],
) -> Result<(usize, usize, bool), EntryError> {
    let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
    let status = inflate.decompress(packed, chunk, FlushDecompress::None);
    let status = status.map_err(|_| EntryError::Deflate)?;
    let moved =
        |now: u64, before: u64| usize::try_from(now - before).map_err(|_| EntryError::Deflate);
    let taken = moved(inflate.total_in(), before_in)?;
    let length = moved(inflate.total_out(), before_out)?;
    let is_end = status == Status::StreamEnd;
    // Nothing moves: the packed bytes are at their end, and the stream is not.
    if !is_end && taken == 0 && length == 0 {
        return Err(EntryError::Deflate);
    }
    Ok((taken, length, is_end))
}

/// Bytes of a header with name and extra fields.
fn whole_length(header: &[u8]) -> Option<usize> {
    let mut fields = Fields(header);
    fields.bytes(LOCAL_LENGTH - 4)?;
    Some(LOCAL_LENGTH + usize::from(fields.u16()?) + usize::from(fields.u16()?))
}

/// Does a header (APPNOTE 4.3.7) say what the directory says? `None` if it is none.
fn agrees(header: &[u8], entry: &Entry) -> Option<bool> {
    let mut fields = Fields(header);
    if fields.u32()? != LOCAL {
        return None;
    }
    let _version_needed = fields.u16()?;
    let (flags, method) = (fields.u16()?, fields.u16()?);
    let _time_and_date = fields.u32()?;
    let (crc, packed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
    let (name_length, extra_length) = (fields.u16()?, fields.u16()?);
    let name = fields.bytes(name_length.into())?;
    let extra = fields.bytes(extra_length.into())?;
    let same = |narrow: u32, wide: u64| narrow == IN_EXTRA || u64::from(narrow) == wide;
    // With a descriptor, what follows the bytes is meant to say these three.
    let is_later = flags & FLAG_DESCRIPTOR != 0;
    let numbers =
        is_later || (crc == entry.crc && same(packed, entry.packed) && same(size, entry.size));
    Some(
        entry.has_name(name, flags, extra)
            && method == entry.method.code()
            && flags & FLAG_ENCRYPTED == 0
            && numbers,
    )
}
