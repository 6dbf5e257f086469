//! The host's visitors: each from its offer to the end of its channel.
//!
//! It must not know how sites are announced, nor who may have a seat ([`super::seats`]).

use std::rc::{Rc, Weak};

use futures_channel::{mpsc::UnboundedReceiver, oneshot};
use futures_util::{FutureExt, StreamExt, pin_mut, select_biased};
use gloo_timers::future::TimeoutFuture;
use identity::{AttemptId, DtlsFingerprint, Label};
use js_sys::Date;
use sdp::Description;
use signalling::{Candidate, ClientMessage, FailReason, NetworkId};

use super::{
    backend::Visitor,
    requests,
    state::{Attempt, Connected, HostedSite, State},
};
use crate::{
    Error,
    channel::{Channel, Requests},
    crypto,
    rtc::Rtc,
    strict::strict_candidate,
    visit::UNUSED,
};

/// Milliseconds from an offer to the open channel, after which the attempt is dropped.
const ACCEPT_TIMEOUT: u32 = 30_000;
/// Milliseconds that an answered attempt has left when the visitor ended it: visitors do when their end is open, and
/// their first bytes may still be under way.
const GRACE: u32 = 3_000;
/// Candidates taken of one visitor. Browsers have about two for each network interface.
const MAX_CANDIDATES: usize = 64;

/// A visitor's connection.
struct Arrived {
    rtc: Rc<Rtc>,
    channel: Channel,
    requests: Requests,
}

impl State {
    pub(super) fn candidate(&self, attempt: &AttemptId, candidate: Candidate) {
        let mut attempts = self.attempts.borrow_mut();
        let Some(attempt) = attempts.get_mut(attempt) else {
            return;
        };
        attempt.candidates += 1;
        if attempt.candidates > MAX_CANDIDATES {
            return;
        }
        match attempt.rtc.upgrade() {
            Some(rtc) => wasm_bindgen_futures::spawn_local(async move {
                rtc.add_candidate(candidate).await;
            }),
            None => attempt.early.push(candidate),
        }
    }

