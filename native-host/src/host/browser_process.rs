//! The browser that started this process, as the system's table of processes shows it.
//!
//! It must not know messages or what the browser is asked.

use std::ffi::OsStr;

use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessesToUpdate, System};

/// How many processes may stand between the browser and this one: Windows puts a `cmd.exe` there.
const LEVELS: usize = 2;

/// A browser's main process. Its start tells it from a later process with the same id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserProcess {
    pid: u32,
    started: u64,
}

impl BrowserProcess {
    /// The browser that started this process, if one did and it runs.
    pub fn of_this_process() -> Option<Self> {
        let table = table()?;
        let mut process = table.process(Pid::from_u32(std::process::id()))?;
        for _ in 0..LEVELS {
            process = parent(&table, process)?;
            if is_browser(&table, process) {
                return Some(Self::new(process.pid().as_u32(), process.start_time()));
            }
        }
        None
    }

    /// The process that had this id and start.
    pub fn new(pid: u32, started: u64) -> Self {
        Self { pid, started }
    }

    /// Its id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// When it was started, in seconds since 1970.
    pub fn started(&self) -> u64 {
        self.started
    }

    /// The native hosts that it has started and that run; `None` if it runs no longer, or is about to end.
    pub fn native_hosts(&self) -> Option<Vec<NativeHost>> {
        let table = table()?;
        let browser = table.process(Pid::from_u32(self.pid))?;
        if browser.start_time() != self.started || !is_browser(&table, browser) {
            return None;
        }
        let name = table.process(Pid::from_u32(std::process::id()))?.name();
        let started_by_it = |process: &&Process| {
            std::iter::successors(parent(&table, process), |above| parent(&table, above))
                .take(LEVELS)
                // What a native host has started is none.
                .take_while(|above| above.name() != name)
                .any(|above| above.pid() == browser.pid())
        };
        let ours = table.processes().values().filter(|one| one.name() == name);
        let hosts = ours.filter(started_by_it).map(|process| NativeHost {
            pid: process.pid().as_u32(),
            started: process.start_time(),
        });
        Some(hosts.collect())
    }
}

/// A native host's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NativeHost {
    /// Its id.
    pub pid: u32,
    /// When it was started, in seconds since 1970.
    pub started: u64,
}

fn parent<'a>(table: &'a System, process: &Process) -> Option<&'a Process> {
    table.process(process.parent()?)
}

/// All processes; `None` where the system does not tell.
fn table() -> Option<System> {
    let mut table = System::new().ok()?;
    let names = ProcessRefreshKind::nothing().without_tasks();
    table.refresh_processes_specifics(ProcessesToUpdate::All, true, names);
    Some(table)
}

/// A browser that runs has processes of its own program below it; one that ends has put them down.
fn is_browser(table: &System, process: &Process) -> bool {
    table.processes().values().any(|child| {
        child.parent() == Some(process.pid()) && is_part_of(child.name(), process.name())
    })
}

/// On macOS a helper's name is the browser's with more behind it.
fn is_part_of(child: &OsStr, browser: &OsStr) -> bool {
    child
        .as_encoded_bytes()
        .starts_with(browser.as_encoded_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_no_browser_started_has_no_browser() {
        assert_eq!(BrowserProcess::of_this_process(), None);
    }

    #[test]
    fn another_process_with_the_same_id_is_not_the_browser() {
        let browser = BrowserProcess::new(std::process::id(), 1);
        assert_eq!(browser.native_hosts(), None);
    }

    #[test]
    fn helpers_are_known_by_the_browsers_name() {
        let part = |child: &str, browser: &str| is_part_of(child.as_ref(), browser.as_ref());
        assert!(part("chromium", "chromium"));
        assert!(part("Google Chrome Helper", "Google Chrome"));
        assert!(!part("peerserver", "chromium"));
    }
}
