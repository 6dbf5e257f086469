//! What the site's owner asks of the box: what is wrong with the code, questions to the database, data out and in.

use database::transfer::{Import, Position};
use database::{Access, Cell, Database};
use messages::{BoxAsk, Problem, Rows};
use script::Platform;
use serde::Serialize;

use crate::platform::Machine;

/// Bytes of one collection's data that are read at once.
const PART: usize = 256 * 1024;

/// Most bytes of data that one answer holds: it is one text in three places.
const MOST: usize = 64 * 1024 * 1024;

/// The answer to a [`BoxAsk`] in JSON, as JSON; or a sentence for the owner.
pub fn answer(
    database: &Database,
    problems: impl FnOnce() -> Vec<Problem>,
    ask: BoxAsk,
) -> Result<String, String> {
    match ask {
        BoxAsk::Problems => json(&problems()),
        BoxAsk::Console { statement, write } => json(&console(database, &statement, write)?),
        BoxAsk::ExportData => json(&export(database).map_err(|error| error.to_string())?),
        BoxAsk::ImportData { collections } => {
            json(&import(database, &collections).map_err(|error| error.to_string())?)
        }
        // The owner of the Worker ends it; it never comes here.
        BoxAsk::Restart => json(&()),
    }
}

fn json(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string(value).map_err(|error| error.to_string())
}

fn console(database: &Database, statement: &str, write: bool) -> Result<Rows, String> {
    let access = if write { Access::Write } else { Access::Read };
    let machine = Machine::get();
    machine.begin();
    let began = machine.now();
    let rows = database
        .console(statement, access)
        .map_err(|error| error.to_string())?;
    let took = machine.now().saturating_sub(began);
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
            Machine::get().begin();
            let part = collection.export(from, PART)?;
            bytes += part.text.len();
            if bytes > MOST {
                return Err(database::Error::TooLarge {
                    what: "the data of a site in bytes",
                    size: bytes as u64,
                    limit: MOST as u64,
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

/// Replaces these collections, all of them or none; how many documents came.
fn import(database: &Database, collections: &[(String, String)]) -> Result<u64, database::Error> {
    let machine = Machine::get();
    let mut random = |bytes: &mut [u8]| machine.random(bytes);
    database.begin()?;
    let imported = collections.iter().try_fold(0, |sum, (name, text)| {
        machine.begin();
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
