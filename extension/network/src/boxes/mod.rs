//! The boxes of sites with code. A box is a dedicated Worker in which a site's routes, templates and database are.
//!
//! A service worker cannot start a Worker, so the network document owns them. A box is started when it is first
//! needed, receives the site's new code after a publish, and can be ended at any moment: its data is in its database.
//! This module must not know what runs in a box; the messages are in `messages::site_box`.
//!
//! - [`Boxes`]: which site has code, and its box.
//! - `worker`: one box: its Worker, and the check that it responds.
//! - `events`: the queue of one request's events from a box.
//! - `limits`: how much memory boxes may use, and which of them ends beyond that.
//! - `request`: one visitor's request to a box.
//! - `error_page`: what a visitor sees when a box fails.

mod error_page;
mod events;
mod failure;
mod limits;
pub mod request;
mod worker;

use std::{
    cell::RefCell,
    collections::HashMap,
    rc::{Rc, Weak},
};

use futures_util::{
    FutureExt,
    future::{LocalBoxFuture, Shared},
};
use identity::Label;
use layout::Lookup;
use messages::{BoxAsk, Gateway, LogEntry, LogLevel, Plan};
use wire::RequestHead;

use self::{
    failure::Failure,
    limits::Usage,
    worker::{BoxWorker, Callbacks},
};
use crate::background_client::BackgroundClient;

/// Milliseconds after which a box that could not be started is started again.
const RETRY_AFTER: f64 = 2_000.0;

type SharedStart = Shared<LocalBoxFuture<'static, Result<Rc<BoxWorker>, Failure>>>;

/// A site that has a box or may need one.
#[derive(Default)]
struct Site {
    /// The version of its code that visitors get; `None` if it is not hosted and only its owner uses the box.
    version: Option<u32>,
    /// Its own origin, as visitors see it.
    origin: String,
    /// Its box, or its start under way, and the version of the code that is loaded in it.
    running: Option<(Option<u32>, SharedStart)>,
}

impl Site {
    fn unhosted(&mut self) -> Option<&mut Self> {
        self.version.is_none().then_some(self)
    }
}

/// What responds to a request.
pub enum Handler {
    /// The site's code.
    Code,
    /// The static files; where there is none, the code's response names the allowed methods.
    Static {
        /// Do routes have this path, with another method?
        not_allowed: bool,
    },
}

/// The boxes of this browser.
pub struct Boxes {
    background: Rc<BackgroundClient>,
    sites: RefCell<HashMap<String, Site>>,
    /// How many entries for each site's log are being stored.
    logging: RefCell<HashMap<String, usize>>,
}

impl Boxes {
    /// No site has code until [`Boxes::set_plan`].
    pub fn new(background: Rc<BackgroundClient>) -> Rc<Self> {
        Rc::new(Self {
            background,
            sites: RefCell::default(),
            logging: RefCell::default(),
        })
    }

    /// Hosts the code of the sites in this plan. Boxes of other sites end when they have been idle.
    pub fn set_plan(&self, plan: &Plan) {
        let mut sites = self.sites.borrow_mut();
        sites.retain(|_, site| {
            site.version = None;
            site.running
                .as_ref()
                .is_some_and(|(_, start)| !has_ended_or_failed(start))
        });
        let gateway = plan.gateway.as_deref().map(Gateway::parse);
        for planned in plan.sites.iter().filter(|site| site.code.is_some()) {
            let origin = match (Label::parse(&planned.label), &gateway) {
                (Ok(label), Some(Ok(gateway))) => Some(gateway.site_origin(&label)),
                _ => None,
            };
            let site = sites.entry(planned.id.clone()).or_default();
            site.version = planned.code;
            site.origin = origin.unwrap_or_default();
        }
    }

    /// Does this site have code?
    pub fn has_code(&self, site: &str) -> bool {
        let sites = self.sites.borrow();
        sites.get(site).is_some_and(|site| site.version.is_some())
    }