    /// The visitor has ended its attempt, or its socket has closed.
    pub(super) fn gone(self: &Rc<Self>, id: AttemptId) {
        let answered = match self.attempts.borrow_mut().get_mut(&id) {
            Some(attempt) => {
                attempt.gone = true;
                attempt.answered
            }
            None => return,
        };
        self.seats.borrow_mut().give_up(&id);
        if !answered {
            return self.end(&id);
        }
        let state = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            TimeoutFuture::new(GRACE).await;
            state.end(&id);
        });
    }

    /// End an attempt that is not open.
    fn end(&self, id: &AttemptId) {
        let mut attempts = self.attempts.borrow_mut();
        let end = attempts.get_mut(id).and_then(|attempt| attempt.end.take());
        if let Some(end) = end {
            let _ = end.send(());
        }
    }

    fn reject(&self, attempt: AttemptId, reason: FailReason) {
        self.signal.send(&ClientMessage::Reject { attempt, reason });
    }

    pub(super) fn offered(
        self: &Rc<Self>,
        id: AttemptId,
        label: &Label,
        sdp: &str,
        network: Option<NetworkId>,
    ) {
        let sites = self.sites.borrow();
        let Some(site) = sites.iter().find(|site| site.label == *label).cloned() else {
            return self.reject(id, FailReason::HostOffline);
        };
        let Ok(offer) = Description::read(sdp) else {
            return self.reject(id, FailReason::Refused);
        };
        let network = network
            .map(|network| network.to_string())
            .unwrap_or_default();
        let full = self.seats.borrow().room(&network, Date::now()).is_err();
        if full || self.attempts.borrow().contains_key(&id) {
            return self.reject(id, FailReason::Busy);
        }
        if let Some(other) = self.seats.borrow_mut().begin(id, &network) {
            self.end(&other);
        }
        let (end, ended) = oneshot::channel();
        let attempt = Attempt {
            rtc: Weak::new(),
            end: Some(end),
            answered: false,
            gone: false,
            candidates: 0,
            early: offer
                .candidates()
                .iter()
                .filter_map(|line| strict_candidate(line, self.takes_private()))
                .collect(),
        };
        self.attempts.borrow_mut().insert(id, attempt);
        let state = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let arrived = state.connect(id, &site, &offer, ended).await;
            let attempt = state.attempts.borrow_mut().remove(&id);
            state.seats.borrow_mut().end(&id);
            match (arrived, attempt) {
                (Ok(arrived), _) => state.receive(id, &site, network, arrived).await,
                // It cannot be reached, or has given up: there is nothing to answer.
                (Err(_), Some(attempt)) if attempt.answered || attempt.gone => {}
                // The browser did not take it, or another's attempt took its place: it may try again.
                (Err(_), _) => state.reject(id, FailReason::Busy),
            }
        });
    }

    /// From the offer to the open channel, until `ended`.
    async fn connect(
        &self,
        id: AttemptId,
        site: &HostedSite,
        offer: &Description,
        ended: oneshot::Receiver<()>,
    ) -> Result<Arrived, Error> {
        let mut ended = ended.fuse();
        let connecting = async {
            let (arrived, candidates) = self.answer(id, site, offer).await?;
            self.open(id, &arrived.channel, candidates).await?;
            Ok(arrived)
        }
        .fuse();
        let mut timeout = TimeoutFuture::new(ACCEPT_TIMEOUT).fuse();
        pin_mut!(connecting);
        select_biased! {
            arrived = connecting => arrived,
            _ = ended => Err(Error::Lost),
            () = timeout => Err(Error::TimedOut(ACCEPT_TIMEOUT / 1000)),
        }
    }

    async fn answer(
        &self,
        id: AttemptId,
        site: &HostedSite,
        offer: &Description,
    ) -> Result<(Arrived, UnboundedReceiver<Candidate>), Error> {
        let _turn = self.turns.next().await;
        let ice = self.signal.current().map(|welcome| welcome.ice_servers);
        let (rtc, candidates) = Rtc::new(&ice.unwrap_or_default())?;
        let (channel, requests) = Channel::host(rtc.data_channel());
        rtc.watch(&channel);
        let early = match self.attempts.borrow_mut().get_mut(&id) {
            Some(attempt) => {
                attempt.rtc = Rc::downgrade(&rtc);
                std::mem::take(&mut attempt.early)
            }
            None => Vec::new(),
        };
        for candidate in early {
            rtc.add_candidate(candidate).await;
        }
        let sdp = rtc.answer(&offer.to_string()).await?;
        let ours =
            DtlsFingerprint::from_sdp(&sdp).map_err(|error| Error::Browser(error.to_string()))?;
        let signature = self
            .backend
            .sign_channel(&site.id, &id, &ours, offer.fingerprint())
            .await?;
        if let Some(attempt) = self.attempts.borrow_mut().get_mut(&id) {
            attempt.answered = true;
        }
        self.signal.send(&ClientMessage::Answer {
            attempt: id,
            sdp,
            key: site.key,
            signature,
        });
        let arrived = Arrived {
            rtc,
            channel,
            requests,
        };
        Ok((arrived, candidates))
    }

    async fn open(
        &self,
        attempt: AttemptId,
        channel: &Channel,
        candidates: UnboundedReceiver<Candidate>,
    ) -> Result<(), Error> {
        let mut candidates = candidates.fuse();
        let ready = channel.ready().fuse();
        pin_mut!(ready);
        loop {
            select_biased! {
                ready = ready => return ready,
                candidate = candidates.select_next_some() => {
                    self.signal.send(&ClientMessage::Candidate { attempt, candidate });
                }
            }
        }
    }

    /// A visitor with an open channel, until it is closed.
    async fn receive(
        self: &Rc<Self>,
        id: AttemptId,
        site: &HostedSite,
        network: String,
        arrived: Arrived,
    ) {
        let Arrived {
            rtc,
            channel,
            requests,
        } = arrived;
        let seat = self.seats.borrow_mut().open(id, &network, Date::now());
        match seat {
            Ok(None) => {}
            Ok(Some(other)) => self.make_room(&other),
            Err(_) => return channel.leave(UNUSED),
        }
        self.channels.borrow_mut().push(Connected {
            attempt: id,
            site: site.id.clone(),
            channel: channel.clone(),
        });
        self.backend.changed();
        let route = rtc.route().await;
        let network = match (network.is_empty(), route.remote) {
            (true, Some(address)) => sdp::network_of(&address).unwrap_or_default(),
            _ => network,
        };
        if let Ok(random) = crypto::attempt_id() {
            let visitor = Visitor {
                id: random.to_string(),
                network,
                transport: route.transport,
            };
            requests::serve(self, id, &site.id, visitor, &channel, requests).await;
        }
        channel.close(Error::Lost);
        self.seats.borrow_mut().close(&id);
        self.channels
            .borrow_mut()
            .retain(|visitor| visitor.attempt != id);
        self.backend.changed();
    }

    /// Close a channel for another visitor.
    fn make_room(&self, id: &AttemptId) {
        let channels = self.channels.borrow();
        let channel = channels.iter().find(|visitor| visitor.attempt == *id);
        let channel = channel.map(|visitor| visitor.channel.clone());
        drop(channels);
        if let Some(channel) = channel {
            channel.leave(UNUSED);
        }
    }

    fn takes_private(&self) -> bool {
        sdp::Place::of(self.signal.gateway()) == sdp::Place::Near
    }
}
