//! The container: the records of a zip (PKWARE's APPNOTE 6.3.10), and nothing of sites.
//!
//! Written by hand, because no library can do what both ends need: a writer that never seeks and is driven
//! from outside, since in the browser bytes come and go asynchronously; a reader over asynchronous random
//! access; and a reader of hostile files that compares every record with its twin. Compression and
//! checksums, which are hard to get right, are libraries' (`flate2` over `zlib-rs`, `crc32fast`).
//!
//! - [`directory`] finds and reads the directory of an archive, [`entry`] is what it says of one entry.
//! - [`content`] reads one entry's bytes.
//! - [`container`] writes an archive, [`records`] are its records, [`deflate`] is how we compress.

pub mod container;
pub mod content;
pub mod deflate;
pub mod directory;
pub mod entry;
pub mod field;
pub mod name;
pub mod records;

/// How an entry's bytes are kept (APPNOTE 4.4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// As they are: 0.
    Stored,
    /// Deflate (RFC 1951): 8.
    Deflated,
}

impl Method {
    /// Its number.
    pub const fn code(self) -> u16 {
        match self {
            Self::Stored => 0,
            Self::Deflated => 8,
        }
    }

    /// By its number.
    pub const fn from_code(code: u16) -> Option<Self> {
        match code {
            0 => Some(Self::Stored),
            8 => Some(Self::Deflated),
            _ => None,
        }
    }
}

/// A file's header before its bytes (APPNOTE 4.3.7).
pub const LOCAL: u32 = 0x0403_4b50;
/// What follows the bytes where the header could not know (4.3.9).
pub const DESCRIPTOR: u32 = 0x0807_4b50;
/// A file's header in the directory (4.3.12).
pub const CENTRAL: u32 = 0x0201_4b50;
/// The end of the directory (4.3.16).
pub const END: u32 = 0x0605_4b50;
/// The same with 64 bits (4.3.14).
pub const END_64: u32 = 0x0606_4b50;
/// Where that is (4.3.15).
pub const LOCATOR_64: u32 = 0x0706_4b50;
/// The extra field with sizes and offset of 64 bits (4.5.3).
pub const EXTRA_64: u16 = 1;
/// The extra field with a name in UTF-8, beside one in some code page (4.6.9).
pub const EXTRA_UNICODE_PATH: u16 = 0x7075;
/// Sizes and offsets of this value stand in [`EXTRA_64`].
pub const IN_EXTRA: u32 = u32::MAX;
/// The flag of encrypted bytes (4.4.4, bit 0), and of encrypted headers (bit 13).
pub const FLAG_ENCRYPTED: u16 = 1 | 1 << 13;
/// The flag of a [`DESCRIPTOR`] (bit 3).
pub const FLAG_DESCRIPTOR: u16 = 1 << 3;
/// The flag of names in UTF-8 (bit 11).
pub const FLAG_UTF8: u16 = 1 << 11;

/// Bytes of a [`LOCAL`] record before name and extra fields.
pub const LOCAL_LENGTH: usize = 30;
/// Bytes of an [`END`] record before the comment.
pub const END_LENGTH: usize = 22;
/// Bytes of a [`LOCATOR_64`] record.
pub const LOCATOR_LENGTH: usize = 20;
/// Bytes of an [`END_64`] record without extensions.
pub const END_64_LENGTH: usize = 56;