    /// Starts the site's box, if it has one: a request is about to come.
    pub fn prestart(self: &Rc<Self>, site: &str) {
        if self.has_code(site) {
            let start = self.start_of(site);
            wasm_bindgen_futures::spawn_local(async move {
                // A request gets the failure as its error.
                if let Ok(start) = start {
                    let _ = start.await;
                }
            });
        }
    }

    /// What responds to this request of a site with code?
    pub async fn lookup(
        self: &Rc<Self>,
        site: &str,
        head: &RequestHead,
    ) -> Result<Handler, Failure> {
        let worker = self.get(site).await?;
        Ok(match worker.routes().lookup(&head.method, &head.path) {
            Lookup::Route(_) | Lookup::Options(_) => Handler::Code,
            Lookup::NotAllowed(_) if !matches!(&*head.method, "GET" | "HEAD") => Handler::Code,
            Lookup::NotAllowed(_) => Handler::Static { not_allowed: true },
            Lookup::Static => Handler::Static { not_allowed: false },
        })
    }

    /// Sends an owner's request to a site's box. Returns the reply as JSON, or an error message for the owner.
    pub async fn send_owner_request(
        self: &Rc<Self>,
        site: &str,
        owner_request: &BoxAsk,
    ) -> Result<String, String> {
        if matches!(owner_request, BoxAsk::Restart) {
            let mut sites = self.sites.borrow_mut();
            let running = sites.get_mut(site).and_then(|site| site.running.take());
            if let Some(Ok(worker)) = running.as_ref().and_then(|(_, start)| start.peek()) {
                worker.end("The site's owner started it anew.");
            }
            return Ok("null".to_owned());
        }
        if let Some(site) = self
            .sites
            .borrow_mut()
            .entry(site.to_owned())
            .or_default()
            .unhosted()
        {
            // Its version is not known here, so the loaded one may be old.
            site.running = site
                .running
                .take()
                .map(|(_, start)| (Some(u32::MAX), start));
        }
        let worker = self.get(site).await.map_err(|error| error.to_string())?;
        worker.send_owner_request(owner_request.clone()).await
    }

    /// The site's box, with the present version of its code.
    async fn get(self: &Rc<Self>, site: &str) -> Result<Rc<BoxWorker>, Failure> {
        self.start_of(site)?.await
    }

    fn start_of(self: &Rc<Self>, id: &str) -> Result<SharedStart, Failure> {
        let mut sites = self.sites.borrow_mut();
        let site = sites
            .get_mut(id)
            .ok_or_else(|| Failure::new("The site is not hosted."))?;
        let version = site.version;
        let old = site
            .running
            .take()
            .filter(|(_, start)| !has_ended_or_failed(start));
        let start = match old {
            Some((loaded, start)) if loaded == version => start,
            old => {
                let old = old.map(|(_, start)| start);
                if old.is_none() {
                    evict_if_full(&sites)?;
                }
                start_or_update(Rc::downgrade(self), id.to_owned(), old)
                    .boxed_local()
                    .shared()
            }
        };
        if let Some(site) = sites.get_mut(id) {
            site.running = Some((version, start.clone()));
        }
        Ok(start)
    }

    /// The site's own origin.
    fn origin(&self, site: &str) -> String {
        let sites = self.sites.borrow();
        sites
            .get(site)
            .map(|site| site.origin.clone())
            .unwrap_or_default()
    }

    /// An entry for the site's log that no code wrote.
    fn log(self: &Rc<Self>, site: &str, message: String, incident: Option<String>) {
        let entry = LogEntry {
            // A clock before 1970 counts as 1970.
            time: js_sys::Date::now().max(0.0) as u64,
            level: LogLevel::Error,
            route: String::new(),
            message,
            incident,
            at: None,
            stack: String::new(),
        };
        self.log_all(site.to_owned(), vec![entry]);
    }

