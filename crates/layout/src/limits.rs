//! What a site's scripts may use. Owners set these in `site.json` under `limits`, below the ceilings here:
//! the ceilings protect the host's machine, the defaults protect a site's visitors from one another.

use serde::{Deserialize, Deserializer, Serialize, de};

const MIB: u64 = 1024 * 1024;

/// Longest time that one request's code may run between two waits in all, in ms. All requests of a site
/// take turns on one thread, so this is also how long one can hold up the others.
pub const MAX_CPU_MS: u64 = 10_000;
/// Longest time from a request to the head of its answer in seconds, waiting included. Browsers give up
/// a silent request after about five minutes.
pub const MAX_DEADLINE_SECONDS: u64 = 300;
/// Most memory for one request's code in MiB. With [`MAX_CONCURRENCY`] it stays below what wasm can address.
pub const MAX_MEMORY_MIB: u64 = 128;
/// Largest request body in MiB. A body that is read as a whole has to fit in memory.
pub const MAX_BODY_MIB: u64 = 64;
/// Largest response body in MiB; what is larger should be a static file, which costs no script.
pub const MAX_OUTPUT_MIB: u64 = 1024;
/// Most bytes of files that one request writes, in MiB. They pass through the memory of several processes.
pub const MAX_FILE_WRITES_MIB: u64 = 256;
/// Most bytes of all files that a site's code has written, in MiB: they lie on the host's disk. The owner may allow
/// less.
pub const MAX_FILES_MIB: u64 = 1024;
/// Most requests of a site that run at once.
pub const MAX_CONCURRENCY: u64 = 16;
/// Most requests of a site that wait for their turn.
pub const MAX_QUEUE: u64 = 1024;
/// Most answers of a site that are still being streamed, live pages among them. Each keeps its code's
/// memory (from about 1 MiB on).
pub const MAX_STREAMS: u64 = 256;

/// What one site's scripts may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    /// Time that one request's code may run, in ms; afterwards per streamed piece.
    #[serde(deserialize_with = "within::<1, MAX_CPU_MS, _>")]
    pub cpu_ms: u64,
    /// Time from a request to the head of its answer, in seconds.
    #[serde(deserialize_with = "within::<1, MAX_DEADLINE_SECONDS, _>")]
    pub deadline_seconds: u64,
    /// Memory for one request's code, in MiB.
    #[serde(
        rename = "memoryMiB",
        deserialize_with = "within::<4, MAX_MEMORY_MIB, _>"
    )]
    pub memory_mib: u64,
    /// Request body, in MiB.
    #[serde(rename = "bodyMiB", deserialize_with = "within::<0, MAX_BODY_MIB, _>")]
    pub body_mib: u64,
    /// Response body, in MiB.
    #[serde(
        rename = "outputMiB",
        deserialize_with = "within::<1, MAX_OUTPUT_MIB, _>"
    )]
    pub output_mib: u64,
    /// Files that one request writes, in MiB.
    #[serde(
        rename = "fileWritesMiB",
        deserialize_with = "within::<0, MAX_FILE_WRITES_MIB, _>"
    )]
    pub file_writes_mib: u64,
    /// All files that the site's code has written and not deleted, in MiB.
    #[serde(
        rename = "filesMiB",
        deserialize_with = "within::<0, MAX_FILES_MIB, _>"
    )]
    pub files_mib: u64,
    /// Requests that run at once. One visitor has half of them at most, one network three quarters.
    #[serde(deserialize_with = "within::<1, MAX_CONCURRENCY, _>")]
    pub concurrency: u64,
    /// Requests that wait for their turn; further ones get 503. One visitor has a quarter of the places at most, one
    /// network half.
    #[serde(deserialize_with = "within::<0, MAX_QUEUE, _>")]
    pub queue: u64,
    /// Answers that are being streamed at once; further ones get 503. Shared out as the queue is.
    #[serde(deserialize_with = "within::<0, MAX_STREAMS, _>")]
    pub streams: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cpu_ms: 1_000,
            deadline_seconds: 30,
            memory_mib: 32,
            body_mib: 16,
            output_mib: 64,
            file_writes_mib: 32,
            files_mib: 256,
            concurrency: 8,
            queue: 512,
            streams: 64,
        }
    }
}

impl Limits {
    /// Memory for one request's code, in bytes.
    pub fn memory_bytes(&self) -> u64 {
        self.memory_mib * MIB
    }

    /// Request body, in bytes.
    pub fn body_bytes(&self) -> u64 {
        self.body_mib * MIB
    }

    /// Files that one request writes, in bytes.
    pub fn file_writes_bytes(&self) -> u64 {
        self.file_writes_mib * MIB
    }

    /// All files that the site's code has written, in bytes.
    pub fn files_bytes(&self) -> u64 {
        self.files_mib * MIB
    }

    /// Response body, in bytes.
    pub fn output_bytes(&self) -> u64 {
        self.output_mib * MIB
    }
}

/// A whole number of a range; serde adds line and column to the error.
fn within<'de, const LEAST: u64, const MOST: u64, D: Deserializer<'de>>(
    from: D,
) -> Result<u64, D::Error> {
    let value = u64::deserialize(from)?;
    match (LEAST..=MOST).contains(&value) {
        true => Ok(value),
        false => Err(de::Error::custom(format_args!(
            "{value} is out of range; at least {LEAST} and at most {MOST} are possible"
        ))),
    }
}
