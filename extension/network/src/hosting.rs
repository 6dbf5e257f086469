//! The host's side: follows the background's plan and reports how it goes.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use futures_util::future::LocalBoxFuture;
use identity::{AttemptId, Challenge, DtlsFingerprint, Label, PublicKey, Signature, SiteName};
use messages::{Plan, PlannedSite, Rendezvous, Report, SiteReport, Statement};
use peer::{
    Error,
    channel::Incoming,
    host::{Backend, Host, HostedSite, Rendezvous as RendezvousStatus, Visitor},
    signal::Signal,
    strict,
};

use crate::{answer::answer, background_client::BackgroundClient, bodies::Bodies, boxes::Boxes};

struct Inner {
    background: Rc<BackgroundClient>,
    boxes: Rc<Boxes>,
    bodies: Bodies,
    plan: RefCell<Plan>,
    host: RefCell<Option<Host>>,
    reporting: Cell<bool>,
    /// Requests of visitors that are being answered.
    answering: Cell<usize>,
}

/// What this browser hosts.
pub struct Hosting(Rc<Inner>);

impl Hosting {
    /// Nothing is hosted until [`Hosting::follow`].
    pub fn new(background: Rc<BackgroundClient>, boxes: Rc<Boxes>) -> Self {
        Self(Rc::new(Inner {
            background,
            boxes,
            bodies: Bodies::default(),
            plan: RefCell::default(),
            host: RefCell::default(),
            reporting: Cell::new(false),
            answering: Cell::new(0),
        }))
    }

    /// Is a visitor's request being answered?
    pub fn is_busy(&self) -> bool {
        self.0.answering.get() > 0
    }

    /// Host nothing any more: visitors, the rendezvous and the native host are told.
    pub fn leave(&self) {
        if let (Some(url), Some(window)) = (&self.0.plan.borrow().close_notice, web_sys::window()) {
            // The one request that a browser sends for a document that is going.
            let _ = window.navigator().send_beacon(url);
        }
        drop(self.0.host.take());
    }

    /// Host what the plan says and nothing else. Following the same plan again changes nothing.
    pub fn follow(&self, plan: Plan) {
        self.0.boxes.follow(&plan);
        let same_place = self.0.plan.borrow().gateway == plan.gateway;
        if !same_place {
            // Dropping it tells its visitors and the rendezvous.
            drop(self.0.host.take());
        }
        if let Some(gateway) = &plan.gateway {
            if self.0.host.borrow().is_none() {
                let backend = Rc::new(HostBackend(Rc::downgrade(&self.0)));
                let signal = Signal::filtered(gateway, strict::for_host);
                self.0.host.replace(Some(Host::new(signal, backend)));
            }
            let sites = plan.sites.iter().filter_map(hosted).collect();
            if let Some(host) = self.0.host.borrow().as_ref() {
                host.set_sites(sites);
                // The rendezvous may have come up just now.
                host.hurry();
            }
        }
        self.0.plan.replace(plan);
        self.0.report();
    }
}

/// The background made these texts from the same types, so all can be read.
fn hosted(site: &PlannedSite) -> Option<HostedSite> {
    Some(HostedSite {
        id: site.id.clone(),
        name: SiteName::parse(&site.name).ok()?,
        label: Label::parse(&site.label).ok()?,
        key: PublicKey::from_base64(&site.key).ok()?,
    })
}

impl Inner {
    /// Report at the end of this turn, once for all that changed in it.
    fn report(self: &Rc<Self>) {
        if self.reporting.replace(true) {
            return;
        }
        let inner = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            inner.reporting.set(false);
            let report = inner.standing();
            // The background asks anew when it starts; a report that is lost is not missed.
            let _ = inner.background.report(report).await;
        });
    }

    fn standing(&self) -> Report {
        let host = self.host.borrow();
        let Some(host) = host.as_ref() else {
            return Report::default();
        };
        let url = host.gateway().to_owned();
        let rendezvous = match host.rendezvous() {
            RendezvousStatus::Connecting => Rendezvous::Connecting { url },
            RendezvousStatus::Connected => Rendezvous::Connected { gateway: url },
            RendezvousStatus::Unreachable(reason) => Rendezvous::Unreachable { url, reason },
        };
        let plan = self.plan.borrow();
        let sites = plan.sites.iter().map(|site| {
            let standing = host.standing(&site.id);
            SiteReport {
                label: site.label.clone(),
                link: standing.link,
                visitors: standing.visitors,
                name_refused: standing.refused,
                suggestion: standing.suggestion,
            }
        });
        Report {
            rendezvous,
            sites: sites.collect(),
        }
    }
}

/// The background as the host's backend.
struct HostBackend(Weak<Inner>);

impl HostBackend {
    async fn sign(&self, site: &str, statement: Statement) -> Result<Signature, Error> {
        let inner = self.0.upgrade().ok_or(Error::Lost)?;
        let bytes = inner.background.sign(site, statement).await;
        let bytes = bytes.map_err(|error| Error::Browser(error.to_string()))?;
        Signature::from_bytes(&bytes).map_err(|error| Error::Browser(error.to_string()))
    }
}

impl Backend for HostBackend {
    fn sign_host<'a>(
        &'a self,
        site: &'a str,
        gateway: &'a str,
        challenge: &'a Challenge,
        name: &'a SiteName,
    ) -> LocalBoxFuture<'a, Result<Signature, Error>> {
        Box::pin(self.sign(
            site,
            Statement::Host {
                gateway: gateway.to_owned(),
                challenge: challenge.to_base64(),
                name: name.to_string(),
            },
        ))
    }

    fn sign_channel<'a>(
        &'a self,
        site: &'a str,
        attempt: &'a AttemptId,
        host: &'a DtlsFingerprint,
        visitor: &'a DtlsFingerprint,
    ) -> LocalBoxFuture<'a, Result<Signature, Error>> {
        // A visitor is coming: what she will ask should not have to wait for the site's box.
        if let Some(inner) = self.0.upgrade() {
            inner.boxes.warm(site);
        }
        Box::pin(self.sign(
            site,
            Statement::Channel {
                attempt: attempt.to_string(),
                host_fingerprint: host.to_string(),
                visitor_fingerprint: visitor.to_string(),
            },
        ))
    }

    fn answer<'a>(
        &'a self,
        site: &'a str,
        visitor: &'a Visitor,
        incoming: Incoming,
    ) -> LocalBoxFuture<'a, ()> {
        Box::pin(async move {
            if let Some(inner) = self.0.upgrade() {
                let _under_way = UnderWay::new(&inner);
                let Inner {
                    background,
                    boxes,
                    bodies,
                    ..
                } = &*inner;
                answer(background, boxes, bodies, site, visitor, incoming).await;
            }
        })
    }

    fn changed(&self) {
        self.0
            .upgrade()
            .into_iter()
            .for_each(|inner| inner.report());
    }
}

/// Counts one request until it is dropped.
struct UnderWay<'a>(&'a Cell<usize>);

impl<'a> UnderWay<'a> {
    fn new(inner: &'a Inner) -> Self {
        inner.answering.set(inner.answering.get() + 1);
        Self(&inner.answering)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}
