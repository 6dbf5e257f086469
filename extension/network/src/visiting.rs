//! The visitor's side: one visit for each site, shared by all tabs, with a bridge frame that links the site's
//! worker. Must not know what is requested during a visit.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::{Rc, Weak},
};

use futures_channel::oneshot;
use futures_util::{FutureExt, StreamExt, pin_mut, select_biased};
use gloo_timers::future::TimeoutFuture;
use identity::Label;
use messages::Gateway;
use messages::bridge::{FromBridge, ToBridge};
use messages::content_script::VisitAnswer;
use peer::{
    Error,
    bridge::Bridge,
    link::reason,
    signal::Signal,
    strict,
    visit::{Phase, Visit},
};

/// Milliseconds after which a visit request fails; the content script then sends another.
const VISIT_TIMEOUT: u32 = 20_000;
/// Visits kept at one time; beyond that, the one whose last request is the oldest ends.
const MAX_VISITS: usize = 64;

/// Milliseconds between two looks whether a page of a active site is left. Each may start the site's worker.
const USE_CHECK_INTERVAL: u32 = 60_000;
/// Milliseconds that a page may take to load after its visit was requested.
const PAGE_LOAD_TIME: f64 = 30_000.0;

fn failed(error: &Error) -> VisitAnswer {
    VisitAnswer {
        reason: Some(reason(error).to_owned()),
        message: Some(error.to_string()),
    }
}

struct ActiveVisit {
    visit: Visit,
    _bridge: Rc<Bridge>,
    linked: Rc<Linked>,
    requested_at: f64,
}

/// Visits by their sites' origins.
type Visits = RefCell<HashMap<String, ActiveVisit>>;

/// All visits of this browser.
#[derive(Default)]
pub struct Visiting {
    visits: Rc<Visits>,
    signals: RefCell<HashMap<Gateway, Signal>>,
}

impl Visiting {
    /// Links the site's worker and connects to its host. Returns when both are done, or why that failed.
    pub async fn visit(&self, label: Label, gateway: &Gateway) -> VisitAnswer {
        match self.prepare(label, gateway) {
            Ok((visit, linked)) => wait(&visit, &linked)
                .await
                .unwrap_or_else(|error| failed(&error)),
            Err(error) => failed(&error),
        }
    }

    fn prepare(&self, label: Label, gateway: &Gateway) -> Result<(Visit, Rc<Linked>), Error> {
        let origin = gateway.site_origin(&label);
        let requested_at = js_sys::Date::now();
        let mut visits = self.visits.borrow_mut();
        if let Some(active) = visits.get_mut(&origin) {
            active.requested_at = requested_at;
            active.visit.want();
            return Ok((active.visit.clone(), active.linked.clone()));
        }
        if visits.len() >= MAX_VISITS {
            let oldest = visits
                .iter()
                .min_by(|a, b| a.1.requested_at.total_cmp(&b.1.requested_at));
            if let Some(oldest) = oldest.map(|(origin, _)| origin.clone()) {
                visits.remove(&oldest);
            }
        }
        let signal = self
            .signals
            .borrow_mut()
            .entry(gateway.clone())
            .or_insert_with(|| Signal::filtered(gateway.as_str(), strict::for_visitor))
            .clone();
        let visit = Visit::new(label, signal, false);
        visit.want();
        let window = web_sys::window().ok_or(Error::Unsupported("window"))?;
        let document = window.document().ok_or(Error::Unsupported("document"))?;
        let linked = Rc::new(Linked::default());
        let on_linked = linked.clone();
        let (ended, at) = (Rc::downgrade(&self.visits), origin.clone());
        let bridge =
            Bridge::embed(
                &window,
                &document,
                &origin,
                visit.clone(),
                move |message| match message {
                    FromBridge::Linked {} => on_linked.set(),
                    FromBridge::Unused {} => {
                        let (visits, origin) = (ended.clone(), at.clone());
                        // Not here: the bridge ends with its visit, and this is its own listener.
                        wasm_bindgen_futures::spawn_local(async move {
                            end_if_unused(&visits, &origin)
                        });
                    }
                    _ => {}
                },
            )?;
        let bridge = Rc::new(bridge);
        wasm_bindgen_futures::spawn_local(watch_use(Rc::downgrade(&bridge)));
        let active = ActiveVisit {
            visit: visit.clone(),
            _bridge: bridge,
            linked: linked.clone(),
            requested_at,
        };
        visits.insert(origin, active);
        Ok((visit, linked))
    }
}

/// Has the site's worker check from time to time whether a page of the site is left.
async fn watch_use(bridge: Weak<Bridge>) {
    loop {
        TimeoutFuture::new(USE_CHECK_INTERVAL).await;
        let Some(bridge) = bridge.upgrade() else {
            return;
        };
        // A frame that is not there yet gets the next message.
        let _ = bridge.post(&ToBridge::IsUsed {});
    }
}

/// The worker reports that no page of the site is left: ends the visit, unless a page is just being loaded.
fn end_if_unused(visits: &Weak<Visits>, origin: &str) {
    let Some(visits) = visits.upgrade() else {
        return;
    };
    let since = js_sys::Date::now() - PAGE_LOAD_TIME;
    let unused = visits
        .borrow()
        .get(origin)
        .is_some_and(|active| active.requested_at < since);
    if unused {
        let ended = visits.borrow_mut().remove(origin);
        drop(ended);
    }
}

/// Has the site's worker ever received a port? (When it loses it, it requests another by itself.)
#[derive(Default)]
struct Linked {
    linked: Cell<bool>,
    waiters: RefCell<Vec<oneshot::Sender<()>>>,
}

impl Linked {
    fn set(&self) {
        self.linked.set(true);
        for waiter in self.waiters.take() {
            let _ = waiter.send(());
        }
    }

    async fn wait(&self) {
        if !self.linked.get() {
            let (sender, receiver) = oneshot::channel();
            self.waiters.borrow_mut().push(sender);
            // The sender lives in this very object.
            let _ = receiver.await;
        }
    }
}

async fn wait(visit: &Visit, linked: &Linked) -> Result<VisitAnswer, Error> {
    let ready = async {
        connected(visit).await?;
        linked.wait().await;
        Ok(VisitAnswer::default())
    }
    .fuse();
    let mut timeout = TimeoutFuture::new(VISIT_TIMEOUT).fuse();
    pin_mut!(ready);
    select_biased! {
        answer = ready => answer,
        () = timeout => Err(Error::TimedOut(VISIT_TIMEOUT / 1000)),
    }
}

async fn connected(visit: &Visit) -> Result<(), Error> {
    let mut phases = visit.watch();
    while let Some(phase) = phases.next().await {
        match phase {
            Phase::Connected => return Ok(()),
            Phase::Waiting(error) | Phase::Failed(error) => return Err(error),
            Phase::Idle | Phase::Connecting(_) => {}
        }
    }
    Err(Error::Lost)
}
