//! A browser's processes: started as one group, ended as one group.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::time::Instant;

use crate::wait::INTERVAL;
use crate::{DriverError, Result};

/// How many bytes at the end of a log are shown.
const SAID_BYTES: usize = 4000;

/// How long the system may take to collect killed processes.
const COLLECTING: Duration = Duration::from_secs(2);

/// A running browser. Dropping it kills all of its processes.
#[derive(Debug)]
pub(crate) struct Process {
    program: PathBuf,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command` in a process group of its own, with what it prints going to the file `log`.
    pub fn start(mut command: Command, log: PathBuf) -> Result<Self> {
        let program = PathBuf::from(command.get_program());
        let file =
            File::create(&log).map_err(DriverError::io(format!("making {}", log.display())))?;
        let copy = file.try_clone().map_err(DriverError::io("using the log"))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(copy)
            .process_group(0)
            .spawn()
            .map_err(DriverError::io(format!("starting {}", program.display())))?;
        Ok(Self {
            program,
            child,
            log,
        })
    }

    /// Tries `look` until it finds something; fails when the browser ends first or `limit` is over.
    pub async fn ready<T>(
        &mut self,
        limit: Duration,
        mut look: impl FnMut(&str) -> Option<T>,
    ) -> Result<T> {
        let end = Instant::now() + limit;
        loop {
            if let Some(found) = look(&self.said()) {
                return Ok(found);
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(self.failed(format!("it ended with {status}")));
            }
            if Instant::now() >= end {
                return Err(self.failed(format!("it was not ready within {limit:?}")));
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }

    /// Whether the main process has ended within `limit`.
    pub async fn ended(&mut self, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        while Instant::now() < end {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return true;
            }
            tokio::time::sleep(INTERVAL).await;
        }
        false
    }

    /// Kills every process of the group and waits until they are gone.
    pub fn kill(&mut self) {
        let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) else {
            return;
        };
        // It fails when none is left.
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.child.wait();
        // The others are not our children: the system collects them, and may take its time.
        let end = std::time::Instant::now() + COLLECTING;
        while test_kill_process_group(group).is_ok() && std::time::Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The main process's id, which is the group's.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn said(&self) -> String {
        fs::read(&self.log).map_or_else(
            |_| String::new(),
            |bytes| String::from_utf8_lossy(&bytes).into_owned(),
        )
    }

    /// The end of what it printed.
    fn last_said(&self) -> String {
        let said = self.said();
        let start = said.len().saturating_sub(SAID_BYTES);
        let start = (start..=said.len())
            .find(|at| said.is_char_boundary(*at))
            .unwrap_or(0);
        said.get(start..).unwrap_or_default().to_owned()
    }

    fn failed(&self, reason: String) -> DriverError {
        DriverError::Start {
            program: self.program.clone(),
            reason,
            said: self.last_said(),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A test fails: what the browser said may tell why.
        if std::thread::panicking() {
            eprintln!("{} said: {}", self.program.display(), self.last_said());
        }
        self.kill();
    }
}

/// The program that `variable` names, or else the first of `names` on the `PATH`.
pub(crate) fn find(
    browser: &'static str,
    variable: &'static str,
    names: &[&str],
) -> Result<PathBuf> {
    let missing = DriverError::Missing { browser, variable };
    if let Some(named) = std::env::var_os(variable).filter(|value| !value.is_empty()) {
        return Some(PathBuf::from(named))
            .filter(|path| path.is_file())
            .ok_or(missing);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| {
            names
                .iter()
                .map(move |name| folder.join(name))
                .collect::<Vec<_>>()
        })
        .find(|file| file.is_file())
        .ok_or(missing)
}

/// The folder made absolute, and made at all.
pub(crate) fn made(folder: &Path) -> Result<PathBuf> {
    let what = || format!("making {}", folder.display());
    fs::create_dir_all(folder).map_err(DriverError::io(what()))?;
    fs::canonicalize(folder).map_err(DriverError::io(what()))
}
