//! Keeps a rendezvous answering on a loopback port: its own if the port is free, else that of another
//! PeerServer, for as long as it lasts.
//!
//! Two browsers of one user share a rendezvous this way, and when the browser that runs it is closed the
//! other's host takes over: everybody's links keep working. It must not know native messaging's framing;
//! of its messages it uses those that describe a standing.

use std::net::Ipv4Addr;
use std::time::Duration;

use native_messaging::{FailReason, Reply, Standing};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::port_check::{self, Listener};
use crate::rendezvous::{self, Rendezvous, Settings};
use crate::{extension, folders};

/// How often a lost or shared rendezvous is tried to be taken over. Peers notice a rendezvous that is
/// away for about this long only by a reconnect.
const RETRY: Duration = Duration::from_millis(500);

/// How many of these rounds pass until somebody else's rendezvous is asked whether it is well. That it
/// went away is seen at once, as its port is free then; this finds one that hangs.
const ROUNDS_A_PROBE: u32 = 10;

/// How often the port is tried again at the start while it is neither free nor answered on: another host
/// is just ending, or has bound and not begun to serve.
const FIRST_TRIES: u32 = 10;

/// The pause between these.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// How long the rendezvous may wait for its peers to take note of its end. The whole host ends within a
/// second: a browser kills it after two (Chromium), and a person quits faster than that.
const GOODBYE: Duration = Duration::from_millis(400);

/// When a rendezvous that does not end is dropped as it is.
const END: Duration = Duration::from_millis(600);

/// What is to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The loopback port.
    pub port: u16,
    /// What the rendezvous hands to peers.
    pub ice_servers: Vec<signalling::IceServer>,
}

/// Why a rendezvous could not be had.
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

/// A rendezvous that is being kept up.
pub struct Service {
    wish: Wish,
    standing: watch::Receiver<Standing>,
    stop: watch::Sender<bool>,
    keeper: JoinHandle<()>,
}

/// Whose rendezvous it is.
enum Place {
    Own(Box<Rendezvous>),
    /// Another PeerServer's of this machine.
    Shared,
}

impl Service {
    /// Starts one and keeps it up from then on.
    ///
    /// # Errors
    /// [`Failure`] if there is none at first; then nothing runs and nothing is tried again.
    pub async fn start(wish: Wish) -> Result<Self, Failure> {
        let mut tries = FIRST_TRIES;
        let place = loop {
            match take_place(&wish).await? {
                Some(place) => break place,
                None if tries == 0 => return Err(taken(wish.port)),
                None => tries -= 1,
            }
            tokio::time::sleep(FIRST_PAUSE).await;
        };
        let (tell, standing) = watch::channel(running(&wish, &place));
        let (stop, stopped) = watch::channel(false);
        let keeper = tokio::spawn(keep(wish.clone(), place, tell, stopped));
        Ok(Self {
            wish,
            standing,
            stop,
            keeper,
        })
    }

    /// What it was started with.
    pub fn wish(&self) -> &Wish {
        &self.wish
    }

    /// How it does now. Counts as seen by [`changed`](Self::changed).
    pub fn standing(&self) -> Standing {
        self.standing.borrow().clone()
    }

    /// Waits for the next change of its standing; several since the last are one. May be dropped and
    /// called again.
    pub async fn changed(&mut self) -> Standing {
        if self.standing.changed().await.is_err() {
            // The keeper ended without being asked: it panicked, which the log shows.
            std::future::pending::<()>().await;
        }
        self.standing.borrow_and_update().clone()
    }

    /// Ends it, in less than a second.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(END, &mut self.keeper).await.is_err() {
            tracing::warn!("the rendezvous did not end in time");
            self.keeper.abort();
        }
    }
}

