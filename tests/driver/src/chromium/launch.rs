//! The command line, and the address of the DevTools socket.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::process::{Process, find, made};
use crate::{DriverError, Options, Result};

/// Names of Chromium and of those of its relatives that load unpacked extensions from the command line.
const NAMES: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome-for-testing",
    "brave-browser",
    "microsoft-edge",
];

/// The slowest start seen on a loaded machine was 10 s.
const STARTING: Duration = Duration::from_secs(60);

/// Quiet, without first-run pages and without traffic of its own. `--disable-features` must never name
/// ThirdPartyStoragePartitioning: without it a site's service worker is refused in a cross-site frame.
const ARGUMENTS: [&str; 16] = [
    "--remote-debugging-port=0",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-service-autorun",
    "--no-pings",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--metrics-recording-only",
    "--password-store=basic",
    "--disable-search-engine-choice-screen",
    "--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider,InterestFeedContentSuggestions",
];

/// Starts the browser; gives its process and the WebSocket address of its DevTools.
pub(super) async fn start(options: &Options) -> Result<(Process, String)> {
    let program = find("Chromium", "CHROMIUM", &NAMES)?;
    let profile = made(&options.profile)?;
    let port_file = profile.join("DevToolsActivePort");
    // An earlier start with this profile left its own.
    let _ = fs::remove_file(&port_file);
    native_hosts(options, &profile)?;
    if options.extension.is_some() {
        developer_mode(&profile)?;
    }

    let mut command = Command::new(program);
    command
        .args(ARGUMENTS)
        .arg(format!("--user-data-dir={}", profile.display()));
    if options.headless {
        command.args(["--headless=new", "--window-size=1280,800"]);
    }
    if is_root() {
        command.arg("--no-sandbox");
    }
    if let Some(extension) = &options.extension {
        let folder = fs::canonicalize(extension).map_err(|why| DriverError::Extension {
            path: extension.clone(),
            reason: why.to_string(),
        })?;
        for switch in ["--disable-extensions-except", "--load-extension"] {
            command.arg(format!("{switch}={}", folder.display()));
        }
    }
    if let Some(lang) = &options.lang {
        command
            .args([format!("--lang={lang}"), format!("--accept-lang={lang}")])
            .env("LANGUAGE", lang);
    }
    command.args(&options.extra_args);
    command.envs(options.env.iter().map(|(name, value)| (name, value)));
    command.arg("about:blank");

    let mut process = Process::start(command, profile.join("driver.log"))?;
    let url = process.ready(STARTING, |_| address(&port_file)).await?;
    Ok((process, url))
}

/// The file has the port in its first line and the browser's path in its second.
fn address(port_file: &Path) -> Option<String> {
    let text = fs::read_to_string(port_file).ok()?;
    let mut lines = text.lines();
    let port: u16 = lines.next()?.parse().ok()?;
    let path = lines.next()?;
    Some(format!("ws://127.0.0.1:{port}{path}"))
}

fn native_hosts(options: &Options, profile: &Path) -> Result<()> {
    if options.native_hosts.is_empty() {
        return Ok(());
    }
    let folder = made(&profile.join("NativeMessagingHosts"))?;
    for (name, manifest) in &options.native_hosts {
        let file = folder.join(format!("{name}.json"));
        fs::write(&file, manifest.to_string())
            .map_err(DriverError::io(format!("writing {}", file.display())))?;
    }
    Ok(())
}

/// Switches developer mode on in a profile that was never used. The switch that loads an unpacked extension loads it
/// without; but when the extension is loaded anew, as `chrome.runtime.reload()` does, the browser would disable it.
fn developer_mode(profile: &Path) -> Result<()> {
    let file = made(&profile.join("Default"))?.join("Preferences");
    if file.exists() {
        return Ok(());
    }
    let preferences = json!({ "extensions": { "ui": { "developer_mode": true } } });
    fs::write(&file, preferences.to_string())
        .map_err(DriverError::io(format!("writing {}", file.display())))
}

/// Chromium's sandbox refuses to run as root.
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
