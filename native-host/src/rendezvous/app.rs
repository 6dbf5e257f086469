//! What all requests and sockets of one rendezvous share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::response::Response;
use http::header::{HeaderValue, RETRY_AFTER};
use http::request::Parts;
use http::{Method, StatusCode};
use identity::{PublicKey, SiteName};
use tokio::sync::{Semaphore, watch};

use super::address::Address;
use super::claims::{ClaimOutcome, Claims};
use super::day::{self, Day};
use super::directory::{Directory, LOOPBACK_SHARES};
use super::gateway_url::Gateway;
use super::network::NetworkNames;
use super::origins::Origins;
use super::permits::Permits;
use super::policy::{self, Kind};
use super::rates::Rates;
use super::settings::Rate;
use super::state_file::StateFile;
use super::{Settings, response};

/// Seconds after which a client that found no room may try again.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("10");

/// How many connections and sockets can run at once, far beyond the limits.
pub const RUNNING: usize = 1 << 20;

/// What all requests and sockets of one rendezvous share.
#[derive(Debug)]
pub struct App {
    /// What it was told when it started.
    pub settings: Settings,
    /// Which origins are ours.
    pub origins: Origins,
    /// Random, so that a restart can be seen from outside.
    pub instance: String,
    /// How many signalling sockets each address has.
    pub sockets: Arc<Permits>,
    /// How many requests of each address are being answered: behind a proxy its connections say nothing.
    pub requests: Arc<Permits>,
    /// What hosts see of their visitors' networks.
    pub networks: NetworkNames,
    /// A permit for everything that a shutdown waits for.
    pub running: Arc<Semaphore>,
    /// True from the moment that everything must end.
    ending: watch::Receiver<bool>,
    directory: Mutex<Directory>,
    new_names: Mutex<Rates>,
    questions: Mutex<Rates>,
    proofs: Mutex<Rates>,
    /// The file of claims; held while it is written, so that changes get there in their order.
    state: Option<Arc<tokio::sync::Mutex<StateFile>>>,
}

/// What is counted by the networks of those who do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RatedAction {
    /// Asks whether a name is free.
    Question,
    /// Proves a label.
    Proof,
}

impl App {
    /// Puts together what requests share.
    pub fn new(
        settings: Settings,
        origins: Origins,
        instance: String,
        (claims, state): (Claims, Option<StateFile>),
        networks: NetworkNames,
        ending: watch::Receiver<bool>,
    ) -> Self {
        let limits = &settings.limits;
        let sockets = Permits::new(
            limits.sockets_per_address,
            limits.sockets_per_loopback,
            limits.sockets,
        );
        let requests = Permits::new(
            limits.connections_per_address,
            limits.connections_per_loopback,
            limits.connections,
        );
        let running = Arc::new(Semaphore::new(RUNNING));
        // In seconds, so that whole numbers say "so many a day".
        let a_day = Rate {
            at_once: day::SECONDS,
            per_second: 1,
        };
        let new_names = Mutex::new(Rates::new(a_day, None));
        let rates = |rate| Mutex::new(Rates::new(rate, Some(LOOPBACK_SHARES)));
        let (questions, proofs) = (rates(limits.questions), rates(limits.proofs));
        let directory = Mutex::new(Directory::new(limits.clone(), claims));
        Self {
            settings,
            origins,
            instance,
            sockets,
            requests,
            networks,
            running,
            ending,
            directory,
            new_names,
            questions,
            proofs,
            state: state.map(|state| Arc::new(tokio::sync::Mutex::new(state))),
        }
    }

    /// The memory of the rendezvous. Never held over an await.
    pub fn directory(&self) -> MutexGuard<'_, Directory> {
        self.directory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until everything must end.
    pub async fn end(&self) {
        // An error says that nobody is left to tell us: that is the end too.
        let _ = self.ending.clone().wait_for(|ending| *ending).await;
    }

    /// Claims a name for a key that was proved; a new claim is on disk when this returns (or a word of
    /// why not in the log: it then lasts until the process ends).
    pub async fn claim(
        self: &Arc<Self>,
        name: &SiteName,
        key: &PublicKey,
        client: Address,
    ) -> ClaimOutcome {
        let limits = &self.settings.limits;
        let today = Day::today();
        let (held, free) = {
            let claims = &self.directory().claims;
            (claims.holds(key, name), claims.is_free(name, today))
        };
        if free && !held && !self.may_claim(client) {
            return ClaimOutcome::TooOften;
        }
        let most = (limits.names_per_key, limits.names);
        let verdict = self.directory().claims.claim(name, key, most, today);
        if verdict == ClaimOutcome::Claimed {
            self.save().await;
        }
        verdict
    }

    fn may_claim(&self, client: Address) -> bool {
        if self.settings.limits.names_per_day == 0 && client != Address::Loopback {
            return false;
        }
        let cost = day::SECONDS.div_ceil(self.settings.limits.names_per_day.max(1));
        take(&self.new_names, client, cost)
    }

    /// May this client do this once more now?
    pub fn may(&self, action: RatedAction, client: Address) -> bool {
        let rates = match action {
            RatedAction::Question => &self.questions,
            RatedAction::Proof => &self.proofs,
        };
        take(rates, client, 1)
    }

    /// Writes down what changed of the claims.
    pub async fn save(self: &Arc<Self>) {
        let Some(state) = &self.state else {
            self.directory().claims.take_changes();
            return;
        };
        let mut state = Arc::clone(state).lock_owned().await;
        let app = Arc::clone(self);
        let save = move || {
            let (changes, names) = {
                let claims = &mut app.directory().claims;
                (claims.take_changes(), claims.len())
            };
            // None: who came before wrote down this change too.
            if !changes.is_empty() {
                state.save(&changes, names, || app.directory().claims.clone());
            }
        };
        if tokio::task::spawn_blocking(save).await.is_err() {
            tracing::error!("the task that saves claims was ended");
        }
    }

    /// The response with its security headers.
    pub fn guarded(&self, mut response: Response, kind: Kind<'_>, gateway: &Gateway) -> Response {
        policy::apply(response.headers_mut(), kind, &self.origins, gateway);
        response
    }

    /// 429 for a client that has, or does, as much as it may.
    pub fn too_many(&self, parts: &Parts, gateway: &Gateway) -> Response {
        let sentence =
            "Too much is open or asked for from this network; close some, or try again later.";
        let page = response::page(
            parts,
            StatusCode::TOO_MANY_REQUESTS,
            "Too many requests",
            sentence,
        );
        let mut response = self.guarded(page, Kind::Plain, gateway);
        response
            .headers_mut()
            .insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
        response
    }
}

fn take(rates: &Mutex<Rates>, client: Address, cost: u32) -> bool {
    let mut rates = rates.lock().unwrap_or_else(PoisonError::into_inner);
    rates.take(client, cost, Instant::now())
}

/// May this method be answered at all?
pub fn is_read(parts: &Parts) -> bool {
    parts.method == Method::GET || parts.method == Method::HEAD
}
