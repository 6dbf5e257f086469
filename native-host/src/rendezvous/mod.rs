//! The rendezvous and its gateway: introduces peers to each other and serves the pages at which sites
//! appear. It never sees a request to a site, a response of one, or a private key.
//!
//! [`bind`] takes the port, [`Rendezvous::run`] serves until told to stop. Inside, `server` takes
//! connections, `app` finds out whose a request is, `gateway` and `site_origin` answer it; `upgrade`,
//! `socket` and `session` serve signalling, and `directory` is all that they remember.

mod address;
mod app;
mod assets;
mod attempt;
mod claims;
mod day;
mod directory;
mod error;
mod forwarded;
mod gateway;
mod gateway_url;
mod health;
mod link;
mod name_report;
mod network;
mod origins;
mod outbox;
mod permits;
mod plain_page;
mod policy;
mod rate;
mod rates;
mod recent_labels;
mod response;
mod router;
mod server;
mod session;
mod settings;
mod shares;
mod site_origin;
mod socket;
mod socket_id;
mod stale_worker;
mod state_file;
mod upgrade;
mod write_deadline;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use signalling::{DecodeError, IceServer, MAX_ICE_SERVERS};
use tokio::sync::watch;
use tokio::time;
use tracing::info;

pub use assets::{Assets, Compressed};
pub use error::Error;
pub use health::Health;
pub use settings::{Limits, Rate, Settings};

use app::App;
use day::Day;
use gateway_url::Gateway;
use network::NetworkNames;
use origins::Origins;
use server::Listeners;
use state_file::StateFile;

/// How often attempts that took too long, and changes that are to be written down, are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(5);

/// A rendezvous that has its port and does not serve yet.
#[derive(Debug)]
pub struct Rendezvous {
    listeners: Listeners,
    app: Arc<App>,
    ending: watch::Sender<bool>,
}

/// What a rendezvous did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Signalling sockets that were served.
    pub sockets: u64,
    /// Offers that were passed on to hosts.
    pub offers: u64,
    /// Bare names that are claimed.
    pub names: usize,
}

/// Takes the port and reads the claims.
///
/// # Errors
/// [`Error`]; [`Error::AddrInUse`] if somebody else has the port.
pub async fn bind(settings: Settings) -> Result<Rendezvous, Error> {
    let public = settings
        .public_url
        .as_deref()
        .map(Gateway::parse)
        .transpose()?;
    check_ice_servers(&settings.ice_servers)?;
    let listeners = Listeners::bind(settings.listen).await?;
    // After the port: of two that start at once only one may touch the file.
    let claims = settings
        .state_file
        .as_deref()
        .map(StateFile::load)
        .transpose()?
        .map_or_else(Default::default, |(state, claims)| (claims, Some(state)));
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    let instance = random.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    let origins = Origins::new(public, listeners.address.port(), &settings.extension_ids);
    let (ending, is_ending) = watch::channel(false);
    let networks = NetworkNames::new()?;
    let app = Arc::new(App::new(
        settings, origins, instance, claims, networks, is_ending,
    ));
    Ok(Rendezvous {
        listeners,
        app,
        ending,
    })
}

impl Rendezvous {
    /// The gateway's public URL, such as `http://localhost:8890`.
    pub fn url(&self) -> &str {
        self.app.origins.public().origin()
    }

    /// Where it listens.
    pub const fn local_addr(&self) -> SocketAddr {
        self.listeners.address
    }

    /// What `/healthz` says of it now.
    pub fn health(&self) -> Health {
        Health::of(&self.app)
    }

    /// Serves until `shutdown` is ready; then takes no more connections, tells every socket, and waits
    /// for them a little while.
    ///
    /// # Errors
    /// None today: what goes wrong with a connection ends that connection.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<Summary, Error> {
        let Self {
            listeners,
            app,
            ending,
        } = self;
        let names = app.directory().claims.len();
        let without_pages = app.settings.assets.is_empty();
        info!(address = %listeners.address, gateway = app.origins.public().origin(), names, without_pages, "serving");
        tokio::select! {
            never = listeners.serve(&app) => match never {},
            never = sweep(&app) => match never {},
            () = shutdown => {}
        }
        drop(listeners);
        ending.send_replace(true);
        let all = u32::try_from(app::RUNNING).unwrap_or(u32::MAX);
        let everything_ended = app.running.acquire_many(all);
        let within = app.settings.limits.shutdown_within;
        let graceful = time::timeout(within, everything_ended).await.is_ok();
        app.save().await;
        let (sockets, offers) = app.directory().totals();
        let names = app.directory().claims.len();
        info!(sockets, offers, names, graceful, "ended");
        Ok(Summary {
            sockets,
            offers,
            names,
        })
    }
}

/// Ends attempts that took too long and keeps up the claims of who hosts, until dropped.
async fn sweep(app: &Arc<App>) -> std::convert::Infallible {
    let mut every = time::interval(SWEEP_EVERY);
    loop {
        every.tick().await;
        let changed = {
            let mut directory = app.directory();
            directory.sweep(Instant::now(), Day::today());
            directory.claims.has_changes()
        };
        if changed {
            app.save().await;
        }
    }
}

fn check_ice_servers(servers: &[IceServer]) -> Result<(), Error> {
    if servers.len() > MAX_ICE_SERVERS {
        let problem = format!(
            "has {} entries; at most {MAX_ICE_SERVERS} are allowed",
            servers.len()
        );
        return Err(DecodeError::Field {
            field: "iceServers",
            problem,
        }
        .into());
    }
    for server in servers {
        server.validate()?;
    }
    Ok(())
}
