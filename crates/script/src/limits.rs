//! Numbers that bound what one request can make the sandbox hold, and that no site needs to change.

/// Most stack for one runtime, in bytes. In wasm the browser's own stack ends somewhere above 64 KiB of this
/// one and takes the whole instance with it; natively a thread of 2 MiB, the standard library's, has room.
pub const STACK: usize = if cfg!(target_family = "wasm") {
    64 * 1024
} else {
    512 * 1024
};
/// Memory in use from which the first garbage collection comes, in bytes: most requests end before.
pub const FIRST_COLLECTION: usize = 4 * 1024 * 1024;
/// Bytes that a runtime is given between two looks at its time: zeroing them takes well under a millisecond.
pub const BYTES_BETWEEN_LOOKS: usize = 1024 * 1024;
/// Largest module or JSON file that can be imported, in bytes.
pub const MODULE: usize = 2 * 1024 * 1024;
/// All modules of a site together, in bytes; they stay in memory as bytecode.
pub const ALL_MODULES: usize = 16 * 1024 * 1024;
/// Most log entries of one request; one more says that there were others.
pub const LOG_ENTRIES: u32 = 200;
/// Longest text of a log entry in bytes; the rest is cut off.
pub const LOG_TEXT: usize = 8 * 1024;
/// Most timers of one request at once.
pub const TIMERS: usize = 1_000;
/// Most questions of one request (files, pieces of bodies, events) without an answer yet.
pub const QUESTIONS: u32 = 64;
/// Largest file that a handler reads or writes, in bytes.
pub const FILE: usize = 16 * 1024 * 1024;
/// Most files that one request writes or deletes: each is a transaction of the host's store.
pub const FILE_CHANGES: u32 = 1_000;
/// Seconds that a body which is awaited may be silent while others wait for its request's place. A connection that
/// lost something is heard again within a second or two.
pub const BODY_SILENCE_SECONDS: u64 = 5;
/// Bytes of a body that must come meanwhile for it not to count as silent: a tenth of what the slowest mobile
/// connections bring.
pub const BODY_PROGRESS: u64 = 4 * 1024;
/// Password hashes that strangers may have at once, and then again after their rest: a meeting that logs in.
pub const HASHES_OF_SITE: u32 = 40;
/// The same from one network.
pub const HASHES_OF_NETWORK: u32 = 20;
/// How long hashing rests for the time that it took, as a multiple, itself included: it has a quarter of the thread at most.
pub const HASH_REST_OF_SITE: u32 = 4;
/// The same for one network: it has a sixteenth.
pub const HASH_REST_OF_NETWORK: u32 = 16;
/// Most topics that one subscription names.
pub const TOPICS: usize = 32;
/// Most subscriptions of one request at once.
pub const SUBSCRIPTIONS: usize = 32;
/// Longest name of a topic in bytes.
pub const TOPIC_NAME: usize = 256;
/// Largest event in bytes of its JSON.
pub const EVENT: usize = 64 * 1024;
/// Most events that one request publishes.
pub const EVENTS: usize = 256;
/// Most events that wait for one subscription; a visitor who takes them too slowly misses the oldest.
pub const EVENTS_WAITING: usize = 64;
/// Most headers of an answer, and most bytes of them together: what peers take in one message.
pub const HEADERS: usize = 200;
/// Most bytes of an answer's headers together.
pub const HEADERS_SIZE: usize = 32 * 1024;
/// Most fields and files in a form.
pub const FORM_FIELDS: usize = 1_000;
/// Longest head of one part of a multipart form in bytes.
pub const PART_HEAD: usize = 8 * 1024;
/// Most bytes of random values in one call; as `crypto.getRandomValues` has it.
pub const RANDOM: usize = 65_536;
/// How long code may go on after its visitor left while an answer was streamed, in seconds: enough to tidy
/// up.
pub const AFTERMATH_SECONDS: u64 = 5;
/// How long a stream rests for the time that it computed, as a multiple: it has at most a third of the thread, and
/// the others' requests the rest.
pub const STREAM_REST: u32 = 2;
/// How much rest a stream may owe before it has to take it, in milliseconds: so ordinary ones never wait.
pub const STREAM_DEBT_MS: u64 = 50;
