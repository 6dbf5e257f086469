//! Sites with code: each has a box, a dedicated Worker in which its routes, templates and database live.
//!
//! A service worker cannot start a Worker, so the network document owns them. A box is started when it is first
//! needed, is given the site's new code after a publish, and can be ended at any moment: what it keeps is in its
//! database. Nothing here knows what runs in it; `extension/box/src/border.rs` has the messages.
//!
//! - [`Boxes`]: which site has code, and its box.
//! - `worker`: one box: its Worker, its messages, and the watch over it.
//! - `request`: one visitor's request on its way through a box.
//! - `page`: what a visitor sees when a box fails.

mod page;
mod request;
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
use messages::{BoxAsk, LogEntry, LogLevel, Plan};
use peer::{channel::Stream, host::Visitor};
use wire::RequestHead;

use self::worker::BoxWorker;
use crate::{rooms::Rooms, visiting::site_origin};

/// Milliseconds after which a box that could not be started is tried again.
const TRY_AGAIN: f64 = 2_000.0;

/// Why a site's code cannot answer: a sentence for the owner. Ends the requests that wait for the box.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    message: String,
    at: f64,
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            at: js_sys::Date::now(),
        }
    }
}

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
    rooms: Rc<Rooms>,
    sites: RefCell<HashMap<String, Site>>,
}

impl Boxes {
    /// No site has code until [`Boxes::follow`].
    pub fn new(rooms: Rc<Rooms>) -> Rc<Self> {
        Rc::new(Self {
            rooms,
            sites: RefCell::default(),
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
        let gateway = plan.gateway.as_deref().unwrap_or_default();
        for planned in plan.sites.iter().filter(|site| site.code.is_some()) {
            let origin = Label::parse(&planned.label)
                .ok()
                .and_then(|label| site_origin(&label, gateway).ok());
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

    /// Have the site's code answer; returns when the answer has been sent.
    pub async fn answer(
        self: &Rc<Self>,
        site: &str,
        visitor: &Visitor,
        head: &RequestHead,
        has_body: bool,
        stream: &Stream,
    ) {
        request::answer(self, site, visitor, head, has_body, stream).await;
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
        let ask = serde_json::to_string(ask).map_err(|error| error.to_string())?;
        worker.ask(ask).await
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
        let old = site
            .housed
            .take()
            .filter(|(_, starting)| !is_over(starting));
        let starting = match old {
            Some((version, starting)) if version == site.version => starting,
            old => {
                let old = old.map(|(_, starting)| starting);
                house(Rc::downgrade(self), id.to_owned(), old)
                    .boxed_local()
                    .shared()
            }
        };
        site.housed = Some((site.version, starting.clone()));
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
    fn log(&self, site: &str, message: String, incident: Option<String>) {
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

    fn log_all(&self, site: String, entries: Vec<LogEntry>) {
        let rooms = self.rooms.clone();
        wasm_bindgen_futures::spawn_local(async move {
            // A log that cannot be kept must not keep anybody from an answer.
            let _ = rooms.log(site, entries).await;
        });
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
    let rooms = boxes.upgrade().ok_or_else(gone)?.rooms.clone();
    let living = match old {
        Some(old) => old.await.ok().filter(|worker| !worker.has_ended()),
        None => None,
    };
    let code = rooms
        .code(&site)
        .await
        .map_err(|error| Failure::new(error.to_string()))?;
    let heard = boxes.clone();
    let of = site.clone();
    let log = move |entries| {
        if let Some(boxes) = heard.upgrade() {
            boxes.log_all(of.clone(), entries);
        }
    };
    let housed = match living {
        Some(worker) => worker.renew(&code).await.map(|()| worker),
        None => BoxWorker::start(&site, &code, log).await,
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
