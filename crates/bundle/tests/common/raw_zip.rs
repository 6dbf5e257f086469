//! Zips made record by record, so that any of them can be wrong.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// One entry, and what its records say of it.
#[derive(Clone)]
pub struct Entry {
    pub name: Vec<u8>,
    /// The name in the header before the bytes.
    pub local_name: Vec<u8>,
    pub flags: u16,
    pub method: u16,
    pub system: u8,
    pub mode: u32,
    pub crc: u32,
    pub packed: Vec<u8>,
    /// What the directory says of the packed bytes.
    pub packed_size: u64,
    pub size: u64,
    pub extra: Vec<u8>,
    /// The extra fields in the header before the bytes.
    pub local_extra: Vec<u8>,
    /// Where the directory says that it begins; `None` for the truth.
    pub offset: Option<u32>,
}

impl Entry {
    pub fn stored(name: &str, bytes: &[u8]) -> Self {
        Self {
            name: name.into(),
            local_name: name.into(),
            flags: 1 << 11,
            method: 0,
            system: 3,
            mode: 0o100_644,
            crc: crc32fast::hash(bytes),
            packed: bytes.to_vec(),
            packed_size: bytes.len() as u64,
            size: bytes.len() as u64,
            extra: Vec::new(),
            local_extra: Vec::new(),
            offset: None,
        }
    }

    pub fn deflated(name: &str, bytes: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        let packed = encoder.finish().unwrap();
        Self {
            method: 8,
            packed_size: packed.len() as u64,
            packed,
            ..Self::stored(name, bytes)
        }
    }

    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Both names.
    pub fn named(self, name: &[u8]) -> Self {
        self.with(|entry| (entry.name, entry.local_name) = (name.into(), name.into()))
    }
}

fn narrow(value: u64) -> [u8; 4] {
    u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes()
}

pub fn zip(entries: &[Entry]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let offset = entry.offset.unwrap_or(out.len() as u32);
        let mut common = Vec::new();
        common.extend(20u16.to_le_bytes());
        common.extend(entry.flags.to_le_bytes());
        common.extend(entry.method.to_le_bytes());
        common.extend([0, 0, 0x21, 0]);
        common.extend(entry.crc.to_le_bytes());
        common.extend(narrow(entry.packed_size));
        common.extend(narrow(entry.size));
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend((entry.local_name.len() as u16).to_le_bytes());
        out.extend((entry.local_extra.len() as u16).to_le_bytes());
        out.extend(&entry.local_name);
        out.extend(&entry.local_extra);
        out.extend(&entry.packed);
        directory.extend(b"PK\x01\x02");
        directory.extend([45, entry.system]);
        directory.extend(&common);
        directory.extend((entry.name.len() as u16).to_le_bytes());
        directory.extend((entry.extra.len() as u16).to_le_bytes());
        directory.extend([0; 6]);
        directory.extend((entry.mode << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(&entry.name);
        directory.extend(&entry.extra);
    }
    let at = out.len() as u32;
    out.extend(&directory);
    out.extend(end(entries.len() as u16, directory.len() as u32, at));
    out
}

/// An end record.
pub fn end(entries: u16, length: u32, offset: u32) -> Vec<u8> {
    let mut out = b"PK\x05\x06\0\0\0\0".to_vec();
    out.extend(entries.to_le_bytes());
    out.extend(entries.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend(offset.to_le_bytes());
    out.extend([0, 0]);
    out
}
