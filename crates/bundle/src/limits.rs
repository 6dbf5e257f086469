//! Every bound on what a bundle may be. Writer and reader keep the same ones, so that every bundle that is
//! written can be read.

/// Most files of a site in one bundle. The list of that many is held in memory, some 20 MiB.
pub const MAX_FILES: usize = 100_000;

/// Most entries of a zip, folders and `bundle.json` among them.
pub const MAX_ENTRIES: usize = 131_072;

/// Longest directory of a zip in bytes: held in memory while it is read. Leaves 300 bytes for each name where
/// there are [`MAX_FILES`].
pub const MAX_DIRECTORY: u64 = 48 * 1024 * 1024;

/// Longest `bundle.json` in bytes: held in memory, for the same reason as large.
pub const MAX_MANIFEST: u64 = 48 * 1024 * 1024;

/// Longest `key.json` in bytes. It has some 400.
pub const MAX_SEALED_KEY: u64 = 4096;

/// Longest media type in bytes: RFC 6838 section 4.2 has 127 for each half, and one slash.
pub const MAX_MEDIA_TYPE: usize = 255;

/// Most bytes of all files together: 1 TiB. Below 2^53, so that sizes and sums are exact in JavaScript.
pub const MAX_TOTAL: u64 = 1 << 40;

/// How many bytes an archive may unpack to for each of its own, above [`FREE_EXPANSION`]. Text packs 3 to 30
/// times smaller; deflate's utmost, which bombs use, is 1032.
pub const MAX_RATIO: u64 = 100;

/// To how many bytes any archive may unpack, however small it is: 256 MiB.
pub const FREE_EXPANSION: u64 = 256 * 1024 * 1024;

/// Bytes read from the source at once: few enough to hold, enough that the way there does not count.
pub const READ_AHEAD: usize = 2 * 1024 * 1024;

/// Longest chunk in bytes that reading a file gives.
pub const MAX_CHUNK: usize = 256 * 1024;

/// May this many packed bytes unpack to that many?
pub(crate) fn is_plausible(packed: u64, unpacked: u64) -> bool {
    unpacked <= FREE_EXPANSION.saturating_add(packed.saturating_mul(MAX_RATIO))
}
