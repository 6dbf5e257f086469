//! What the background holds while it lives: the open store, the settings, and what the others said
//! last. Everything here can be lost at any moment and is read or asked for anew.
//!
//! It must not know what is done with any of it.

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet},
};

use identity::Fingerprint;
use messages::{Failure, Gateway, Native, Report, State};
use store::Store;

use crate::{file_cache::FileCache, native_port::NativePort};

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
    /// The sites whose logs pages will be told of in a moment.
    pub log_notices: RefCell<HashSet<Fingerprint>>,
    /// When each site's owner was last warned, in milliseconds since 1970.
    pub warned: RefCell<HashMap<Fingerprint, f64>>,
}

impl Core {
    /// Opens the store, and reads the settings.
    ///
    /// # Errors
    /// If the browser does not open the database.
    pub async fn open() -> Result<Self, Failure> {
        let store = Store::open().await?;
        let hosting = store.get_setting(HOSTING).await?.unwrap_or(false);
        // One that was entered when other addresses were taken counts as none.
        let rendezvous: Option<Option<String>> = store.get_setting(RENDEZVOUS).await?;
        let rendezvous = rendezvous
            .flatten()
            .and_then(|url| Gateway::parse(&url).ok());
        let port = store.get_setting(PORT).await?.unwrap_or(DEFAULT_PORT);
        let gateways = store.get_setting(GATEWAYS).await?.unwrap_or_default();
        Ok(Self {
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
            log_notices: RefCell::default(),
            warned: RefCell::default(),
        })
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
