//! The main job on real input: a browser hosts a site, another browser visits its link.
//! It must not know what is built how ([`build`]).

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use stage::Dist;
use tokio::runtime::Runtime;

use crate::build::{self, BuildProfile};
use crate::command::print_line;
use crate::dev;
use crate::sample::Sample;
use crate::setup;

/// The usual port of the native host's rendezvous.
const PORT: u16 = 8890;

/// How long the native host may take to end after its browser.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

/// What follows when the visitor's page was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AfterVisit {
    /// All ends.
    End,
    /// All goes on until Ctrl-C.
    Stay,
    /// What changes is built and loaded until Ctrl-C.
    Watch,
}

/// What the command line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// What follows when the visitor's page was checked.
    then: AfterVisit,
    /// The port of the rendezvous.
    port: u16,
    /// How to build.
    build_profile: BuildProfile,
}

impl Wish {
    /// Reads what `dev` takes: `[--port N]`.
    pub fn read_dev(arguments: &[&str]) -> Result<Self> {
        let mut wish = Self::read(arguments)?;
        if wish.then == AfterVisit::End {
            bail!("dev takes [--port N], not `--once`");
        }
        wish.then = AfterVisit::Watch;
        wish.build_profile = BuildProfile::Fast;
        Ok(wish)
    }

    /// Reads `[--once] [--port N] [--fast]`.
    pub fn read(arguments: &[&str]) -> Result<Self> {
        let mut wish = Self {
            then: AfterVisit::Stay,
            port: PORT,
            build_profile: BuildProfile::Release,
        };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match *word {
                "--once" => wish.then = AfterVisit::End,
                "--fast" => wish.build_profile = BuildProfile::Fast,
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
    build::all(wish.build_profile)?;
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
    if wish.then == AfterVisit::Watch {
        return dev::watch(dist, wish.port).await;
    }
    let sample = Sample::start(dist, wish.port).await?;
    if wish.then == AfterVisit::Stay {
        print_line!("Ctrl-C ends all of it.");
        interrupted().await;
    }
    sample.close().await
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
    let end = Instant::now() + SHUTDOWN_TIMEOUT;
    while free(port).is_err() {
        if Instant::now() > end {
            bail!(
                "the native host still listens on port {port}, {SHUTDOWN_TIMEOUT:?} after its browser has ended"
            );
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
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
                then: AfterVisit::End,
                port: 9000,
                build_profile: BuildProfile::Release
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
