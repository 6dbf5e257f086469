//! The records that we write (APPNOTE 4.3). All of one kind: names in UTF-8, a descriptor after the bytes, no
//! time but the first that there is (1 January 1980), files of mode 0644. So the same site gives the same bytes.

use super::{
    CENTRAL, DESCRIPTOR, END, END_64, END_64_LENGTH, EXTRA_64, FLAG_DESCRIPTOR, FLAG_UTF8,
    IN_EXTRA, LOCAL, LOCATOR_64, Method,
};

/// The system of the attributes: Unix (4.4.2), and the version of the format: 4.5.
const MADE_BY: u16 = 3 << 8 | 45;
/// What a reader must understand: deflate and folders (4.4.3).
const NEEDS: u16 = 20;
/// The same with sizes of 64 bits.
const NEEDS_64: u16 = 45;
const FLAGS: u16 = FLAG_DESCRIPTOR | FLAG_UTF8;
const MIDNIGHT: u16 = 0;
/// 1 January 1980, in MS-DOS's form.
const FIRST_DAY: u16 = 1 << 5 | 1;
/// A regular file, rw-r--r--.
const ATTRIBUTES: u32 = 0o100_644 << 16;
/// From this size in bytes on, packed bytes may be 4 GiB: deflate adds less than one byte in 256.
const WIDE_FROM: u64 = 0xff00_0000;

/// What is known of a file before its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// Its path.
    pub name: &'a str,
    /// How it is kept.
    pub method: Method,
    /// Its bytes.
    pub size: u64,
    /// Where its header begins.
    pub offset: u64,
}

/// What is known after them.
#[derive(Debug, Clone, Copy)]
pub struct After {
    /// The CRC-32 of its bytes.
    pub crc: u32,
    /// Its bytes as they are kept.
    pub packed: u64,
}

/// The most bytes that [`central`] gives for a path.
pub const fn central_length(name: &str) -> u64 {
    (46 + 28 + name.len()) as u64
}

impl Before<'_> {
    const fn is_wide(&self) -> bool {
        self.size >= WIDE_FROM
    }

    const fn needs(&self) -> u16 {
        if self.is_wide() { NEEDS_64 } else { NEEDS }
    }

    /// A path has at most [`site::path::MAX_PATH`] bytes.
    fn name_length(&self) -> u16 {
        u16::try_from(self.name.len()).unwrap_or(u16::MAX)
    }
}

/// The header before a file's bytes (4.3.7).
pub fn local(before: &Before<'_>, to: &mut Vec<u8>) {
    u32s(to, [LOCAL]);
    u16s(
        to,
        [
            before.needs(),
            FLAGS,
            before.method.code(),
            MIDNIGHT,
            FIRST_DAY,
        ],
    );
    // Checksum and sizes: in the descriptor. That those have 64 bits, the extra field says.
    let (sizes, extra) = if before.is_wide() {
        (IN_EXTRA, 20)
    } else {
        (0, 0)
    };
    u32s(to, [0, sizes, sizes]);
    u16s(to, [before.name_length(), extra]);
    to.extend_from_slice(before.name.as_bytes());
    if before.is_wide() {
        u16s(to, [EXTRA_64, 16]);
        u64s(to, [0, 0]);
    }
}

/// What follows a file's bytes (4.3.9).
pub fn descriptor(before: &Before<'_>, after: After, to: &mut Vec<u8>) {
    u32s(to, [DESCRIPTOR, after.crc]);
    if before.is_wide() {
        u64s(to, [after.packed, before.size]);
    } else {
        // Both are below 4 GiB.
        u32s(
            to,
            [after.packed, before.size].map(|wide| narrow(wide, u32::MAX)),
        );
    }
}

/// A file's record in the directory (4.3.12).
pub fn central(before: &Before<'_>, after: After, to: &mut Vec<u8>) {
    let mut wide = Vec::new();
    let [size, packed, offset] = [before.size, after.packed, before.offset].map(|value| {
        if value >= IN_EXTRA.into() {
            wide.push(value);
        }
        narrow(value, IN_EXTRA)
    });
    let needs = if wide.is_empty() {
        before.needs()
    } else {
        NEEDS_64
    };
    let extra = wide.len() as u16 * 8;
    u32s(to, [CENTRAL]);
    u16s(
        to,
        [
            MADE_BY,
            needs,
            FLAGS,
            before.method.code(),
            MIDNIGHT,
            FIRST_DAY,
        ],
    );
    u32s(to, [after.crc, packed, size]);
    let extra_field = if wide.is_empty() { 0 } else { extra + 4 };
    u16s(to, [before.name_length(), extra_field, 0, 0, 0]);
    u32s(to, [ATTRIBUTES, offset]);
    to.extend_from_slice(before.name.as_bytes());
    if !wide.is_empty() {
        u16s(to, [EXTRA_64, extra]);
        u64s(to, wide);
    }
}

/// The end of the directory (4.3.14 to 4.3.16). `offset` is where the directory begins, `length` its bytes.
pub fn end(entries: u64, offset: u64, length: u64, to: &mut Vec<u8>) {
    let is_wide =
        entries >= u16::MAX.into() || offset >= IN_EXTRA.into() || length >= IN_EXTRA.into();
    if is_wide {
        u32s(to, [END_64]);
        u64s(to, [END_64_LENGTH as u64 - 12]);
        u16s(to, [MADE_BY, NEEDS_64]);
        u32s(to, [0, 0]);
        u64s(to, [entries, entries, length, offset]);
        u32s(to, [LOCATOR_64, 0]);
        u64s(to, [offset + length]);
        u32s(to, [1]);
    }
    let count = u16::try_from(entries).unwrap_or(u16::MAX);
    u32s(to, [END]);
    u16s(to, [0, 0, count, count]);
    u32s(to, [narrow(length, IN_EXTRA), narrow(offset, IN_EXTRA)]);
    u16s(to, [0]);
}

fn narrow(value: u64, otherwise: u32) -> u32 {
    u32::try_from(value).unwrap_or(otherwise)
}

fn u16s(to: &mut Vec<u8>, values: impl IntoIterator<Item = u16>) {
    to.extend(values.into_iter().flat_map(u16::to_le_bytes));
}

fn u32s(to: &mut Vec<u8>, values: impl IntoIterator<Item = u32>) {
    to.extend(values.into_iter().flat_map(u32::to_le_bytes));
}

fn u64s(to: &mut Vec<u8>, values: impl IntoIterator<Item = u64>) {
    to.extend(values.into_iter().flat_map(u64::to_le_bytes));
}
