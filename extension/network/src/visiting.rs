//! The visitor's side: one visit a site, shared by all tabs, each with a bridge frame that links the
//! site's worker.

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

/// Milliseconds that the content script waits at most for one answer; then it asks again.
const PATIENCE: u32 = 20_000;
/// Visits kept at one time; the one that was not asked for the longest makes room.
const MAX_VISITS: usize = 64;

/// Milliseconds between two looks whether a page of a visited site is left. Each may start the site's worker.
const LOOK: u32 = 60_000;
/// Milliseconds that a page may take to appear after it was asked for.
const GRACE: f64 = 30_000.0;

fn failed(error: &Error) -> VisitAnswer {
    VisitAnswer {
        reason: Some(reason(error).to_owned()),
        message: Some(error.to_string()),
    }
}

struct Visited {
    visit: Visit,
    _bridge: Rc<Bridge>,
    linked: Rc<Linked>,
    asked: f64,
}

/// Visits by their sites' origins.
type Visits = RefCell<HashMap<String, Visited>>;

/// All visits of this browser.
#[derive(Default)]
pub struct Visiting {
    visits: Rc<Visits>,
    signals: RefCell<HashMap<Gateway, Signal>>,
}

impl Visiting {
    /// Have the site's worker linked and its host connected; answers when both are so, or why not.
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
        let asked = js_sys::Date::now();
        let mut visits = self.visits.borrow_mut();
        if let Some(visited) = visits.get_mut(&origin) {
            visited.asked = asked;
            visited.visit.want();
            return Ok((visited.visit.clone(), visited.linked.clone()));
        }
        if visits.len() >= MAX_VISITS {
            let oldest = visits.iter().min_by(|a, b| a.1.asked.total_cmp(&b.1.asked));
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
        let hear = linked.clone();
        let (ended, at) = (Rc::downgrade(&self.visits), origin.clone());
        let bridge =
            Bridge::embed(
                &window,
                &document,
                &origin,
                visit.clone(),
                move |message| match message {
                    FromBridge::Linked {} => hear.now(),
                    FromBridge::Unused {} => {
                        let (visits, origin) = (ended.clone(), at.clone());
                        // Not here: the bridge ends with its visit, and this is its own listener.
                        wasm_bindgen_futures::spawn_local(async move { end(&visits, &origin) });
                    }
                    _ => {}
                },
            )?;
        let bridge = Rc::new(bridge);
        wasm_bindgen_futures::spawn_local(look_after(Rc::downgrade(&bridge)));
        let visited = Visited {
            visit: visit.clone(),
            _bridge: bridge,
            linked: linked.clone(),
            asked,
        };
        visits.insert(origin, visited);
        Ok((visit, linked))
    }
}

/// Has the site's worker look from time to time whether a page of the site is left.
async fn look_after(bridge: Weak<Bridge>) {
    loop {
        TimeoutFuture::new(LOOK).await;
        let Some(bridge) = bridge.upgrade() else {
            return;
        };
        // A frame that is not there yet is asked the next time.
        let _ = bridge.post(&ToBridge::IsUsed {});
    }
}

/// No page of the site is left, its worker says: end its visit, unless a page is just being loaded.
fn end(visits: &Weak<Visits>, origin: &str) {
    let Some(visits) = visits.upgrade() else {
        return;
    };
    let since = js_sys::Date::now() - GRACE;
    let unused = visits
        .borrow()
        .get(origin)
        .is_some_and(|visited| visited.asked < since);
    if unused {
        let ended = visits.borrow_mut().remove(origin);
        drop(ended);
    }
}

/// Has the site's worker ever got its port? (When it loses it, it asks by itself.)
#[derive(Default)]
struct Linked {
    is: Cell<bool>,
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
}

impl Linked {
    fn now(&self) {
        self.is.set(true);
        for waiting in self.waiting.take() {
            let _ = waiting.send(());
        }
    }

    async fn wait(&self) {
        if !self.is.get() {
            let (sender, receiver) = oneshot::channel();
            self.waiting.borrow_mut().push(sender);
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
    let mut timeout = TimeoutFuture::new(PATIENCE).fuse();
    pin_mut!(ready);
    select_biased! {
        answer = ready => answer,
        () = timeout => Err(Error::TimedOut(PATIENCE / 1000)),
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
