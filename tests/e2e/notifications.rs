//! A stand-in for the desktop: a D-Bus session of its own, with a service that takes notifications.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use zbus::OwnedVariant;

/// A notification that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The program that it names.
    pub program: String,
    pub title: String,
    pub text: String,
}

/// The desktop. It ends when dropped.
pub struct Desktop {
    /// `DBUS_SESSION_BUS_ADDRESS`.
    pub address: String,
    shown: Arc<Mutex<Vec<Shown>>>,
    _connection: zbus::Connection,
    daemon: Child,
}

struct Service(Arc<Mutex<Vec<Shown>>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    #[expect(clippy::too_many_arguments, reason = "the interface has so many")]
    fn notify(
        &self,
        app_name: String,
        _replaces_id: u32,
        _app_icon: String,
        summary: String,
        body: String,
        _actions: Vec<String>,
        _hints: std::collections::HashMap<String, OwnedVariant>,
        _expire_timeout: i32,
    ) -> u32 {
        let mut shown = self.0.lock().unwrap();
        shown.push(Shown {
            program: app_name,
            title: summary,
            text: body,
        });
        shown.len() as u32
    }

    fn close_notification(&self, _id: u32) {}

    fn get_capabilities(&self) -> Vec<String> {
        ["actions", "body", "persistence"].map(str::to_owned).into()
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        let text = |text: &str| text.to_owned();
        (text("stand-in"), text("tests"), text("1"), text("1.2"))
    }
}

impl Desktop {
    /// Starts it.
    pub async fn start() -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon (package dbus-daemon) is installed");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        let address = address.trim().to_owned();
        let shown = Arc::new(Mutex::new(Vec::new()));
        let connection = zbus::connection::Builder::address(address.as_str())
            .name("org.freedesktop.Notifications")
            .serve_at("/org/freedesktop/Notifications", Service(shown.clone()))
            .build()
            .await
            .unwrap();
        Self {
            address,
            shown,
            _connection: connection,
            daemon,
        }
    }

    /// What was shown for this program.
    pub fn shown_by(&self, program: &str) -> Vec<Shown> {
        let shown = self.shown.lock().unwrap();
        let of_it = shown.iter().filter(|shown| shown.program == program);
        of_it.cloned().collect()
    }

    /// Everything that was shown.
    pub fn shown(&self) -> Vec<Shown> {
        self.shown.lock().unwrap().clone()
    }

    /// Waits for a notification of this program.
    pub async fn wait_for(&self, program: &str, limit: Duration) -> Shown {
        let end = Instant::now() + limit;
        loop {
            if let Some(shown) = self.shown_by(program).pop() {
                return shown;
            }
            assert!(Instant::now() < end, "shown: {:?}", self.shown());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}
