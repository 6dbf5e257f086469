//! The command line, the preferences, and the address of the BiDi socket.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::process::{Process, find, made};
use crate::{DriverError, Options, Result};

const NAMES: [&str; 2] = ["firefox-esr", "firefox"];

/// A cold start took 10 s on a loaded machine.
const STARTING: Duration = Duration::from_secs(90);

/// What Firefox prints when its socket is open.
const LISTENING: &str = "WebDriver BiDi listening on ";

/// Starts the browser; gives its process and the WebSocket address of its BiDi session.
pub(super) async fn start(options: &Options) -> Result<(Process, String)> {
    let program = find("Firefox", "FIREFOX", &NAMES)?;
    let profile = made(&options.profile)?;
    preferences(options, &profile)?;

    let mut command = Command::new(program);
    if options.headless {
        command.arg("--headless");
    }
    command
        .args([
            "--no-remote",
            "--remote-debugging-port=0",
            "--remote-allow-system-access",
            "--profile",
        ])
        .arg(&profile)
        .args(&options.extra_args)
        .envs(options.env.iter().map(|(name, value)| (name, value)));
    let mut process = Process::start(command, profile.join("driver.log"))?;
    let url = process.ready(STARTING, address).await?;
    Ok((process, url))
}

fn address(said: &str) -> Option<String> {
    let (line, _) = said.split_once(LISTENING)?.1.split_once('\n')?;
    Some(format!("{}/session", line.trim()))
}

/// Quiet, without first-run pages; then the caller's. Firefox reads `user.js` at every start.
fn preferences(options: &Options, profile: &Path) -> Result<()> {
    let ours = [
        ("app.normandy.enabled", json!(false)),
        ("app.update.enabled", json!(false)),
        ("browser.shell.checkDefaultBrowser", json!(false)),
        ("browser.startup.homepage_override.mstone", json!("ignore")),
        ("browser.startup.page", json!(0)),
        ("browser.aboutwelcome.enabled", json!(false)),
        ("datareporting.policy.dataSubmissionEnabled", json!(false)),
        ("extensions.webextensions.keepUuidOnUninstall", json!(true)),
        ("network.captive-portal-service.enabled", json!(false)),
        ("network.connectivity-service.enabled", json!(false)),
        ("services.settings.server", json!("data:,none")),
        ("toolkit.telemetry.reportingpolicy.firstRun", json!(false)),
    ];
    let lang = options
        .lang
        .as_ref()
        .map(|lang| ("intl.accept_languages", json!(lang)));
    let theirs = options
        .prefs
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()));
    let lines: String = ours
        .into_iter()
        .chain(lang)
        .chain(theirs)
        .map(|(name, value)| format!("user_pref({}, {value});\n", Value::from(name)))
        .collect();
    let file = profile.join("user.js");
    fs::write(&file, lines).map_err(DriverError::io(format!("writing {}", file.display())))
}
