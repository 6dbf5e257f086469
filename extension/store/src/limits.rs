//! Limits of a site's code and of the files that it writes.

/// Most bytes of all files of a site's code: they are held in memory, once here and once in the box.
pub const MAX_CODE: u64 = 32 * 1024 * 1024;

/// Largest file that a site's code writes, in bytes: it is held in memory while it is written.
pub const MAX_OWN_FILE: u64 = 64 * 1024 * 1024;

/// Most files of a site whose code writes files: a visitor must not fill the host's disk with tiny ones.
pub const MAX_OWN_FILES: u32 = 10_000;
