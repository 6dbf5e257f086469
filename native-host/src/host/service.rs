//! Keeps a rendezvous available on a loopback port: its own if the port is free, else that of another
//! PeerServer, as long as that runs.
//!
//! Two browsers of one user share a rendezvous this way, and when the browser that runs it is closed the
//! other's host takes over: everybody's links keep working. It must not know native messaging's framing;
//! of its messages it uses those that describe the rendezvous' status.

use std::net::Ipv4Addr;
use std::time::Duration;

use native_messaging::{FailReason, Reply, Standing};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::port_check::{self, Listener};
use crate::rendezvous::{self, Rendezvous, Settings};
use crate::{extension, folders};

/// The time between two tries to take over a lost or shared rendezvous. Peers notice a rendezvous that is
/// away for about this long only by a reconnect.
const RETRY: Duration = Duration::from_millis(500);

/// How many of these tries pass between two health checks of another PeerServer's rendezvous. One that
/// ended is noticed at once, as its port is free; the checks find one that hangs.
const RETRIES_PER_PROBE: u32 = 10;

/// How often the port is tried again at the start while it is neither free nor answered on: another host
/// is just ending, or has bound and not begun to serve.
const START_TRIES: u32 = 10;

/// The time between two of these tries.
const START_RETRY_DELAY: Duration = Duration::from_millis(100);

/// How long the rendezvous may wait for its peers to close their sockets. The whole host ends within a
/// second: a browser kills it after two (Chromium), and a person quits faster than that.
const SHUTDOWN_GRACE: Duration = Duration::from_millis(400);

/// The time after which a rendezvous that does not end is aborted.
const ABORT_AFTER: Duration = Duration::from_millis(600);

/// What to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The loopback port.
    pub port: u16,
    /// The ICE servers that the rendezvous sends to peers.
    pub ice_servers: Vec<signalling::IceServer>,
}

/// Why there is no rendezvous.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    reason: FailReason,
    message: String,
}

impl From<Failure> for Reply {
    fn from(Failure { reason, message }: Failure) -> Self {
        Self::Failed { reason, message }
    }
}

/// A rendezvous that is kept available.
pub struct Service {
    config: Config,
    status: watch::Receiver<Standing>,
    stop: watch::Sender<bool>,
    keeper: JoinHandle<()>,
}

/// Which process runs the rendezvous.
enum Source {
    Own(Box<Rendezvous>),
    /// Another PeerServer's of this machine.
    Shared,
}

impl Service {
    /// Starts one and keeps it available from then on.
    ///
    /// # Errors
    /// [`Failure`] if there is none at first; then nothing runs and nothing is tried again.
    pub async fn start(config: Config) -> Result<Self, Failure> {
        let mut tries = START_TRIES;
        let source = loop {
            match acquire(&config).await? {
                Some(source) => break source,
                None if tries == 0 => return Err(taken(config.port)),
                None => tries -= 1,
            }
            tokio::time::sleep(START_RETRY_DELAY).await;
        };
        let (sender, status) = watch::channel(running(&config, &source));
        let (stop, stopped) = watch::channel(false);
        let keeper = tokio::spawn(keep(config.clone(), source, sender, stopped));
        Ok(Self {
            config,
            status,
            stop,
            keeper,
        })
    }

    /// What it was started with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Its present status. Marks it as seen by [`changed`](Self::changed).
    pub fn status(&self) -> Standing {
        self.status.borrow().clone()
    }

    /// Waits for the next change of its status; several changes since the last call are one. Cancel-safe.
    pub async fn changed(&mut self) -> Standing {
        if self.status.changed().await.is_err() {
            // The keeper ended without being asked: it panicked, which the log shows.
            std::future::pending::<()>().await;
        }
        self.status.borrow_and_update().clone()
    }

    /// Stops it, in less than a second.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(ABORT_AFTER, &mut self.keeper)
            .await
            .is_err()
        {
            tracing::warn!("the rendezvous did not end in time");
            self.keeper.abort();
        }
    }
}

