//! Which statements a site may run, and for how long.
//!
//! SQLite asks this before it prepares a statement, and again every some steps while it runs.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use crate::error::Error;
use crate::limits::STEPS_BETWEEN_LOOKS;

/// On whose behalf statements are prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Trust {
    /// This crate's own, for sessions, accounts, transactions.
    Own = 0,
    /// The site's, reading and writing.
    Write = 1,
    /// The site's, reading only.
    Read = 2,
}

/// What SQLite's callbacks share with the database.
pub(crate) struct Guard {
    trust: AtomicU8,
    steps: AtomicU64,
    limit: u64,
    out_of_time: AtomicBool,
    refused: Mutex<Option<(String, &'static str)>>,
}

impl Guard {
    pub fn new(limit: u64) -> Arc<Self> {
        Arc::new(Self {
            trust: AtomicU8::new(Trust::Own as u8),
            steps: AtomicU64::new(0),
            limit,
            out_of_time: AtomicBool::new(false),
            refused: Mutex::new(None),
        })
    }

    /// Prepares on behalf of `trust` from now on; gives who it was before.
    pub fn trust(&self, trust: Trust) -> u8 {
        self.trust.swap(trust as u8, Ordering::Relaxed)
    }

    /// As [`Guard::trust`], with what that gave.
    pub fn restore(&self, before: u8) {
        self.trust.store(before, Ordering::Relaxed);
    }

    /// Counts from 0 again.
    pub fn reset(&self) {
        self.steps.store(0, Ordering::Relaxed);
        self.out_of_time.store(false, Ordering::Relaxed);
    }

    /// Whether to stop now.
    pub fn look(&self, time_is_up: &mut dyn FnMut() -> bool) -> bool {
        let between = u64::from(STEPS_BETWEEN_LOOKS);
        let steps = self
            .steps
            .fetch_add(between, Ordering::Relaxed)
            .saturating_add(between);
        if time_is_up() {
            self.out_of_time.store(true, Ordering::Relaxed);
            return true;
        }
        steps > self.limit
    }

    /// Why a statement was stopped.
    pub fn spent(&self) -> Error {
        let spent = if self.out_of_time.load(Ordering::Relaxed) {
            "the database worked too long".to_owned()
        } else {
            format!("the database took more than {} steps", self.limit)
        };
        Error::Exhausted { spent }
    }

    /// Why a statement was refused, if it was.
    pub fn take_refusal(&self) -> Option<Error> {
        let refused = self
            .refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        refused.map(|(what, remedy)| Error::Forbidden { what, remedy })
    }

