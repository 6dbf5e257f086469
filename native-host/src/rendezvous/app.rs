//! What all requests and sockets of one rendezvous share, and the first look at a request: whose it is.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::extract::Request;
use axum::response::Response;
use http::header::{HOST, HeaderName};
use http::request::Parts;
use http::{Method, StatusCode};
use identity::{PublicKey, SiteName};
use tokio::sync::{Semaphore, watch};

use super::addresses::Addresses;
use super::claim_rate::ClaimRate;
use super::claims::{Claims, Verdict};
use super::directory::Directory;
use super::gateway_url::Gateway;
use super::origins::{Origins, Place};
use super::policy::{self, Kind};
use super::{Settings, gateway, response, site_origin, state_file};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

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
    pub sockets: Arc<Addresses>,
    /// A permit for everything that a shutdown waits for.
    pub running: Arc<Semaphore>,
    /// True from the moment that everything must end.
    ending: watch::Receiver<bool>,
    directory: Mutex<Directory>,
    claim_rate: Mutex<ClaimRate>,
    /// Held while the file of claims is written, so that the newest is written last.
    saving: tokio::sync::Mutex<()>,
}

impl App {
    /// Puts together what requests share.
    pub fn new(
        settings: Settings,
        origins: Origins,
        instance: String,
        claims: Claims,
        ending: watch::Receiver<bool>,
    ) -> Self {
        let limits = &settings.limits;
        let sockets = Addresses::new(
            limits.sockets_per_address,
            limits.sockets_per_loopback,
            limits.connections,
        );
        let running = Arc::new(Semaphore::new(RUNNING));
        let claim_rate = Mutex::new(ClaimRate::new(limits.names_per_hour));
        let directory = Mutex::new(Directory::new(limits.clone(), claims));
        Self {
            settings,
            origins,
            instance,
            sockets,
            running,
            ending,
            directory,
            claim_rate,
            saving: tokio::sync::Mutex::new(()),
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
        client: IpAddr,
    ) -> Verdict {
        let limits = &self.settings.limits;
        let is_new = self.directory().claims.label(name).is_none();
        if is_new {
            let mut rate = self
                .claim_rate
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if !rate.take(client, Instant::now()) {
                return Verdict::TooOften;
            }
        }
        let verdict = self
            .directory()
            .claims
            .claim(name, key, limits.names_per_key, limits.names);
        if verdict == Verdict::Claimed
            && let Some(path) = self.settings.state_file.clone()
        {
            let app = Arc::clone(self);
            let _saving = self.saving.lock().await;
            let save = move || {
                let claims = app.directory().claims.clone();
                state_file::save(&path, &claims)
            };
            if tokio::task::spawn_blocking(save).await.is_err() {
                tracing::error!("the task that saves claims was ended");
            }
        }
        verdict
    }

    /// Answers any request.
    pub async fn answer(self: Arc<Self>, peer: SocketAddr, request: Request) -> Response {
        let (mut parts, _body) = request.into_parts();
        let host = authority(&parts);
        let Some(place) = host.as_deref().and_then(|host| self.origins.place(host)) else {
            tracing::debug!(host, "request for another host refused");
            let sentence = "This server answers for its own names only. If it should answer for this one, start it \
                            with that --public-url.";
            let page = response::page(
                &parts,
                StatusCode::MISDIRECTED_REQUEST,
                "Not served here",
                sentence,
            );
            return self.guarded(page, Kind::Plain, self.origins.public());
        };
        match &place {
            Place::Gateway(gateway) | Place::Number(gateway) => {
                let client = self.client(&parts, peer.ip());
                gateway::answer(&self, gateway, &place, client, &mut parts).await
            }
            Place::Site(gateway, _) => site_origin::answer(&self, gateway, &parts),
            Place::NoSite(gateway) => {
                let sentence = "Sites have longer addresses here. Follow the link that you were given once more.";
                let page = response::page(
                    &parts,
                    StatusCode::NOT_FOUND,
                    "No site has this address",
                    sentence,
                );
                self.guarded(page, Kind::Plain, gateway)
            }
        }
    }

    /// The response with its security headers.
    pub fn guarded(&self, mut response: Response, kind: Kind<'_>, gateway: &Gateway) -> Response {
        policy::apply(response.headers_mut(), kind, &self.origins, gateway);
        response
    }

    /// The address that a client's connections are counted by.
    fn client(&self, parts: &Parts, peer: IpAddr) -> IpAddr {
        if !self.settings.trusted_proxy || !peer.to_canonical().is_loopback() {
            return peer;
        }
        // The last entry is the proxy's own word; those before it are the client's.
        let last = parts.headers.get_all(FORWARDED_FOR).iter().next_back();
        let last = last
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.rsplit(',').next());
        last.and_then(|address| address.trim().parse().ok())
            .unwrap_or(peer)
    }
}

/// May this method be answered at all?
pub fn is_read(parts: &Parts) -> bool {
    parts.method == Method::GET || parts.method == Method::HEAD
}

/// The host a request names: in its target if that is a whole URL (RFC 9112 section 3.2.2), else in its
/// one `Host` header.
fn authority(parts: &Parts) -> Option<String> {
    if let Some(authority) = parts.uri.authority() {
        return Some(authority.as_str().to_owned());
    }
    let mut hosts = parts.headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok().map(str::to_owned),
        _ => None,
    }
}
