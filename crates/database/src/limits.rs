//! Every number that bounds a database.

/// What one site's database may take. The owner sets it, below the host's ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the database, as pages on disk.
    pub database_bytes: u64,
    /// Bytes of one document as JSON.
    pub document_bytes: usize,
    /// Rows that one question may give.
    pub result_rows: usize,
    /// Bytes that one question may give.
    pub result_bytes: usize,
    /// Instructions of SQLite's machine that one transaction may take. A second is some 20 to 100 million.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            database_bytes: 256 * 1024 * 1024,
            document_bytes: 1024 * 1024,
            result_rows: 10_000,
            result_bytes: 8 * 1024 * 1024,
            steps: 50_000_000,
        }
    }
}

/// Bytes of a statement. Data belongs into parameters.
pub const STATEMENT_BYTES: usize = 64 * 1024;

/// Bytes of one cell or row as SQLite sees it: four of the largest documents, for what SQL makes of them.
pub const CELL_BYTES: usize = 4 * 1024 * 1024;

/// Parameters of one statement.
pub const PARAMETERS: usize = 1_000;

/// Tables, collections among them, and indexes of one site. Each costs memory for as long as the database is open.
pub const TABLES: usize = 500;

/// Bytes of the name of a collection or field.
pub const NAME_BYTES: usize = 100;

/// Names inside each other in the path of a field.
pub const PATH_DEPTH: usize = 10;

/// Fields of one index or sort.
pub const INDEX_FIELDS: usize = 5;

/// Conditions in one filter, and their nesting.
pub const CONDITIONS: usize = 200;
/// Nesting of conditions in one filter.
pub const CONDITION_DEPTH: usize = 20;

/// Bytes of a pattern of `$like`.
pub const PATTERN_BYTES: usize = 200;

/// Bytes of a document's id.
pub const ID_BYTES: usize = 200;

/// Instructions of SQLite's machine between two looks at the time: well under a millisecond.
pub const STEPS_BETWEEN_LOOKS: u16 = 1_000;

/// Bytes of one session as JSON. More belongs into a collection.
pub const SESSION_BYTES: usize = 16 * 1024;

/// Sessions of one site. When there are more, those not used for longest are forgotten.
pub const SESSIONS: usize = 10_000;

/// Seconds after its last use that a session is kept.
pub const SESSION_IDLE_SECONDS: u64 = 30 * 24 * 60 * 60;

/// Seconds after its beginning that a session is kept however much it is used.
pub const SESSION_SECONDS: u64 = 365 * 24 * 60 * 60;

/// Seconds between two notes of a session's use: a note is a write, and reading should stay reading.
pub const SESSION_NOTE_SECONDS: u64 = 60 * 60;

/// Bytes of a `Cookie` header that is looked at (RFC 6265bis, 5.6 lets one cookie have 4 KiB).
pub const COOKIE_BYTES: usize = 16 * 1024;

/// Accounts of one site.
pub const ACCOUNTS: usize = 100_000;

/// Bytes of an account's name.
pub const ACCOUNT_NAME_BYTES: usize = 200;

/// Characters that a password has at least (NIST SP 800-63B, 3.1.1.2 wants 8 beside a second factor).
pub const PASSWORD_CHARACTERS: usize = 8;

/// Bytes of a password at most: more only costs time.
pub const PASSWORD_BYTES: usize = 1_024;

/// Wrong passwords for one account from one network within [`ATTEMPT_SECONDS`], and by one browser that logged in to
/// it before.
pub const ATTEMPTS_OF_VISITOR: u32 = 10;

/// Wrong passwords for one account by all strangers within [`ATTEMPT_SECONDS`]: so many that one has to mean harm to
/// lock the others out, and so few that a weak password stands for months. Browsers that logged in before go on.
pub const ATTEMPTS_OF_ACCOUNT: u32 = 100;

/// Wrong passwords from one network for any account within [`ATTEMPT_SECONDS`].
pub const ATTEMPTS_OF_ANY: u32 = 30;

/// Seconds that attempts are counted for, from the first.
pub const ATTEMPT_SECONDS: u64 = 15 * 60;

/// Accounts that one browser is known for: the newest. Its cookie travels with each request.
pub const BROWSER_ACCOUNTS: usize = 8;

/// Seconds after its last log-in that a browser is known: 400 days, the most that browsers keep a cookie
/// (RFC 6265bis, 5.5).
pub const BROWSER_SECONDS: u64 = 400 * 24 * 60 * 60;

/// Counters of attempts of one site. When there are more, the oldest are forgotten.
pub const ATTEMPT_COUNTERS: usize = 20_000;