/// Runs in the background until stopped.
async fn keep(
    config: Config,
    mut source: Source,
    sender: watch::Sender<Standing>,
    stopped: watch::Receiver<bool>,
) {
    loop {
        let lost = match source {
            Source::Own(rendezvous) => {
                let end = rendezvous.run(stop(stopped.clone())).await;
                if *stopped.borrow() {
                    return;
                }
                end.err().map_or_else(
                    || "The rendezvous ended.".to_owned(),
                    |error| error.to_string(),
                )
            }
            Source::Shared => {
                let next = tokio::select! {
                    next = watch_shared(&config) => next,
                    () = stop(stopped.clone()) => return,
                };
                match next {
                    Ok(rendezvous) => {
                        source = Source::Own(rendezvous);
                        sender.send_replace(running(&config, &source));
                        continue;
                    }
                    Err(failure) => failure.message,
                }
            }
        };
        tracing::warn!(port = config.port, "lost: {lost}");
        sender.send_replace(Standing::Lost {
            port: config.port,
            message: lost,
        });
        source = tokio::select! {
            source = reacquire(&config) => source,
            () = stop(stopped.clone()) => return,
        };
        sender.send_replace(running(&config, &source));
    }
}

/// Waits until it is to be stopped.
async fn stop(mut stopped: watch::Receiver<bool>) {
    // An error says that the service was dropped: that is a stop too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Tries to take over from another PeerServer, until that works or another listener is there.
async fn watch_shared(config: &Config) -> Result<Box<Rendezvous>, Failure> {
    loop {
        for _ in 0..RETRIES_PER_PROBE {
            tokio::time::sleep(RETRY).await;
            if let Some(rendezvous) = start_own(config).await? {
                return Ok(rendezvous);
            }
        }
        match port_check::check_port(config.port).await {
            Listener::Stranger => return Err(taken(config.port)),
            Listener::Elsewhere { gateway } => return Err(taken_for(config.port, &gateway)),
            Listener::PeerServer | Listener::Free => {}
        }
    }
}

/// Tries until there is a rendezvous again.
async fn reacquire(config: &Config) -> Source {
    loop {
        tokio::time::sleep(RETRY).await;
        if let Ok(Some(source)) = acquire(config).await {
            return source;
        }
    }
}

/// Our own rendezvous on the port, or the other PeerServer's. `None`: the port is in use and does not respond.
async fn acquire(config: &Config) -> Result<Option<Source>, Failure> {
    if let Some(rendezvous) = start_own(config).await? {
        return Ok(Some(Source::Own(rendezvous)));
    }
    match port_check::check_port(config.port).await {
        Listener::PeerServer => Ok(Some(Source::Shared)),
        Listener::Elsewhere { gateway } => Err(taken_for(config.port, &gateway)),
        Listener::Stranger => Err(taken(config.port)),
        Listener::Free => Ok(None),
    }
}

/// A rendezvous of our own; `None` if the port is not free.
async fn start_own(config: &Config) -> Result<Option<Box<Rendezvous>>, Failure> {
    let internal = |message: String| Failure {
        reason: FailReason::Internal,
        message,
    };
    let mut settings = Settings::new((Ipv4Addr::LOCALHOST, config.port).into());
    settings.public_url = Some(gateway(config.port));
    settings.ice_servers = config.ice_servers.clone();
    settings.state_file =
        Some(folders::claims_file(config.port).map_err(|error| internal(error.to_string()))?);
    settings.extension_ids = folders::data_dir()
        .and_then(|data| extension::allowed_origins(&data))
        .map_err(|error| internal(error.to_string()))?;
    settings.limits.shutdown_within = SHUTDOWN_GRACE;
    match rendezvous::bind(settings).await {
        Ok(rendezvous) => Ok(Some(Box::new(rendezvous))),
        Err(rendezvous::Error::AddrInUse(_)) => Ok(None),
        Err(error) => Err(internal(error.to_string())),
    }
}

fn running(config: &Config, source: &Source) -> Standing {
    Standing::Running {
        gateway: gateway(config.port),
        port: config.port,
        shared: matches!(source, Source::Shared),
    }
}

/// The gateway's address on this machine. `localhost`, not `127.0.0.1`: sites are at names below it.
fn gateway(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// The failure that the port is that of a rendezvous for another address.
fn taken_for(port: u16, gateway: &str) -> Failure {
    let message = format!(
        "Port {port} is taken by a rendezvous for {gateway}. If you want to host there, enter that address as your \
         rendezvous; else choose another port."
    );
    Failure {
        reason: FailReason::PortTaken,
        message,
    }
}

fn taken(port: u16) -> Failure {
    let message = format!(
        "Another program listens on port {port}, and it is not PeerServer: end it, or choose another port."
    );
    Failure {
        reason: FailReason::PortTaken,
        message,
    }
}
