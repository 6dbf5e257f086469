//! The host's side: hosts the sites of the background's plan and reports their state to it. Must not know how responses are
//! made.

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

use crate::{background_client::BackgroundClient, bodies::Bodies, boxes::Boxes, respond::respond};

struct Inner {
    background: Rc<BackgroundClient>,
    boxes: Rc<Boxes>,
    bodies: Bodies,
    plan: RefCell<Plan>,
    host: RefCell<Option<Host>>,
    report_pending: Cell<bool>,
    /// Visitors' requests without a complete response.
    open_requests: Cell<usize>,
}

/// What this browser hosts.
pub struct Hosting(Rc<Inner>);

impl Hosting {
    /// Nothing is hosted until [`Hosting::set_plan`].
    pub fn new(background: Rc<BackgroundClient>, boxes: Rc<Boxes>) -> Self {
        Self(Rc::new(Inner {
            background,
            boxes,
            bodies: Bodies::default(),
            plan: RefCell::default(),
            host: RefCell::default(),
            report_pending: Cell::new(false),
            open_requests: Cell::new(0),
        }))
    }

    /// Has a visitor's request no complete response yet?
    pub fn is_busy(&self) -> bool {
        self.0.open_requests.get() > 0
    }

    /// Hosts nothing any more, and notifies visitors, the rendezvous and the native host of that.
    pub fn shut_down(&self) {
        if let (Some(url), Some(window)) = (&self.0.plan.borrow().close_notice, web_sys::window()) {
            // The one request that a browser sends for a document that is going.
            let _ = window.navigator().send_beacon(url);
        }
        drop(self.0.host.take());
    }

    /// Hosts the sites of this plan and no others. Setting the same plan again changes nothing.
    pub fn set_plan(&self, plan: Plan) {
        self.0.boxes.set_plan(&plan);
        let same_gateway = self.0.plan.borrow().gateway == plan.gateway;
        if !same_gateway {
            // Dropping it closes its visitors' channels and its socket.
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
    /// Reports at the end of this turn of the event loop, once for all that changed in it.
    fn report(self: &Rc<Self>) {
        if self.report_pending.replace(true) {
            return;
        }
        let inner = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            inner.report_pending.set(false);
            let report = inner.current_report();
            // A background that starts anew gets the plan requested and a new report: a lost one does no harm.
            let _ = inner.background.report(report).await;
        });
    }

    fn current_report(&self) -> Report {
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
            let status = host.standing(&site.id);
            SiteReport {
                label: site.label.clone(),
                link: status.link,
                visitors: status.visitors,
                name_refused: status.refused,
                suggestion: status.suggestion,
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
        // A visitor is connecting: start the site's box now, so that the first request does not wait for it.
        if let Some(inner) = self.0.upgrade() {
            inner.boxes.prestart(site);
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
                let _open = OpenRequest::new(&inner);
                let Inner {
                    background,
                    boxes,
                    bodies,
                    ..
                } = &*inner;
                respond(background, boxes, bodies, site, visitor, incoming).await;
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
struct OpenRequest<'a>(&'a Cell<usize>);

impl<'a> OpenRequest<'a> {
    fn new(inner: &'a Inner) -> Self {
        inner.open_requests.set(inner.open_requests.get() + 1);
        Self(&inner.open_requests)
    }
}

impl Drop for OpenRequest<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}