    /// What SQLite asks before it prepares a statement.
    pub fn authorize(&self, context: &AuthContext<'_>) -> Authorization {
        let own = self.trust.load(Ordering::Relaxed) == Trust::Own as u8;
        // A trigger or view is the site's, even when a statement of this crate sets it off.
        if own && context.accessor.is_none() {
            return Authorization::Allow;
        }
        let reads_only = self.trust.load(Ordering::Relaxed) == Trust::Read as u8;
        match refusal(&context.action, reads_only) {
            None => Authorization::Allow,
            Some(refused) => {
                *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(refused);
                Authorization::Deny
            }
        }
    }
}

const TABLES_REMEDY: &str = "Use your own tables and collections";
const TRANSACTION_REMEDY: &str =
    "A request is a transaction: return to commit it, throw to roll it back";
const READ_REMEDY: &str = "Allow writing in the console first";

/// Why a site may not do this, and what to do instead.
fn refusal(action: &AuthAction<'_>, reads_only: bool) -> Option<(String, &'static str)> {
    use AuthAction::{
        AlterTable, Analyze, CreateIndex, CreateTable, CreateTrigger, CreateView, Delete,
        DropIndex, DropTable, DropTrigger, DropView, Function, Insert, Pragma, Read, Recursive,
        Reindex, Savepoint, Select, Transaction, Update,
    };
    match *action {
        Select | Recursive => None,
        Read { table_name, .. } => reserved(table_name, true),
        Function { function_name } => function(function_name),
        Pragma {
            pragma_name,
            pragma_value,
        } => pragma(pragma_name, pragma_value),
        Transaction { .. } | Savepoint { .. } => Some((
            "beginning or ending a transaction".to_owned(),
            TRANSACTION_REMEDY,
        )),
        _ if reads_only && !is_of_schema(action) => Some(("writing".to_owned(), READ_REMEDY)),
        // SQLite writes its own tables when tables are made; a statement that names them is stopped by its
        // defensive mode.
        Insert { table_name } | Delete { table_name } | Update { table_name, .. } => {
            reserved(table_name, true)
        }
        // SQLite makes tables of its own for `autoincrement` and `analyze`; a statement that names them is wrong.
        CreateTable { table_name } => reserved(table_name, true),
        DropTable { table_name } | AlterTable { table_name, .. } => reserved(table_name, false),
        CreateIndex {
            index_name,
            table_name,
        }
        | DropIndex {
            index_name,
            table_name,
        } => reserved(table_name, false).or_else(|| {
            if index_name.starts_with("sqlite_autoindex_") {
                None
            } else {
                reserved(index_name, false)
            }
        }),
        CreateTrigger {
            trigger_name,
            table_name,
        }
        | DropTrigger {
            trigger_name,
            table_name,
        } => reserved(table_name, false).or_else(|| reserved(trigger_name, false)),
        CreateView { view_name } | DropView { view_name } => reserved(view_name, false),
        Reindex { .. } | Analyze { .. } => None,
        _ => Some((
            "a statement about attached databases, temporary or virtual tables".to_owned(),
            TABLES_REMEDY,
        )),
    }
}

fn is_of_schema(action: &AuthAction<'_>) -> bool {
    matches!(action, AuthAction::Update { table_name, .. } if table_name.starts_with("sqlite_"))
}

/// Tables of this crate, and of SQLite but for its list of tables.
fn reserved(table: &str, listing: bool) -> Option<(String, &'static str)> {
    const LISTS: [&str; 6] = [
        "sqlite_master",
        "sqlite_schema",
        "sqlite_temp_master",
        "sqlite_sequence",
        "sqlite_stat1",
        "sqlite_stat4",
    ];
    const INSIGHTS: [&str; 4] = ["dbstat", "bytecode", "tables_used", "fts5vocab"];
    let name = table.to_ascii_lowercase();
    let is_list = listing && LISTS.contains(&name.as_str());
    let is_closed =
        name.starts_with('_') || name.starts_with("sqlite_") || INSIGHTS.contains(&name.as_str());
    (is_closed && !is_list).then(|| (format!("the table `{table}`"), TABLES_REMEDY))
}

/// Functions that reach outside, or look inside SQLite.
fn function(name: &str) -> Option<(String, &'static str)> {
    const CLOSED: [&str; 5] = [
        "load_extension",
        "fts3_tokenizer",
        "sqlite_log",
        "sqlite_offset",
        "unknown",
    ];
    CLOSED
        .iter()
        .any(|closed| closed.eq_ignore_ascii_case(name))
        .then(|| (format!("the function `{name}`"), "Use another"))
}

/// Settings may be looked at where they describe tables, and never set.
fn pragma(name: &str, value: Option<&str>) -> Option<(String, &'static str)> {
    const ABOUT_A_TABLE: [&str; 6] = [
        "table_info",
        "table_xinfo",
        "table_list",
        "index_list",
        "index_info",
        "foreign_key_list",
    ];
    const WITHOUT_VALUE: [&str; 4] = ["table_list", "page_count", "page_size", "max_page_count"];
    let known = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    let allowed = if value.is_some() {
        known(&ABOUT_A_TABLE)
    } else {
        known(&WITHOUT_VALUE)
    };
    (!allowed).then(|| {
        (
            format!("the setting `{name}`"),
            "Settings belong to the host",
        )
    })
}
