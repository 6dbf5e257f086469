//! How much memory processes take, by what Linux tells of them (`proc(5)`); nothing elsewhere.

use std::collections::HashMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

/// How often processes are looked at.
const LOOK: Duration = Duration::from_millis(25);

const KB_IN_MIB: f64 = 1024.0;

/// The most memory that a process has had so far, in MiB.
pub fn peak(process: u32) -> Option<f64> {
    kilobytes(process, &["VmHWM:"])
}

/// Watches all processes of a group, from now on.
pub struct Watch {
    ends: Arc<AtomicBool>,
    watcher: JoinHandle<Option<f64>>,
}

impl Watch {
    /// Those of the group of this process.
    pub fn group(leader: u32) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let end = ends.clone();
        let before = now(leader);
        let watcher = spawn(move || {
            let mut most: Option<f64> = None;
            while !end.load(Ordering::Relaxed) {
                for (process, memory) in now(leader) {
                    let extra = memory - before.get(&process).unwrap_or(&0.0);
                    most = Some(most.map_or(extra, |most| most.max(extra)));
                }
                sleep(LOOK);
            }
            most
        });
        Self { ends, watcher }
    }

    /// How many MiB more than at first the process had at some time that had the most more.
    pub fn extra(self) -> Option<f64> {
        self.ends.store(true, Ordering::Relaxed);
        self.watcher.join().ok()?
    }
}

/// What the processes of a group hold now that is not a file's, in MiB.
fn now(group: u32) -> HashMap<u32, f64> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|process| group_of(*process) == Some(group))
        .filter_map(|process| Some((process, kilobytes(process, &["RssAnon:", "RssShmem:"])?)))
        .collect()
}

/// The process group of a process: the third field after its name, which ends with the last parenthesis.
fn group_of(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(2)?.parse().ok()
}

/// The sum of these lines of a process's status, in MiB.
fn kilobytes(process: u32, names: &[&str]) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = |name: &&str| {
        let line = status.lines().find(|line| line.starts_with(*name))?;
        line.split_whitespace().nth(1)?.parse::<f64>().ok()
    };
    let lines: Option<Vec<f64>> = names.iter().map(line).collect();
    Some(lines?.iter().sum::<f64>() / KB_IN_MIB)
}
