//! The file that keeps claims over a restart: a first line with its version, then a line for each change.
//!
//! A change is appended; when the file has far more lines than there are names it is written anew beside its place
//! and moved there. So what was told to be on disk is there after a kill at any moment: a line without its end is
//! the only thing that can be broken, and nobody was told of it.
//!
//! A file that cannot be understood is put aside under another name and never overwritten; one that cannot be read at
//! all keeps the rendezvous from starting, since it would give names away.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use identity::{PublicKey, SiteName};
use serde::{Deserialize, Serialize};
use tracing::{error, warn};

use super::Error;
use super::claims::{Claims, Record};
use super::day::Day;
use crate::write;

/// How many broken files are put aside before somebody has to look.
const MAX_BROKEN_FILES: u32 = 100;

/// The version of the file.
const VERSION: u16 = 2;

/// Lines beyond two for each name, at which the file is written anew: a small file never is.
const SPARE_LINES: usize = 1024;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    version: u16,
}

/// The whole file of version 1.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionOne {
    version: u16,
    names: BTreeMap<SiteName, PublicKey>,
}

/// The file, open to be appended to.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// None: it has to be written anew before anything can be appended.
    open: Option<File>,
    lines: usize,
    bytes: u64,
}

/// What was read.
struct Content {
    claims: Claims,
    lines: usize,
    /// Bytes up to the end of the last whole line.
    bytes: usize,
}

impl StateFile {
    /// Reads the claims; none if there is no file yet.
    ///
    /// # Errors
    /// [`Error::StateFile`] if the file cannot be read, or is broken and cannot be put aside.
    pub fn load(path: &Path) -> Result<(Self, Claims), Error> {
        let fail = |problem: String| Error::StateFile {
            path: path.to_owned(),
            problem,
        };
        let mut file = Self {
            path: path.to_owned(),
            open: None,
            lines: 0,
            bytes: 0,
        };
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok((file, Claims::default()));
            }
            Err(error) => return Err(fail(error.to_string())),
        };
        if let Some(claims) = version_one(&bytes) {
            return Ok((file, claims));
        }
        match read(&bytes) {
            Ok(content) => {
                file.lines = content.lines;
                file.bytes = content.bytes as u64;
                match file.reopen() {
                    Ok(open) => file.open = Some(open),
                    Err(error) => {
                        warn!(file = %path.display(), %error, "claims cannot be written now");
                    }
                }
                Ok((file, content.claims))
            }
            Err((problem, claims)) => {
                let aside =
                    put_aside(path).map_err(|error| fail(format!("{problem}; and {error}")))?;
                warn!(file = %path.display(), aside = %aside.display(), problem, "claims were broken and put aside");
                file.rewrite(&claims);
                Ok((file, claims))
            }
        }
    }

    /// Writes changes down; `claims` are all of them, of which there are `names`. Blocks. `false`, and a word in the
    /// log, if it cannot: the next time all is written.
    pub fn save(
        &mut self,
        changes: &[Record],
        names: usize,
        claims: impl FnOnce() -> Claims,
    ) -> bool {
        let is_long = self.lines + changes.len() > 2 * names + SPARE_LINES;
        if !is_long && self.append(changes) {
            return true;
        }
        self.rewrite(&claims())
    }

    fn append(&mut self, changes: &[Record]) -> bool {
        let Some(open) = &mut self.open else {
            return false;
        };
        let text: String = changes.iter().map(line).collect();
        let written = open
            .write_all(text.as_bytes())
            .and_then(|()| open.sync_data());
        match written {
            Ok(()) => {
                self.lines += changes.len();
                self.bytes += text.len() as u64;
                true
            }
            Err(error) => {
                warn!(file = %self.path.display(), %error, "claims could not be appended");
                self.open = None;
                false
            }
        }
    }

    fn rewrite(&mut self, claims: &Claims) -> bool {
        let mut text = line(&Head { version: VERSION });
        let mut lines = 0;
        for record in claims.records() {
            text.push_str(&line(&record));
            lines += 1;
        }
        self.open = None;
        let written = write::atomically(&self.path, text.as_bytes())
            .map_err(|error| error.to_string())
            .and_then(|_| {
                self.lines = lines;
                self.bytes = text.len() as u64;
                self.reopen().map_err(|error| error.to_string())
            });
        match written {
            Ok(open) => {
                self.open = Some(open);
                true
            }
            Err(problem) => {
                error!(file = %self.path.display(), problem, "claims could not be saved");
                false
            }
        }
    }

    /// Opens the file that is there, without what follows its last whole line.
    fn reopen(&self) -> io::Result<File> {
        let file = OpenOptions::new().append(true).open(&self.path)?;
        file.set_len(self.bytes)?;
        // What is appended is safe only in a file whose name is on disk.
        #[cfg(unix)]
        if let Some(folder) = self.path.parent().filter(|it| !it.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(file)
    }
}

/// A line of the file.
fn line(data: &impl Serialize) -> String {
    // Plain data always has a JSON form.
    let mut line = serde_json::to_string(data).unwrap_or_default();
    line.push('\n');
    line
}

fn version_one(bytes: &[u8]) -> Option<Claims> {
    let file: VersionOne = serde_json::from_slice(bytes).ok()?;
    (file.version == 1).then(|| Claims::from_names(file.names, Day::today()))
}

/// Reads a file up to its last whole line.
///
/// # Errors
/// What is wrong with it, and the claims that could be read.
fn read(bytes: &[u8]) -> Result<Content, (String, Claims)> {
    let mut claims = Claims::default();
    let mut problem = None;
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let head = lines.next().filter(|head| head.ends_with(b"\n"));
    let head = head.and_then(|head| serde_json::from_slice(head).ok());
    match head {
        Some(Head { version: VERSION }) => {}
        Some(Head { version }) => {
            let problem = format!("it is of version {version}, not {VERSION}");
            return Err((problem, claims));
        }
        None => return Err(("it does not begin with its version".to_owned(), claims)),
    }
    let (mut count, mut whole) = (0, bytes.len());
    for line in lines {
        if !line.ends_with(b"\n") {
            // The process was killed while it was written.
            whole = bytes.len() - line.len();
            break;
        }
        count += 1;
        match serde_json::from_slice(line) {
            Ok(record) => claims.apply(record),
            Err(error) => problem = problem.or(Some(format!("line {}: {error}", count + 1))),
        }
    }
    match problem {
        Some(problem) => Err((problem, claims)),
        None => Ok(Content {
            claims,
            lines: count,
            bytes: whole,
        }),
    }
}

/// Renames a file to the first free of `<name>.broken-1`, `<name>.broken-2`…
fn put_aside(path: &Path) -> io::Result<PathBuf> {
    for number in 1..=MAX_BROKEN_FILES {
        let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
        name.push(format!(".broken-{number}"));
        let aside = path.with_file_name(name);
        if !aside.try_exists()? {
            fs::rename(path, &aside)?;
            return Ok(aside);
        }
    }
    Err(io::Error::new(
        ErrorKind::AlreadyExists,
        format!("{MAX_BROKEN_FILES} broken files are there already"),
    ))
}

#[cfg(test)]
mod tests;
