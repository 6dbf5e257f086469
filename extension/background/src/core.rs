//! What the background holds while it lives: the open store, the settings, and what the others said
//! last. Everything here can be lost at any moment and is read or asked for anew.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures_util::{
    FutureExt,
    future::{LocalBoxFuture, Shared},
};
use messages::{Failure, Gateway, Native, Report, State};
use store::Store;

use crate::{
    databases,
    file_cache::FileCache,
    hosting,
    log::{LogSubscribers, Warned},
    native::NativePort,
};

/// The port that the native host listens on unless the owner sets another.
pub const DEFAULT_PORT: u16 = 8890;

/// The settings' names in the store.
const HOSTING: &str = "hosting";
const RENDEZVOUS: &str = "rendezvous";
const PORT: &str = "port";
const GATEWAYS: &str = "gateways";

/// The background's state.
pub struct Core {
    /// Sites, files, settings.
    pub store: Store,
    /// Small files in memory.
    pub file_cache: FileCache,
    /// The switch for all hosting.
    hosting: Cell<bool>,
    /// The rendezvous that the owner entered.
    rendezvous: RefCell<Option<Gateway>>,
    port: Cell<u16>,
    /// Where sites may be visited, as the content script was last told.
    gateways: RefCell<Vec<Gateway>>,
    /// What the network document said last.
    pub report: RefCell<Report>,
    /// What the toolbar shows.
    pub shown: RefCell<Option<State>>,
    /// How the native host does.
    pub native: RefCell<Native>,
    /// The open native messaging port.
    pub native_port: RefCell<Option<NativePort>>,
    /// Where the native host wants to be told that the extension is being unloaded.
    pub close_notice: RefCell<Option<String>>,
    /// How often in a row the native host did not last.
    pub native_ends: Cell<u32>,
    /// Whose logs pages will be told of.
    pub log_subscribers: LogSubscribers,
    /// Whose owners were warned lately.
    pub warned: Warned,
}

type Starting = Shared<LocalBoxFuture<'static, Result<Rc<Core>, Failure>>>;

thread_local! {
    static CORE: RefCell<Option<Starting>> = const { RefCell::new(None) };
}

impl Core {
    /// The core, started at the first call. A start that failed is tried again at the next call.
    pub async fn get() -> Result<Rc<Self>, Failure> {
        let starting = CORE.with_borrow_mut(|slot| {
            slot.get_or_insert_with(|| Self::start().boxed_local().shared())
                .clone()
        });
        let result = starting.await;
        if result.is_err() {
            CORE.take();
        }
        result
    }

    async fn start() -> Result<Rc<Self>, Failure> {
        let store = Store::open().await?;
        let hosting = store.get_setting(HOSTING).await?.unwrap_or(false);
        // One that was entered when other addresses were taken counts as none.
        let rendezvous: Option<Option<String>> = store.get_setting(RENDEZVOUS).await?;
        let rendezvous = rendezvous
            .flatten()
            .and_then(|url| Gateway::parse(&url).ok());
        let port = store.get_setting(PORT).await?.unwrap_or(DEFAULT_PORT);
        let gateways = store.get_setting(GATEWAYS).await?.unwrap_or_default();
        let core = Rc::new(Self {
            store,
            file_cache: FileCache::default(),
            hosting: Cell::new(hosting),
            rendezvous: RefCell::new(rendezvous),
            port: Cell::new(port),
            gateways: RefCell::new(gateways),
            report: RefCell::default(),
            shown: RefCell::default(),
            native: RefCell::default(),
            native_port: RefCell::default(),
            close_notice: RefCell::default(),
            native_ends: Cell::new(0),
            log_subscribers: LogSubscribers::default(),
            warned: Warned::default(),
        });
        let collected = core.clone();
        wasm_bindgen_futures::spawn_local(async move {
            // What cannot be removed now will be at the next start.
            let _ = collected.store.collect_imports().await;
            let _ = databases::collect(&collected).await;
        });
        if hosting {
            let resumed = core.clone();
            // Not awaited: a visitor's request must not wait for the native host.
            wasm_bindgen_futures::spawn_local(async move {
                let _ = hosting::resume(&resumed).await;
            });
        }
        Ok(core)
    }

    /// Is hosting on?
    pub fn hosting(&self) -> bool {
        self.hosting.get()
    }

    /// Switch hosting, for this start and all later ones.
    pub async fn set_hosting(&self, on: bool) -> Result<(), Failure> {
        self.store.put_setting(HOSTING, &on).await?;
        self.hosting.set(on);
        Ok(())
    }

    /// The rendezvous that the owner entered, if any.
    pub fn rendezvous(&self) -> Option<String> {
        self.rendezvous.borrow().as_ref().map(ToString::to_string)
    }

    /// Use this rendezvous from now on; `None`: the native host's.
    pub async fn set_rendezvous(&self, url: Option<Gateway>) -> Result<(), Failure> {
        self.store.put_setting(RENDEZVOUS, &url).await?;
        self.rendezvous.replace(url);
        Ok(())
    }

    /// The port that the native host is asked to listen on.
    pub fn port(&self) -> u16 {
        self.port.get()
    }

    /// Have the native host listen there from now on.
    pub async fn set_port(&self, port: u16) -> Result<(), Failure> {
        self.store.put_setting(PORT, &port).await?;
        self.port.set(port);
        Ok(())
    }

    /// Where sites may be visited.
    pub fn gateways(&self) -> Vec<Gateway> {
        self.gateways.borrow().clone()
    }

    /// Let sites be visited there and nowhere else, after the next start too: a page asks before the native host has
    /// said what its gateway is.
    pub async fn set_gateways(&self, gateways: Vec<Gateway>) -> Result<(), Failure> {
        if *self.gateways.borrow() != gateways {
            self.store.put_setting(GATEWAYS, &gateways).await?;
            self.gateways.replace(gateways);
        }
        Ok(())
    }

    /// The gateway in use or expected: where links lead.
    pub fn gateway(&self) -> String {
        match (self.rendezvous(), &*self.native.borrow()) {
            (Some(url), _) => url,
            (None, Native::Running { gateway }) => gateway.clone(),
            (None, _) => format!("http://localhost:{}", self.port()),
        }
    }
}
