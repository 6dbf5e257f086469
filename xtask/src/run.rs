//! The main job on real input: a browser hosts a site, another browser visits its link.

use std::env;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use driver::{Browser, Options, Page, TempProfile};
use stage::{Dist, Host, HostOptions, Site};
use tokio::runtime::Runtime;

use crate::build::{self, Speed};
use crate::places;
use crate::setup;
use crate::shell::say;

/// The usual port of the native host's rendezvous.
const PORT: u16 = 8890;

/// How long the visitor may wait for the site.
const ARRIVING: Duration = Duration::from_secs(30);

/// How long the native host may take to end after its browser.
const ENDING: Duration = Duration::from_secs(10);

/// The sample site's name.
const NAME: &str = "sample";

/// The sample arrived whole: style sheet, picture, module and what the module fetched.
const ARRIVED: &str = "document.documentElement.dataset.ready === 'yes' \
    && document.querySelector('#peers').naturalWidth > 0 \
    && document.styleSheets[0].cssRules.length > 0 \
    && document.title";

/// What the command line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// End after the visitor's page was checked.
    once: bool,
    /// The port of the rendezvous.
    port: u16,
    /// How to build.
    speed: Speed,
}

impl Wish {
    /// Reads `[--once] [--port N] [--fast]`.
    pub fn read(arguments: &[&str]) -> Result<Self> {
        let mut wish = Self {
            once: false,
            port: PORT,
            speed: Speed::Release,
        };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match *word {
                "--once" => wish.once = true,
                "--fast" => wish.speed = Speed::Fast,
                "--port" => {
                    let number = words.next().context("--port needs a number")?;
                    wish.port = number
                        .parse()
                        .with_context(|| format!("`{number}` is no port"))?;
                }
                other => bail!("run takes [--once] [--port N] [--fast], not `{other}`"),
            }
        }
        Ok(wish)
    }
}

/// Does all set-up, builds, hosts, visits; goes on until Ctrl-C unless `--once`. Leaves no process behind.
pub fn main_job(wish: Wish) -> Result<()> {
    free(wish.port)?;
    setup::toolchain()?;
    setup::browsers()?;
    build::all(wish.speed)?;
    let dist = Dist::find()?;
    Runtime::new()?.block_on(async {
        // Whatever is not finished is dropped, and a dropped browser is killed with all its processes.
        tokio::select! {
            result = play(wish, &dist) => result,
            () = interrupted() => Ok(()),
        }
    })?;
    gone(wish.port)
}

async fn play(wish: Wish, dist: &Dist) -> Result<()> {
    let headed = has_display();
    let headless = if headed { "" } else { ", headless" };

    say!("Starting the host: Chromium with the extension and a fresh profile{headless}");
    let options = HostOptions {
        port: Some(wish.port),
        headed,
        ..HostOptions::default()
    };
    let mut host = Host::start(dist, options)
        .await
        .context("starting the host")?;
    say!(
        "Hosting is on. Its native host runs the rendezvous and gateway at {}",
        host.gateway
    );

    let site = host
        .make_site(NAME, &sample()?)
        .await
        .context("making the sample site")?;
    say!(
        "The host serves the site `{}` from its IndexedDB",
        site.name
    );

    say!("Starting a visitor: another Chromium, without the extension{headless}");
    let profile = TempProfile::new()?;
    let mut options = Options::new(&profile);
    options.headless = !headed;
    let browser = Browser::chromium(options)
        .await
        .context("starting the visitor")?;
    let page = browser.open(&site.link).await.context("opening the link")?;
    let title = visit(&page, &site)
        .await
        .context("looking at the visitor's page")?;
    say!("The visitor sees “{title}”");
    if !headed {
        let picture = picture()?;
        page.screenshot(&picture)
            .await
            .context("taking a picture of the visitor's page")?;
        say!("What the visitor sees: {}", picture.display());
    }
    say!("\nLink: {}\n", site.link);
    if !wish.once {
        say!("Ctrl-C ends all of it.");
        interrupted().await;
    }
    browser.close().await?;
    host.close().await
}

/// Waits until the site is there, wherever it is shown; gives its title.
async fn visit(page: &Page, site: &Site) -> Result<String> {
    let here = format!(
        "location.hostname.startsWith('{}.') && {ARRIVED}",
        site.label
    );
    let title = page.wait_for_anywhere(&here, ARRIVING).await?;
    Ok(title.as_str().unwrap_or_default().to_owned())
}

/// The top files and folders of the sample site, as a person would drop them.
fn sample() -> Result<Vec<PathBuf>> {
    let folder = places::root().join("xtask/sample");
    let entries = fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

fn picture() -> Result<PathBuf> {
    let folder = places::target().join("run");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder.join("visitor.png"))
}

/// Fails unless nobody listens on the port.
fn free(port: u16) -> Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) => bail!(
            "port {port} cannot be used ({error}): end the program that listens there (`ss -ltnp sport = :{port}` names \
             it), or choose another with `cargo xtask run --port N`"
        ),
    }
}

/// Waits until the native host has let go of the port: it ends with its browser.
fn gone(port: u16) -> Result<()> {
    let end = Instant::now() + ENDING;
    while free(port).is_err() {
        if Instant::now() > end {
            bail!(
                "the native host still listens on port {port}, {ENDING:?} after its browser has ended"
            );
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Ctrl-C, or the polite signal that a supervisor sends.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wish_is_read() {
        let wish = Wish::read(&["--port", "9000", "--once"]).unwrap();
        assert_eq!(
            wish,
            Wish {
                once: true,
                port: 9000,
                speed: Speed::Release
            }
        );
        assert!(Wish::read(&["--port"]).is_err());
        assert!(Wish::read(&["--port", "x"]).is_err());
        assert!(Wish::read(&["--twice"]).is_err());
    }

    #[test]
    fn a_busy_port_is_named_with_its_remedy() {
        let busy = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = busy.local_addr().unwrap().port();
        let error = free(port).unwrap_err().to_string();
        assert!(
            error.contains(&port.to_string()) && error.contains("--port"),
            "{error}"
        );
    }
}