/// Runs in the background until stopped.
async fn keep(
    wish: Wish,
    mut place: Place,
    tell: watch::Sender<Standing>,
    stopped: watch::Receiver<bool>,
) {
    loop {
        let lost = match place {
            Place::Own(rendezvous) => {
                let end = rendezvous.run(stop(stopped.clone())).await;
                if *stopped.borrow() {
                    return;
                }
                end.err().map_or_else(
                    || "The rendezvous ended.".to_owned(),
                    |error| error.to_string(),
                )
            }
            Place::Shared => {
                let next = tokio::select! {
                    next = watch_shared(&wish) => next,
                    () = stop(stopped.clone()) => return,
                };
                match next {
                    Ok(rendezvous) => {
                        place = Place::Own(rendezvous);
                        tell.send_replace(running(&wish, &place));
                        continue;
                    }
                    Err(failure) => failure.message,
                }
            }
        };
        tracing::warn!(port = wish.port, "lost: {lost}");
        tell.send_replace(Standing::Lost {
            port: wish.port,
            message: lost,
        });
        place = tokio::select! {
            place = regain(&wish) => place,
            () = stop(stopped.clone()) => return,
        };
        tell.send_replace(running(&wish, &place));
    }
}

/// Waits until it is to be stopped.
async fn stop(mut stopped: watch::Receiver<bool>) {
    // An error says that the service was dropped: that is a stop too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Tries to take over from another PeerServer, until that works or another listener is there.
async fn watch_shared(wish: &Wish) -> Result<Box<Rendezvous>, Failure> {
    loop {
        for _ in 0..ROUNDS_A_PROBE {
            tokio::time::sleep(RETRY).await;
            if let Some(rendezvous) = own(wish).await? {
                return Ok(rendezvous);
            }
        }
        match port_check::who_listens(wish.port).await {
            Listener::Stranger => return Err(taken(wish.port)),
            Listener::Elsewhere { gateway } => return Err(taken_for(wish.port, &gateway)),
            Listener::PeerServer | Listener::Nobody => {}
        }
    }
}

/// Tries until there is a rendezvous again.
async fn regain(wish: &Wish) -> Place {
    loop {
        tokio::time::sleep(RETRY).await;
        if let Ok(Some(place)) = take_place(wish).await {
            return place;
        }
    }
}

/// The port for ourselves, or its PeerServer. `None`: the port is not free, and nobody answers on it.
async fn take_place(wish: &Wish) -> Result<Option<Place>, Failure> {
    if let Some(rendezvous) = own(wish).await? {
        return Ok(Some(Place::Own(rendezvous)));
    }
    match port_check::who_listens(wish.port).await {
        Listener::PeerServer => Ok(Some(Place::Shared)),
        Listener::Elsewhere { gateway } => Err(taken_for(wish.port, &gateway)),
        Listener::Stranger => Err(taken(wish.port)),
        Listener::Nobody => Ok(None),
    }
}

/// A rendezvous of our own; `None` if the port is not free.
async fn own(wish: &Wish) -> Result<Option<Box<Rendezvous>>, Failure> {
    let internal = |message: String| Failure {
        reason: FailReason::Internal,
        message,
    };
    let mut settings = Settings::new((Ipv4Addr::LOCALHOST, wish.port).into());
    settings.public_url = Some(gateway(wish.port));
    settings.ice_servers = wish.ice_servers.clone();
    settings.state_file =
        Some(folders::claims_file(wish.port).map_err(|error| internal(error.to_string()))?);
    settings.extension_ids = folders::data_dir()
        .and_then(|data| extension::allowed_origins(&data))
        .map_err(|error| internal(error.to_string()))?;
    settings.limits.shutdown_within = GOODBYE;
    match rendezvous::bind(settings).await {
        Ok(rendezvous) => Ok(Some(Box::new(rendezvous))),
        Err(rendezvous::Error::AddrInUse(_)) => Ok(None),
        Err(error) => Err(internal(error.to_string())),
    }
}

fn running(wish: &Wish, place: &Place) -> Standing {
    Standing::Running {
        gateway: gateway(wish.port),
        port: wish.port,
        shared: matches!(place, Place::Shared),
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
