//! The host's visitors: each from its offer to the end of its channel.
//!
//! It must not know how sites are announced.

use std::rc::{Rc, Weak};

use futures_channel::mpsc::UnboundedReceiver;
use futures_util::{FutureExt, StreamExt, pin_mut, select_biased};
use gloo_timers::future::TimeoutFuture;
use identity::{AttemptId, DtlsFingerprint, Label};
use signalling::{Candidate, ClientMessage, FailReason};
use wire::Role;

use super::{HostedSite, Inner, Visitor};
use crate::{
    Error,
    channel::{Channel, Incoming},
    rtc::Rtc,
};

/// Visitors at one time. Chromium allows 500 open peer connections in a renderer.
const MAX_VISITORS: usize = 200;
/// Milliseconds from an offer to the open channel, after which the attempt is dropped.
const ACCEPT_TIMEOUT: u32 = 30_000;

impl Inner {
    pub(super) fn candidate(&self, attempt: &AttemptId, candidate: Candidate) {
        let rtc = self.attempts.borrow().get(attempt).and_then(Weak::upgrade);
        if let Some(rtc) = rtc {
            wasm_bindgen_futures::spawn_local(async move { rtc.add_candidate(candidate).await });
        }
    }

    pub(super) fn offered(self: &Rc<Self>, attempt: AttemptId, label: &Label, sdp: String) {
        let site = self
            .sites
            .borrow()
            .iter()
            .find(|site| site.label == *label)
            .cloned();
        let Some(site) = site else {
            let reason = FailReason::HostOffline;
            self.signal.send(&ClientMessage::Reject { attempt, reason });
            return;
        };
        if self.visitors.get() >= MAX_VISITORS || self.attempts.borrow().contains_key(&attempt) {
            let reason = FailReason::Busy;
            self.signal.send(&ClientMessage::Reject { attempt, reason });
            return;
        }
        let inner = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            inner.visitors.set(inner.visitors.get() + 1);
            if let Err(error) = inner.receive(attempt, site, &sdp).await {
                let reason = match error {
                    Error::Protocol(_) => FailReason::Refused,
                    // Ours, and passing: the visitor tries again.
                    _ => FailReason::Busy,
                };
                inner
                    .signal
                    .send(&ClientMessage::Reject { attempt, reason });
            }
            inner.attempts.borrow_mut().remove(&attempt);
            inner.visitors.set(inner.visitors.get() - 1);
        });
    }

    /// One visitor, from the offer to the end of the channel.
    async fn receive(
        self: &Rc<Self>,
        attempt: AttemptId,
        site: HostedSite,
        offer: &str,
    ) -> Result<(), Error> {
        let protocol = |error: identity::Error| Error::Protocol(error.to_string());
        let visitor = DtlsFingerprint::from_sdp(offer).map_err(protocol)?;
        let ice = self
            .signal
            .current()
            .map(|welcome| welcome.ice_servers)
            .unwrap_or_default();
        let (rtc, candidates) = Rtc::new(&ice)?;
        let (channel, requests) = Channel::new(rtc.data_channel(), Role::Host);
        rtc.watch(&channel);
        self.attempts
            .borrow_mut()
            .insert(attempt, Rc::downgrade(&rtc));
        let sdp = rtc.answer(offer).await?;
        let ours = DtlsFingerprint::from_sdp(&sdp).map_err(protocol)?;
        let signature = self
            .backend
            .sign_channel(&site.id, &attempt, &ours, &visitor)
            .await?;
        self.signal.send(&ClientMessage::Answer {
            attempt,
            sdp,
            key: site.key,
            signature,
        });
        let opened = self.open(attempt, &channel, candidates).await;
        self.attempts.borrow_mut().remove(&attempt);
        if opened.is_err() {
            // The visitor has given up or cannot be reached: nothing to tell it.
            return Ok(());
        }
        self.channels
            .borrow_mut()
            .push((site.id.clone(), channel.clone()));
        self.backend.changed();
        let visitor = Visitor {
            id: attempt.to_string(),
            transport: rtc.transport().await,
        };
        self.serve(&site.id, visitor, &channel, requests).await;
        self.channels
            .borrow_mut()
            .retain(|(_, other)| !other.is_closed());
        self.backend.changed();
        Ok(())
    }

    async fn open(
        &self,
        attempt: AttemptId,
        channel: &Channel,
        candidates: UnboundedReceiver<Candidate>,
    ) -> Result<(), Error> {
        let mut candidates = candidates.fuse();
        let mut timeout = TimeoutFuture::new(ACCEPT_TIMEOUT).fuse();
        let ready = channel.ready().fuse();
        pin_mut!(ready);
        loop {
            select_biased! {
                ready = ready => return ready,
                candidate = candidates.select_next_some() => {
                    self.signal.send(&ClientMessage::Candidate { attempt, candidate });
                }
                () = timeout => {
                    channel.close(Error::TimedOut(ACCEPT_TIMEOUT / 1000));
                    return Err(Error::TimedOut(ACCEPT_TIMEOUT / 1000));
                }
            }
        }
    }

    async fn serve(
        self: &Rc<Self>,
        site: &str,
        visitor: Visitor,
        channel: &Channel,
        requests: UnboundedReceiver<Incoming>,
    ) {
        let mut requests = requests.fuse();
        let closed = channel.closed().fuse();
        pin_mut!(closed);
        loop {
            select_biased! {
                incoming = requests.next() => {
                    let Some(incoming) = incoming else { return };
                    let (inner, site, visitor) = (self.clone(), site.to_owned(), visitor.clone());
                    wasm_bindgen_futures::spawn_local(async move {
                        inner.backend.answer(&site, &visitor, incoming).await;
                    });
                }
                _ = closed => return,
            }
        }
    }
}
