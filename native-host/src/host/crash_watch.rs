//! Finds out that the browser has stopped the extension because its process crashed, and tells the owner.
//!
//! Chromium takes an extension whose offscreen document's process died for crashed: it blocks its pages and starts
//! nothing of it until a person reloads it. All that is left is this native host, whose stdin ended without a `stop`,
//! and the browser kills it two seconds later. So it starts a process of its own that waits whether the browser goes
//! on without starting another native host. It must not know native messaging.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::browser_process::{BrowserProcess, NativeHost};
use super::notification;
use crate::log::{self, LogFormat};

/// The first argument of the process that waits.
const ARGUMENT: &str = "--crash-watch";

/// How long a browser may take to start the extension, and so another native host, again. After a reload, or when its
/// service worker alone has died, that takes a moment. When the network document ends at the same time, nothing starts
/// the worker but its alarm, which comes every 30 seconds; one that comes while the worker ends is lost, so that the
/// next one does.
const GRACE: Duration = Duration::from_secs(80);

/// The time between two checks. Reading the table of processes takes a few milliseconds.
const CHECK_INTERVAL: Duration = Duration::from_millis(500);

/// Seconds by which a native host may seem to have started too early: the table's times are whole seconds, and the browser may
/// start the next host before this one has noticed its end.
const TIME_TOLERANCE: u64 = 3;

/// A native host that has ended.
#[derive(Debug, Clone, Copy)]
struct Ended {
    pid: u32,
    /// In seconds since 1970.
    at: u64,
}

impl Ended {
    /// Did the browser start this one after it?
    fn is_followed_by(&self, other: &NativeHost) -> bool {
        other.pid != self.pid && other.started + TIME_TOLERANCE >= self.at
    }
}

/// A watch that has begun.
pub struct CrashWatch {
    child: Child,
    stdin: ChildStdin,
}

impl CrashWatch {
    /// Begins to watch the browser that started this process; `None` if none did, if it ends, or if it cannot be
    /// watched, which is logged.
    pub fn begin() -> Option<Self> {
        let browser = BrowserProcess::of_this_process()?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let ended = Ended {
            pid: std::process::id(),
            at: now.ok()?.as_secs(),
        };
        match Self::start(&browser, ended) {
            Ok(watch) => Some(watch),
            Err(error) => {
                tracing::warn!(%error, "whether the extension comes back is not watched");
                None
            }
        }
    }

    fn start(browser: &BrowserProcess, ended: Ended) -> std::io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg(ARGUMENT)
            .args([browser.pid().to_string(), browser.started().to_string()])
            .args([ended.pid.to_string(), ended.at.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null());
        // What ends this process's group must not end the watch.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let stdin = child.stdin.take().ok_or(std::io::ErrorKind::BrokenPipe)?;
        Ok(Self { child, stdin })
    }

    /// The extension was unloaded in order: no notification.
    pub fn cancel(self) {
        let Self {
            mut child,
            mut stdin,
        } = self;
        let _ = stdin.write_all(b".");
        drop(stdin);
        // At its next look; a browser that kills this process meanwhile changes nothing.
        let _ = child.try_wait();
    }
}

/// Watches, if this process was started for that.
pub fn run_if_called(arguments: &[OsString]) -> Option<ExitCode> {
    let [_, first, browser, started, pid, at] = arguments else {
        return None;
    };
    if first != ARGUMENT {
        return None;
    }
    let number = |text: &OsString| text.to_str()?.parse::<u64>().ok();
    let small = |text: &OsString| u32::try_from(number(text)?).ok();
    let browser = BrowserProcess::new(small(browser)?, number(started)?);
    let ended = Ended {
        pid: small(pid)?,
        at: number(at)?,
    };
    log::start(LogFormat::Text);
    if has_crashed(&browser, ended) {
        tracing::warn!("{}: {}", notification::TITLE, notification::REMEDY);
        notification::show();
    }
    Some(ExitCode::SUCCESS)
}

/// Has the browser run for [`GRACE`] without starting the extension again?
fn has_crashed(browser: &BrowserProcess, ended: Ended) -> bool {
    let cancelled = cancelled();
    let end = Instant::now() + GRACE;
    while Instant::now() < end {
        thread::sleep(CHECK_INTERVAL);
        let Some(hosts) = browser.native_hosts() else {
            return false;
        };
        let followed = hosts.iter().any(|host| ended.is_followed_by(host));
        if followed || cancelled.load(Ordering::Relaxed) {
            return false;
        }
    }
    true
}

/// Becomes true with the first byte on stdin. Its end says nothing: the native host is killed.
fn cancelled() -> Arc<AtomicBool> {
    let cancelled = Arc::new(AtomicBool::new(false));
    let set = cancelled.clone();
    thread::spawn(move || {
        let came = std::io::stdin().read(&mut [0]);
        set.store(matches!(came, Ok(1)), Ordering::Relaxed);
    });
    cancelled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(arguments: &[&str]) -> bool {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        run_if_called(&arguments).is_some()
    }

    #[test]
    fn only_its_own_argument_starts_a_watch() {
        assert!(!called(&["peerserver"]));
        assert!(!called(&["peerserver", "install"]));
        assert!(!called(&["peerserver", "rendezvous", "--port", "1"]));
        assert!(!called(&["peerserver", ARGUMENT, "-1", "x", "1", "1"]));
        assert!(!called(&["peerserver", ARGUMENT, "1", "1", "1"]));
    }

    #[test]
    fn a_browser_that_ended_is_no_crash_of_the_extension() {
        let browser = BrowserProcess::new(std::process::id(), 1);
        assert!(!has_crashed(&browser, Ended { pid: 1, at: 1 }));
    }

    #[test]
    fn a_host_is_followed_by_those_that_were_started_when_it_ended_or_later() {
        let ended = Ended { pid: 7, at: 1000 };
        let follows = |pid, started| ended.is_followed_by(&NativeHost { pid, started });
        assert!(follows(8, 1000) && follows(8, 1007));
        // The browser was quicker.
        assert!(follows(8, 999));
        // Another profile's, and itself.
        assert!(!follows(8, 900));
        assert!(!follows(7, 1000));
    }
}
