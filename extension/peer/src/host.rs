//! Hosting: announces sites at the rendezvous; `visitors` takes those in who come, as far as there are `seats`.
//!
//! It must not know how a request is answered nor where keys live: both are the [`Backend`]'s.

mod backend;
mod requests;
mod seats;
mod state;
mod turns;
mod visitors;

use std::rc::{Rc, Weak};

use futures_channel::mpsc::UnboundedReceiver;
use futures_util::StreamExt;
use identity::{Label, SiteName};
use signalling::{ClientMessage, ServerMessage};

use self::state::State;
use crate::signal::{Signal, SignalEvent, Welcome};

pub use self::{
    backend::{Backend, Visitor},
    state::{HostedSite, Rendezvous, Standing},
};

/// Hosts sites at one rendezvous until dropped.
pub struct Host(Rc<State>);

impl Host {
    /// Host at the rendezvous behind `signal`. Name the sites with [`Host::set_sites`].
    pub fn new(signal: Signal, backend: Rc<dyn Backend>) -> Self {
        let events = signal.subscribe();
        let state = Rc::new(State::new(signal, backend));
        wasm_bindgen_futures::spawn_local(listen(Rc::downgrade(&state), events));
        Self(state)
    }

    /// The gateway hosted at.
    pub fn gateway(&self) -> &str {
        self.0.signal.gateway()
    }

    /// Host exactly these: new ones are announced, others withdrawn and their visitors told.
    pub fn set_sites(&self, sites: Vec<HostedSite>) {
        let before = self.0.sites.replace(sites.clone());
        for gone in before.iter().filter(|old| !sites.contains(old)) {
            self.0.signal.send(&ClientMessage::Unhost {
                label: gone.label.clone(),
            });
            self.0.standings.borrow_mut().remove(&gone.id);
            if !sites.iter().any(|site| site.id == gone.id) {
                self.0.dismiss(&gone.id);
            }
        }
        if let Some(welcome) = self.0.signal.current() {
            for new in sites.into_iter().filter(|site| !before.contains(site)) {
                self.0.announce(new, welcome.clone());
            }
        }
        self.0.backend.changed();
    }

    /// Try the rendezvous at once, if it is not connected.
    pub fn hurry(&self) {
        self.0.signal.hurry();
    }

    /// How the rendezvous does.
    pub fn rendezvous(&self) -> Rendezvous {
        self.0.rendezvous.borrow().clone()
    }

    /// How a site does.
    pub fn standing(&self, site: &str) -> Standing {
        let mut standing = self
            .0
            .standings
            .borrow()
            .get(site)
            .cloned()
            .unwrap_or_default();
        let channels = self.0.channels.borrow();
        standing.visitors = channels.iter().filter(|it| it.site == site).count() as u32;
        standing
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        for visitor in self.0.channels.take() {
            visitor.channel.leave("hosting was switched off");
        }
        self.0.signal.close();
    }
}

async fn listen(weak: Weak<State>, mut events: UnboundedReceiver<SignalEvent>) {
    if let Some(welcome) = weak.upgrade().and_then(|state| state.signal.current()) {
        weak.upgrade()
            .into_iter()
            .for_each(|state| state.up(welcome.clone()));
    }
    while let Some(event) = events.next().await {
        let Some(state) = weak.upgrade() else { return };
        match event {
            SignalEvent::Up(welcome) => state.up(welcome),
            SignalEvent::Down(reason) => {
                state.rendezvous.replace(Rendezvous::Unreachable(reason));
                state.backend.changed();
            }
            SignalEvent::Message(message) => state.signalled(message),
        }
    }
}

impl State {
    fn up(self: &Rc<Self>, welcome: Welcome) {
        // The signature names the gateway. Were it not the one the owner asked for, this rendezvous
        // could pass another's challenge on and host there in our name.
        if welcome.gateway != self.signal.gateway() {
            let reason = format!(
                "The rendezvous at {} says that its address is {}. Use that address.",
                self.signal.gateway(),
                welcome.gateway
            );
            self.rendezvous.replace(Rendezvous::Unreachable(reason));
            return self.backend.changed();
        }
        self.rendezvous.replace(Rendezvous::Connected);
        for site in self.sites.borrow().clone() {
            self.announce(site, welcome.clone());
        }
        self.backend.changed();
    }

    fn announce(self: &Rc<Self>, site: HostedSite, welcome: Welcome) {
        let state = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let signed = state
                .backend
                .sign_host(&site.id, &welcome.gateway, &welcome.challenge, &site.name)
                .await;
            match signed {
                Ok(signature) => {
                    state.signal.send(&ClientMessage::Host {
                        label: site.label,
                        key: site.key,
                        name: site.name,
                        signature,
                        claim: true,
                    });
                }
                Err(error) => state.stand(&site.label, |standing| {
                    standing.refused = Some(error.to_string());
                }),
            }
        });
    }

    fn stand(&self, label: &Label, change: impl FnOnce(&mut Standing)) {
        let id = self
            .sites
            .borrow()
            .iter()
            .find(|site| site.label == *label)
            .map(|s| s.id.clone());
        if let Some(id) = id {
            change(self.standings.borrow_mut().entry(id).or_default());
            self.backend.changed();
        }
    }

    fn signalled(self: &Rc<Self>, message: ServerMessage) {
        match message {
            // The link that comes with it is not used: it could be anybody's.
            ServerMessage::Hosting { label, name, .. } => self.hosted(&label, name.as_ref()),
            ServerMessage::HostRefused { label, reason } => self.stand(&label, |standing| {
                standing.link = None;
                standing.refused = Some(reason);
            }),
            ServerMessage::NameRefused {
                label,
                reason,
                suggestion,
            } => {
                self.stand(&label, |standing| {
                    standing.refused = Some(reason);
                    standing.suggestion = Some(suggestion.to_string());
                });
            }
            ServerMessage::Offer {
                attempt,
                label,
                sdp,
                network,
            } => self.offered(attempt, &label, &sdp, network),
            ServerMessage::Candidate { attempt, candidate } => self.candidate(&attempt, candidate),
            ServerMessage::Gone { attempt } => self.gone(attempt),
            _ => {}
        }
    }

    /// The rendezvous hosts this label, and maybe by the bare name `claimed`.
    fn hosted(&self, label: &Label, claimed: Option<&SiteName>) {
        let sites = self.sites.borrow();
        let Some(site) = sites.iter().find(|site| site.label == *label) else {
            return;
        };
        let claimed = claimed == Some(&site.name);
        let link = link(self.signal.gateway(), site, claimed);
        drop(sites);
        self.stand(label, |standing| {
            standing.link = Some(link);
            if claimed {
                standing.refused = None;
                standing.suggestion = None;
            }
        });
    }

    /// Tell a site's visitors that it is hosted no more.
    fn dismiss(&self, site: &str) {
        let (gone, stay): (Vec<_>, Vec<_>) = self
            .channels
            .take()
            .into_iter()
            .partition(|visitor| visitor.site == site);
        self.channels.replace(stay);
        for visitor in gone {
            visitor.channel.leave("the site is no longer hosted");
        }
    }
}

/// The link to give away: by the bare name if that is the site's own, else by the label, which certifies itself.
fn link(gateway: &str, site: &HostedSite, claimed: bool) -> String {
    match claimed {
        true => format!("{gateway}/connect/{}/", site.name),
        false => format!("{gateway}/connect/{}/", site.label),
    }
}