    fn log_all(self: &Rc<Self>, site: String, mut entries: Vec<LogEntry>) {
        let mut logging = self.logging.borrow_mut();
        let waiting = logging.entry(site.clone()).or_default();
        // Beyond the limit the newest entries are dropped: the others are being stored already.
        entries.truncate(limits::MAX_LOG_ENTRIES.saturating_sub(*waiting));
        if entries.is_empty() {
            return;
        }
        *waiting += entries.len();
        drop(logging);
        let boxes = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let count = entries.len();
            // A log that cannot be stored must not fail a request.
            let _ = boxes.background.log(&site, entries).await;
            let mut logging = boxes.logging.borrow_mut();
            if let Some(waiting) = logging.get_mut(&site) {
                *waiting = waiting.saturating_sub(count);
                if *waiting == 0 {
                    logging.remove(&site);
                }
            }
        });
    }

    /// A box has more memory than before: ends the boxes beyond the limits.
    fn enforce_memory_limits(&self) {
        let workers = live_workers(&self.sites.borrow());
        let usage: Vec<Usage> = workers.iter().map(|worker| worker.usage()).collect();
        for worker in limits::to_end(&usage)
            .into_iter()
            .filter_map(|index| workers.get(index))
        {
            worker.end(
                "The code of this browser's sites needs more memory than there is, and this site's takes the most or \
                 was not at work. Have it hold less at once.",
            );
        }
    }
}

/// The boxes that have started and not ended.
fn live_workers(sites: &HashMap<String, Site>) -> Vec<Rc<BoxWorker>> {
    let start = sites.values().filter_map(|site| site.running.as_ref());
    start
        .filter_map(|(_, start)| start.peek()?.as_ref().ok().cloned())
        .filter(|worker| !worker.has_ended())
        .collect()
}

/// Ends the least recently needed box if there are as many as there may be.
fn evict_if_full(sites: &HashMap<String, Site>) -> Result<(), Failure> {
    let count = sites
        .values()
        .filter_map(|site| site.running.as_ref())
        .filter(|(_, start)| match start.peek() {
            None => true,
            Some(Ok(worker)) => !worker.has_ended(),
            Some(Err(_)) => false,
        })
        .count();
    if count < limits::MAX_BOXES {
        return Ok(());
    }
    let workers = live_workers(sites);
    let usage: Vec<Usage> = workers.iter().map(|worker| worker.usage()).collect();
    let idle = limits::least_recently_needed(&usage).and_then(|index| workers.get(index));
    match idle {
        Some(worker) => {
            worker.end("Another site's code needed its index.");
            Ok(())
        }
        None => Err(Failure::new(format!(
            "The code of {} sites is at work already, which is as many as can be at once.",
            limits::MAX_BOXES
        ))),
    }
}

/// Has the box ended, or failed so long ago that another try is due?
fn has_ended_or_failed(start: &SharedStart) -> bool {
    match start.peek() {
        None => false,
        Some(Ok(worker)) => worker.has_ended(),
        Some(Err(failure)) => js_sys::Date::now() - failure.at > RETRY_AFTER,
    }
}

/// Loads the site's present code into its box, or starts one with it.
async fn start_or_update(
    boxes: Weak<Boxes>,
    site: String,
    old: Option<SharedStart>,
) -> Result<Rc<BoxWorker>, Failure> {
    let gone = || Failure::new("Hosting has ended.");
    let background = boxes.upgrade().ok_or_else(gone)?.background.clone();
    let live_workers = match old {
        Some(old) => old.await.ok().filter(|worker| !worker.has_ended()),
        None => None,
    };
    let code = background
        .code(&site)
        .await
        .map_err(|error| Failure::new(error.to_string()))?;
    let callbacks = || {
        let (logging, growing, of) = (boxes.clone(), boxes.clone(), site.clone());
        Callbacks {
            log: Box::new(move |entries| {
                if let Some(boxes) = logging.upgrade() {
                    boxes.log_all(of.clone(), entries);
                }
            }),
            memory_grown: Box::new(move || {
                if let Some(boxes) = growing.upgrade() {
                    boxes.enforce_memory_limits();
                }
            }),
        }
    };
    let running = match live_workers {
        Some(worker) => worker.update_code(code.clone()).await.map(|()| worker),
        None => BoxWorker::start(&site, code, callbacks()).await,
    };
    if let (Err(failure), Some(boxes)) = (&running, boxes.upgrade()) {
        boxes.log(
            &site,
            format!("The site's code does not run: {failure}"),
            None,
        );
    }
    running
}
