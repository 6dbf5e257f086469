//! Sites with code: each has a box, a dedicated Worker in which its routes, templates and database live.
//!
//! A service worker cannot start a Worker, so the network document owns them. A box is started when it is first
//! needed, is given the site's new code after a publish, and can be ended at any moment: what it keeps is in its
//! database. Nothing here knows what runs in it; `messages::site_box` has the messages.
//!
//! - [`Boxes`]: which site has code, and its box.
//! - `worker`: one box: its Worker, and the watch over it.
//! - `events`: the events of one request in a box, as they wait to be taken.
//! - `shares`: what boxes may take together, and which of them ends when it is more.
//! - `request`: one visitor's request on its way through a box.
//! - `page`: what a visitor sees when a box fails.

mod events;
mod failure;
mod page;
pub mod request;
mod shares;
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
    shares::Taken,
    worker::{BoxWorker, Owner},
};
use crate::background_client::BackgroundClient;

/// Milliseconds after which a box that could not be started is tried again.
const TRY_AGAIN: f64 = 2_000.0;

type Starting = Shared<LocalBoxFuture<'static, Result<Rc<BoxWorker>, Failure>>>;

/// A site that has a box or may need one.
#[derive(Default)]
struct Site {
    /// The version of its code that visitors get; `None` if it is not hosted and only its owner asks.
    version: Option<u32>,
    /// Its own origin, as visitors see it.
    origin: String,
    /// Its box and the version of the code that it was last given.
    housed: Option<(Option<u32>, Starting)>,
}

impl Site {
    fn unhosted(&mut self) -> Option<&mut Self> {
        self.version.is_none().then_some(self)
    }
}

/// Who answers a request.
pub enum Answerer {
    /// The site's code.
    Code,
    /// The static files; where they have nothing, the code says what else is possible.
    Static {
        /// Do routes have this path, with another method?
        not_allowed: bool,
    },
}

/// The boxes of this browser.
pub struct Boxes {
    background: Rc<BackgroundClient>,
    sites: RefCell<HashMap<String, Site>>,
    /// How many entries for each site's log are on their way to the store.
    logging: RefCell<HashMap<String, usize>>,
}

impl Boxes {
    /// No site has code until [`Boxes::follow`].
    pub fn new(background: Rc<BackgroundClient>) -> Rc<Self> {
        Rc::new(Self {
            background,
            sites: RefCell::default(),
            logging: RefCell::default(),
        })
    }

