//! A browser that hosts: the extension, the native host installed for its profile, sites made in the
//! sites page.

use std::{path::PathBuf, process::Stdio, time::Duration};

use anyhow::{Context, Result, bail};
use driver::{
    Options, TempProfile,
    chromium::{Chromium, Page},
    free_port,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    process::Command,
    time::{Instant, sleep},
};

use crate::{Dist, PATIENCE, Site};

/// How a host is to be started.
#[derive(Debug, Clone, Default)]
pub struct HostOptions {
    /// The port of its embedded rendezvous; a free one if not given.
    pub port: Option<u16>,
    /// Host at this rendezvous instead; the native host is not installed then.
    pub rendezvous: Option<String>,
    /// Show a window.
    pub headed: bool,
    /// Where to keep the profile, and so the sites; the system's place for temporary files if not given.
    pub disk: Option<PathBuf>,
    /// More command-line arguments of the browser.
    pub args: Vec<String>,
    /// More of the browser's environment.
    pub env: Vec<(String, String)>,
}

/// A hosting browser.
pub struct Host {
    browser: Option<Chromium>,
    dist: Dist,
    profile: TempProfile,
    data: TempDir,
    headed: bool,
    args: Vec<String>,
    env: Vec<(String, String)>,
    /// The gateway that it hosts at.
    pub gateway: String,
}

impl Host {
    /// Start a browser with a fresh profile, install the native host for it, and switch hosting on.
    pub async fn start(dist: &Dist, options: HostOptions) -> Result<Self> {
        let profile = match &options.disk {
            Some(disk) => TempProfile::new_in(disk)?,
            None => TempProfile::new()?,
        };
        let port = options.port.map_or_else(free_port, Ok)?;
        let gateway = match &options.rendezvous {
            Some(url) => url.clone(),
            None => format!("http://localhost:{port}"),
        };
        let mut host = Self {
            browser: None,
            dist: dist.clone(),
            profile,
            data: tempfile::tempdir()?,
            headed: options.headed,
            args: options.args,
            env: options.env,
            gateway,
        };
        if options.rendezvous.is_none() {
            host.install().await?;
        }
        host.launch().await?;
        let popup = host.popup().await?;
        let set = match options.rendezvous {
            Some(url) => json!({ "ask": "setRendezvous", "url": url }),
            None => json!({ "ask": "setPort", "port": port }),
        };
        ask(&popup, set).await?;
        host.switch_hosting(&popup).await?;
        host.until_connected(&popup).await?;
        popup.close().await?;
        Ok(host)
    }

    /// Press the popup's switch for all hosting, once it can be pressed.
    pub async fn switch_hosting(&self, popup: &Page) -> Result<()> {
        popup
            .wait_for("!document.querySelector('#hosting').disabled", PATIENCE)
            .await?;
        popup.click("#hosting").await?;
        Ok(())
    }

    /// Wait until the popup shows that the rendezvous is connected.
    pub async fn until_connected(&self, page: &Page) -> Result<()> {
        let condition =
            format!("({ASK})({{ask:'state'}}).then(r => r.ok.state.rendezvous.is === 'connected')");
        if let Err(error) = page.wait_for(&condition, PATIENCE).await {
            let state = self.state(page).await?;
            bail!("{error}; the state is {state}");
        }
        Ok(())
    }

    /// Wait until so many visitors are connected.
    pub async fn until_visitors(&self, page: &Page, count: u64) -> Result<()> {
        let condition =
            format!("({ASK})({{ask:'state'}}).then(r => r.ok.state.visitors === {count})");
        if let Err(error) = page.wait_for(&condition, PATIENCE).await {
            let state = self.state(page).await?;
            bail!("{error}; the state is {state}");
        }
        Ok(())
    }

