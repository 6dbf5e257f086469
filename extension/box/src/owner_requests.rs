//! Handles the requests of the site's owner: problems in the code, SQL statements, export and import of data. Must not know
//! how requests and replies are transported.

use database::transfer::{Import, Position};
use database::{Access, Cell, Database};
use messages::{BoxAsk, Problem, Rows};
use script::Platform;
use serde::Serialize;

use crate::platform::WorkerPlatform;

/// Bytes of one collection's data that are exported in one step.
const EXPORT_CHUNK: usize = 256 * 1024;

/// Most bytes of data in one export: the text exists three times in memory.
const MAX_EXPORT: usize = 64 * 1024 * 1024;

/// Handles a request. Returns the reply as JSON, or an error message for the owner.
pub fn handle(
    database: &Database,
    problems: impl FnOnce() -> Vec<Problem>,
    request: BoxAsk,
) -> Result<String, String> {
    match request {
        BoxAsk::Problems => json(&problems()),
        BoxAsk::Console { statement, write } => json(&console(database, &statement, write)?),
        BoxAsk::ExportData => json(&export(database).map_err(|error| error.to_string())?),
        BoxAsk::ImportData { collections } => {
            json(&import(database, &collections).map_err(|error| error.to_string())?)
        }
        // The network document ends the Worker instead of posting this.
        BoxAsk::Restart => json(&()),
    }
}

fn json(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string(value).map_err(|error| error.to_string())
}

fn console(database: &Database, statement: &str, write: bool) -> Result<Rows, String> {
    let access = if write { Access::Write } else { Access::Read };
    let platform = WorkerPlatform::get();
    platform.start_turn();
    let began = platform.now();
    let rows = database
        .console(statement, access)
        .map_err(|error| error.to_string())?;
    let took = platform.now().saturating_sub(began);
    Ok(Rows {
        columns: rows.columns,
        rows: rows
            .rows
            .iter()
            .map(|row| row.iter().map(Cell::to_json).collect())
            .collect(),
        changed: rows.changes,
        ms: took.as_secs_f64() * 1e3,
    })
}

fn export(database: &Database) -> Result<Vec<(String, String)>, database::Error> {
    let mut files = Vec::new();
    let mut bytes = 0;
    for (name, _) in database.collections()? {
        let collection = database.collection(name.as_str())?;
        let mut text = String::new();
        let mut position = Some(Position::START);
        while let Some(from) = position {
            WorkerPlatform::get().start_turn();
            let part = collection.export(from, EXPORT_CHUNK)?;
            bytes += part.text.len();
            if bytes > MAX_EXPORT {
                return Err(database::Error::TooLarge {
                    what: "the data of a site in bytes",
                    size: bytes as u64,
                    limit: MAX_EXPORT as u64,
                    remedy: "Export its collections with SQL, part by part",
                });
            }
            text.push_str(&part.text);
            position = part.next;
        }
        files.push((name.as_str().to_owned(), text));
    }
    Ok(files)
}

/// Replaces these collections, all of them or none. Returns the number of documents.
fn import(database: &Database, collections: &[(String, String)]) -> Result<u64, database::Error> {
    let platform = WorkerPlatform::get();
    let mut random = |bytes: &mut [u8]| platform.random(bytes);
    database.begin()?;
    let imported = collections.iter().try_fold(0, |sum, (name, text)| {
        platform.start_turn();
        let file = format!("{name}.json");
        let count = database
            .collection(name)?
            .import(&file, text, Import::Replace, &mut random)?;
        Ok(sum + count)
    });
    match imported {
        Ok(count) => database.commit().map(|()| count),
        Err(error) => database.rollback().and(Err(error)),
    }
}