    /// The sites with code are those of the plan. Boxes of others end when nobody needs them any more.
    pub fn follow(&self, plan: &Plan) {
        let mut sites = self.sites.borrow_mut();
        sites.retain(|_, site| {
            site.version = None;
            site.housed
                .as_ref()
                .is_some_and(|(_, starting)| !is_over(starting))
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

    /// Somebody is about to ask this site: start its box, if it has one.
    pub fn warm(self: &Rc<Self>, site: &str) {
        if self.has_code(site) {
            let starting = self.starting(site);
            wasm_bindgen_futures::spawn_local(async move {
                // Whoever asks learns of a failure.
                if let Ok(starting) = starting {
                    let _ = starting.await;
                }
            });
        }
    }

    /// Who answers this request of a site with code?
    pub async fn lookup(
        self: &Rc<Self>,
        site: &str,
        head: &RequestHead,
    ) -> Result<Answerer, Failure> {
        let worker = self.get(site).await?;
        Ok(match worker.table().lookup(&head.method, &head.path) {
            Lookup::Route(_) | Lookup::Options(_) => Answerer::Code,
            Lookup::NotAllowed(_) if !matches!(&*head.method, "GET" | "HEAD") => Answerer::Code,
            Lookup::NotAllowed(_) => Answerer::Static { not_allowed: true },
            Lookup::Static => Answerer::Static { not_allowed: false },
        })
    }

    /// What the owner asks of a site's box: the answer as JSON, or a sentence for her.
    pub async fn ask(self: &Rc<Self>, site: &str, ask: &BoxAsk) -> Result<String, String> {
        if matches!(ask, BoxAsk::Restart) {
            let mut sites = self.sites.borrow_mut();
            let housed = sites.get_mut(site).and_then(|site| site.housed.take());
            if let Some(Ok(worker)) = housed.as_ref().and_then(|(_, starting)| starting.peek()) {
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
            // Nobody told its version, so it may be another one.
            site.housed = site
                .housed
                .take()
                .map(|(_, starting)| (Some(u32::MAX), starting));
        }
        let worker = self.get(site).await.map_err(|error| error.to_string())?;
        worker.ask(ask.clone()).await
    }

    /// The site's box, with the present version of its code.
    async fn get(self: &Rc<Self>, site: &str) -> Result<Rc<BoxWorker>, Failure> {
        self.starting(site)?.await
    }

    fn starting(self: &Rc<Self>, id: &str) -> Result<Starting, Failure> {
        let mut sites = self.sites.borrow_mut();
        let site = sites
            .get_mut(id)
            .ok_or_else(|| Failure::new("The site is not hosted."))?;
        let version = site.version;
        let old = site
            .housed
            .take()
            .filter(|(_, starting)| !is_over(starting));
        let starting = match old {
            Some((given, starting)) if given == version => starting,
            old => {
                let old = old.map(|(_, starting)| starting);
                if old.is_none() {
                    make_room(&sites)?;
                }
                house(Rc::downgrade(self), id.to_owned(), old)
                    .boxed_local()
                    .shared()
            }
        };
        if let Some(site) = sites.get_mut(id) {
            site.housed = Some((version, starting.clone()));
        }
        Ok(starting)
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
        // What comes faster than it can be kept is left out: the newest, for the others have their place already.
        entries.truncate(shares::LOG_ENTRIES.saturating_sub(*waiting));
        if entries.is_empty() {
            return;
        }
        *waiting += entries.len();
        drop(logging);
        let boxes = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let count = entries.len();
            // A log that cannot be kept must not keep anybody from an answer.
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

    /// A box has grown: those that there is no memory for end.
    fn balance(&self) {
        let workers = living(&self.sites.borrow());
        let taken: Vec<Taken> = workers.iter().map(|worker| worker.taken()).collect();
        for worker in shares::over(&taken)
            .into_iter()
            .filter_map(|place| workers.get(place))
        {
            worker.end(
                "The code of this browser's sites needs more memory than there is, and this site's takes the most or \
                 was not at work. Have it hold less at once.",
            );
        }
    }
}

/// The boxes that have started and not ended.
fn living(sites: &HashMap<String, Site>) -> Vec<Rc<BoxWorker>> {
    let starting = sites.values().filter_map(|site| site.housed.as_ref());
    starting
        .filter_map(|(_, starting)| starting.peek()?.as_ref().ok().cloned())
        .filter(|worker| !worker.has_ended())
        .collect()
}

/// There are not more boxes than may be: the one that nobody has needed for the longest ends for another.
fn make_room(sites: &HashMap<String, Site>) -> Result<(), Failure> {
    let count = sites
        .values()
        .filter_map(|site| site.housed.as_ref())
        .filter(|(_, starting)| match starting.peek() {
            None => true,
            Some(Ok(worker)) => !worker.has_ended(),
            Some(Err(_)) => false,
        })
        .count();
    if count < shares::BOXES {
        return Ok(());
    }
    let workers = living(sites);
    let taken: Vec<Taken> = workers.iter().map(|worker| worker.taken()).collect();
    let idle = shares::makes_room(&taken).and_then(|place| workers.get(place));
    match idle {
        Some(worker) => {
            worker.end("Another site's code needed its place.");
            Ok(())
        }
        None => Err(Failure::new(format!(
            "The code of {} sites is at work already, which is as many as can be at once.",
            shares::BOXES
        ))),
    }
}

/// Has the box ended, or failed so long ago that another try is due?
fn is_over(starting: &Starting) -> bool {
    match starting.peek() {
        None => false,
        Some(Ok(worker)) => worker.has_ended(),
        Some(Err(failure)) => js_sys::Date::now() - failure.at > TRY_AGAIN,
    }
}

/// Gives the site's present code to the box that it has, or to a new one.
async fn house(
    boxes: Weak<Boxes>,
    site: String,
    old: Option<Starting>,
) -> Result<Rc<BoxWorker>, Failure> {
    let gone = || Failure::new("Hosting has ended.");
    let background = boxes.upgrade().ok_or_else(gone)?.background.clone();
    let living = match old {
        Some(old) => old.await.ok().filter(|worker| !worker.has_ended()),
        None => None,
    };
    let code = background
        .code(&site)
        .await
        .map_err(|error| Failure::new(error.to_string()))?;
    let owner = || {
        let (logging, growing, of) = (boxes.clone(), boxes.clone(), site.clone());
        Owner {
            log: Box::new(move |entries| {
                if let Some(boxes) = logging.upgrade() {
                    boxes.log_all(of.clone(), entries);
                }
            }),
            grown: Box::new(move || {
                if let Some(boxes) = growing.upgrade() {
                    boxes.balance();
                }
            }),
        }
    };
    let housed = match living {
        Some(worker) => worker.renew(code.clone()).await.map(|()| worker),
        None => BoxWorker::start(&site, code, owner()).await,
    };
    if let (Err(failure), Some(boxes)) = (&housed, boxes.upgrade()) {
        boxes.log(
            &site,
            format!("The site's code does not run: {failure}"),
            None,
        );
    }
    housed
}