    async fn install(&self) -> Result<()> {
        let output = Command::new(self.dist.peerserver())
            .args(["install", "--browser", "chromium", "--profile-dir"])
            .arg(self.profile.path())
            .env("PEERSERVER_DATA_DIR", self.data.path())
            .stdin(Stdio::null())
            .output()
            .await
            .context("running peerserver install")?;
        if !output.status.success() {
            bail!(
                "peerserver install failed: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(())
    }

    /// Start the browser (again) with the same profile.
    pub async fn launch(&mut self) -> Result<()> {
        let mut options = Options::new(&self.profile).with_extension(self.dist.extension());
        options.headless = !self.headed;
        options.extra_args.clone_from(&self.args);
        let data = self.data.path().to_string_lossy().into_owned();
        options.env.extend(self.env.iter().cloned());
        options.env.push(("PEERSERVER_DATA_DIR".to_owned(), data));
        self.browser = Some(Chromium::launch(options).await?);
        Ok(())
    }

    /// The browser.
    pub fn browser(&self) -> Result<&Chromium> {
        self.browser
            .as_ref()
            .context("the host's browser is closed")
    }

    /// Close the browser as a person would.
    pub async fn close(&mut self) -> Result<()> {
        if let Some(browser) = self.browser.take() {
            browser.close().await?;
        }
        Ok(())
    }

    /// Kill the browser without a chance to say good-bye.
    pub fn kill(&mut self) {
        if let Some(browser) = self.browser.take() {
            browser.kill();
        }
    }

    /// Kill the native host that this host's browser has started, without a chance to say good-bye.
    pub async fn kill_native_host(&self) -> Result<()> {
        let mark = format!("PEERSERVER_DATA_DIR={}", self.data.path().display());
        let process = native_host(&mark)?.context("no native host runs")?;
        Command::new("kill")
            .args(["-9", &process.to_string()])
            .status()
            .await?;
        let end = Instant::now() + PATIENCE;
        while native_host(&mark)? == Some(process) {
            anyhow::ensure!(Instant::now() < end, "the native host lives on");
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Kill the process in which the whole extension runs, as a crash or a lack of memory would. Linux only.
    pub async fn kill_extension(&self) -> Result<()> {
        let group = self.browser()?.process_id().to_string();
        let mut killed = 0;
        for process in processes()? {
            let is_extension = process.arguments.iter().any(|a| a == "--extension-process");
            if is_extension && process.group.as_ref() == Some(&group) {
                let kill = ["-9", &process.id.to_string()];
                Command::new("kill").args(kill).status().await?;
                killed += 1;
            }
        }
        anyhow::ensure!(killed > 0, "no process of the extension runs");
        Ok(())
    }

    /// How many native hosts' processes watch whether this host's extension comes back. Linux only.
    pub fn crash_watches(&self) -> Result<usize> {
        let mark = format!("PEERSERVER_DATA_DIR={}", self.data.path().display());
        let watches = |process: &Process| {
            process.arguments.iter().any(|a| a == "--crash-watch") && process.has(&mark)
        };
        Ok(processes()?.iter().filter(|p| watches(p)).count())
    }

    async fn page(&self, path: &str) -> Result<Page> {
        let browser = self.browser()?;
        let id = browser.extension_id()?;
        let page = browser
            .open(&format!("chrome-extension://{id}/{path}"))
            .await?;
        page.wait_for("document.readyState === 'complete'", PATIENCE)
            .await?;
        Ok(page)
    }

    /// Does what a person does on the browser's page of extensions. `ID` stands for the extension's.
    pub async fn on_extensions_page(&self, script: &str) -> Result<()> {
        let browser = self.browser()?;
        let page = browser.open("chrome://extensions").await?;
        page.wait_for("globalThis.chrome?.developerPrivate", PATIENCE)
            .await?;
        let script = script.replace("ID", &browser.extension_id()?);
        page.eval::<Value>(&script).await?;
        Ok(page.close().await?)
    }

    /// Loads the extension anew, as its files are now.
    pub async fn reload_extension(&self) -> Result<()> {
        self.on_extensions_page(
            "new Promise((done) => chrome.developerPrivate.reload('ID', { failQuietly: true }, () => done(true)))",
        )
        .await
    }

    /// The popup, as a page.
    pub async fn popup(&self) -> Result<Page> {
        self.page("pages/popup.html").await
    }

    /// The sites page.
    pub async fn sites_page(&self) -> Result<Page> {
        let page = self.page("pages/sites.html").await?;
        page.wait_for("document.querySelector('#loading').hidden", PATIENCE)
            .await?;
        Ok(page)
    }

    /// What the background says of itself.
    pub async fn state(&self, page: &Page) -> Result<Value> {
        Ok(ask(page, json!({ "ask": "state" })).await?["ok"]["state"].take())
    }

    /// Make a site in the sites page, add these files and folders, publish it, and wait for its link.
    pub async fn make_site(&self, name: &str, files: &[PathBuf]) -> Result<Site> {
        let page = self.sites_page().await?;
        page.wait_for("document.querySelector('#new-name')", PATIENCE)
            .await?;
        page.click("#new-name").await?;
        page.type_text(name).await?;
        page.wait_for(
            "!document.querySelector('#new .primary').disabled",
            PATIENCE,
        )
        .await?;
        page.click("#new .primary").await?;
        // Another site may be open still.
        let opened = format!(
            "document.querySelector('#files').checkVisibility()
                && document.querySelector('#site-name').textContent.trim() === '{name}'"
        );
        page.wait_for(&opened, PATIENCE).await?;
        self.add_files(&page, files).await?;
        self.publish(&page).await?;
        let site = self.site(&page, name).await?;
        page.close().await?;
        Ok(site)
    }

    /// Drop files and folders on a site's open page, and wait until they are in.
    pub async fn add_files(&self, page: &Page, files: &[PathBuf]) -> Result<()> {
        page.drop_files("#files", files).await?;
        // Big ones take a while; the test's own files are at most 64 MiB.
        page.wait_for(
            "!document.querySelector('#publish').disabled && document.querySelector('#adding').hidden",
            PATIENCE * 4,
        )
        .await?;
        Ok(())
    }

    /// Press publish on a site's open page, and wait until it is done.
    pub async fn publish(&self, page: &Page) -> Result<()> {
        page.wait_for("!document.querySelector('#publish').disabled", PATIENCE)
            .await?;
        page.click("#publish").await?;
        // Not the button: it is disabled while publishing, too.
        page.wait_for(
            "document.querySelector('#site-status').dataset.tone === 'live'",
            PATIENCE,
        )
        .await?;
        Ok(())
    }

    /// A hosted site, once it has its link.
    pub async fn site(&self, page: &Page, name: &str) -> Result<Site> {
        let find = format!(
            "({ASK})({{ask:'state'}}).then(r => r.ok.state.sites.find(s => s.name === '{name}' && s.link))"
        );
        let found = page.wait_for(&find, PATIENCE).await?;
        let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
        Ok(Site {
            name: text("name"),
            label: text("label"),
            link: text("link"),
        })
    }
}

/// The native host (not its browser) whose environment has this entry. Linux only.
fn native_host(mark: &str) -> Result<Option<u32>> {
    let is_it = |process: &Process| {
        let program = process.arguments.first();
        let watch = process.arguments.iter().any(|a| a == "--crash-watch");
        program.is_some_and(|program| program.ends_with("peerserver"))
            && !watch
            && process.has(mark)
    };
    Ok(processes()?.into_iter().find(is_it).map(|found| found.id))
}

/// A process of the system.
struct Process {
    id: u32,
    /// Its process group.
    group: Option<String>,
    arguments: Vec<String>,
    environment: Vec<u8>,
}

impl Process {
    fn has(&self, variable: &str) -> bool {
        let mut all = self.environment.split(|byte| *byte == 0);
        all.any(|one| one == variable.as_bytes())
    }
}

/// All processes whose id can be read.
fn processes() -> Result<Vec<Process>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Ok(id) = name.parse() else { continue };
        // Other users' processes, and those that have just ended, cannot be read.
        let read = |file: &str| std::fs::read(path.join(file)).unwrap_or_default();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let stat = text(&read("stat"));
        // `id (name) state parent group …`, and a name may hold anything.
        let group = stat.rsplit_once(") ").map(|(_, rest)| rest.split(' '));
        let arguments = read("cmdline");
        found.push(Process {
            id,
            group: group.and_then(|mut fields| fields.nth(2).map(str::to_owned)),
            // A renderer's are one text, parted by spaces.
            arguments: arguments
                .split(|byte| [0, b' '].contains(byte))
                .map(text)
                .collect(),
            environment: read("environ"),
        });
    }
    Ok(found)
}

const ASK: &str = "ask => chrome.runtime.sendMessage({toBackground: 'ask', ask})";

/// Ask the background from an extension page.
pub async fn ask(page: &Page, ask: Value) -> Result<Value> {
    let answer: Value = page.eval(&format!("({ASK})({ask})")).await?;
    if answer.get("err").is_some() {
        bail!("the background refused {ask}: {answer}");
    }
    Ok(answer)
}
