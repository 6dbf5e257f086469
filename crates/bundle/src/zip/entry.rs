//! What an archive's directory says of one entry.

use super::field::Fields;
use super::name::{self, Name};
use super::{CENTRAL, EXTRA_64, FLAG_ENCRYPTED, IN_EXTRA, LOCAL_LENGTH, Method};
use crate::error::{EntryError, Error};
use crate::names;

/// An entry. Its name is a legal path; whether its bytes are as said is found out when they are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The path, without the slash at the end that marks a folder. Empty for the archive's own folder.
    pub name: String,
    /// The name as the directory has it, where the path is not just that.
    written: Option<Box<str>>,
    /// Was it made by one of [`DOS_LIKE`]?
    is_dos: bool,
    /// Were its folders separated by `\`?
    pub had_backslash: bool,
    /// Is it a folder? Then it has no bytes.
    pub is_folder: bool,
    /// How its bytes are kept.
    pub method: Method,
    /// The CRC-32 of its bytes.
    pub crc: u32,
    /// Its bytes as they are kept.
    pub packed: u64,
    /// Its bytes.
    pub size: u64,
    /// Where its header begins.
    pub offset: u64,
    /// Where what belongs to it must have ended: at the next header, or the directory.
    pub end: u64,
    /// Bytes of its raw name.
    name_length: usize,
}

/// The record ended too early, or is none.
const DAMAGED: Error = Error::Damaged("its directory cannot be read");

// Bits of a Unix mode (`<sys/stat.h>`).
const KIND: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;
const LINK: u32 = 0o120_000;
/// Systems whose entries carry a Unix mode (APPNOTE 4.4.2): Unix, and macOS.
const WITH_MODE: [u8; 2] = [3, 19];
/// Systems on which `\` separates folders: MS-DOS (as which Windows' own tools sign), OS/2, Windows NT, VFAT.
const DOS_LIKE: [u8; 4] = [0, 6, 10, 14];

impl Entry {
    /// Reads the next record of a directory. `directory` is where that begins.
    pub fn read(fields: &mut Fields<'_>, directory: u64) -> Result<Self, Error> {
        let raw = Raw::read(fields).ok_or(DAMAGED)?;
        let not_utf8 = || Error::Entry {
            entry: String::from_utf8_lossy(raw.name).into_owned(),
            error: EntryError::NotUtf8,
        };
        let is_dos = DOS_LIKE.contains(&raw.system);
        let read = Name::read(raw.name, raw.flags, raw.extra, is_dos).ok_or_else(not_utf8)?;
        let Name {
            path: name,
            is_folder,
            had_backslash,
        } = read;
        let is_root = is_folder && name.is_empty() && raw.name.starts_with(b".");
        let written = name::decode(raw.name, raw.flags)
            .filter(|written| written.trim_end_matches('/') != name)
            .map(String::into_boxed_str);
        if !is_root {
            let found = written.as_deref().unwrap_or(&name);
            names::checked(&name).map_err(|error| error.of_entry(found))?;
        }
        raw.check_kind(is_folder).map_err(|error| error.of(&name))?;
        if raw.flags & FLAG_ENCRYPTED != 0 {
            return Err(EntryError::Encrypted.of(name));
        }
        let Some(method) = Method::from_code(raw.method) else {
            return Err(EntryError::Compression(raw.method).of(name));
        };
        let (size, packed, offset) = raw.wide().ok_or(DAMAGED)?;
        if is_folder && size != 0 {
            return Err(EntryError::FolderWithContent.of(name));
        }
        if method == Method::Stored && size != packed {
            return Err(EntryError::Size(size).of(name));
        }
        Ok(Self {
            written,
            is_dos,
            had_backslash,
            name,
            is_folder,
            method,
            crc: raw.crc,
            packed,
            size,
            offset,
            end: directory,
            name_length: raw.name.len(),
        })
    }

    /// Has the header before the bytes the same name? It may have the Unicode Path field or not, but no other in it.
    pub fn has_name(&self, raw: &[u8], flags: u16, extra: &[u8]) -> bool {
        let Some(text) = name::decode(raw, flags) else {
            return false;
        };
        let written = self.written.as_deref().unwrap_or(&self.name);
        if text.trim_end_matches('/') != written.trim_end_matches('/') {
            return false;
        }
        name::in_extra(raw, flags, extra).is_none()
            || Name::read(raw, flags, extra, self.is_dos).is_some_and(|name| name.path == self.name)
    }

    /// The first byte that cannot be its own any more, for all that the directory says; `None` beyond all
    /// numbers.
    pub fn least_end(&self) -> Option<u64> {
        self.offset
            .checked_add((LOCAL_LENGTH + self.name_length) as u64)?
            .checked_add(self.packed)
    }
}

/// A record as it stands (APPNOTE 4.3.12).
struct Raw<'a> {
    system: u8,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u32,
    size: u32,
    attributes: u32,
    offset: u32,
    name: &'a [u8],
    extra: &'a [u8],
}

impl<'a> Raw<'a> {
    fn read(fields: &mut Fields<'a>) -> Option<Self> {
        if fields.u32()? != CENTRAL {
            return None;
        }
        let [_, system] = fields.u16()?.to_le_bytes();
        let _version_needed = fields.u16()?;
        let (flags, method) = (fields.u16()?, fields.u16()?);
        let _time_and_date = fields.u32()?;
        let (crc, packed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let (name, extra, comment) = (fields.u16()?, fields.u16()?, fields.u16()?);
        let _disk_and_internal = fields.u32()?;
        let (attributes, offset) = (fields.u32()?, fields.u32()?);
        let record = Self {
            system,
            flags,
            method,
            crc,
            packed,
            size,
            attributes,
            offset,
            name: fields.bytes(name.into())?,
            extra: fields.bytes(extra.into())?,
        };
        fields.bytes(comment.into())?;
        Some(record)
    }

    /// Only files and folders, and each as its name says.
    fn check_kind(&self, is_folder: bool) -> Result<(), EntryError> {
        if !WITH_MODE.contains(&self.system) {
            return Ok(());
        }
        match (self.attributes >> 16) & KIND {
            LINK => Err(EntryError::Link),
            // Some tools give the mode without the kind.
            0 => Ok(()),
            REGULAR if !is_folder => Ok(()),
            FOLDER if is_folder => Ok(()),
            _ => Err(EntryError::Special),
        }
    }

    /// Size, packed size and offset, each from the record or from its extra field.
    fn wide(&self) -> Option<(u64, u64, u64)> {
        let mut wide = Fields(self.extra).extra(EXTRA_64).unwrap_or(Fields(&[]));
        let mut value = |narrow: u32| match narrow {
            IN_EXTRA => wide.u64(),
            _ => Some(narrow.into()),
        };
        Some((value(self.size)?, value(self.packed)?, value(self.offset)?))
    }
}
