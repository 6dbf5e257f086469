//! Clocks and random bytes for the code in the box, and heartbeats for its owner. Knows nothing of sites.
//!
//! The owner ends a box that posts nothing for too long while something is awaited of it. So a heartbeat is posted when
//! the clock is read: the interpreter and SQLite do so often, except in native operations that cannot be interrupted.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use script::{Platform, RequestId};
use wasm_bindgen::JsCast;
use web_sys::{Crypto, DedicatedWorkerGlobalScope, Performance};

use crate::message;

/// Milliseconds between two heartbeats at least.
const HEARTBEAT_INTERVAL: f64 = 250.0;

/// Most bytes that one call of `crypto.getRandomValues` fills (Web Cryptography, 10.1.1).
const MAX_RANDOM_BYTES: usize = 65_536;

/// Bytes that are compared to find out whether values are random: twice the same 128 bits do not come.
const CHECK_BYTES: usize = 16;

/// The Worker's clocks and random bytes.
pub struct WorkerPlatform {
    performance: Option<Performance>,
    crypto: Option<Crypto>,
    last_heartbeat: Cell<f64>,
    turn_started_at: Cell<f64>,
    /// The request whose code ran last.
    turn_request: Cell<Option<RequestId>>,
}

thread_local! {
    static PLATFORM: Rc<WorkerPlatform> = Rc::new(WorkerPlatform::new());
}

impl WorkerPlatform {
    /// The instance of this Worker.
    pub fn get() -> Rc<Self> {
        PLATFORM.with(Rc::clone)
    }

    fn new() -> Self {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        Self {
            performance: scope.performance(),
            crypto: scope.crypto().ok(),
            last_heartbeat: Cell::new(0.0),
            turn_started_at: Cell::new(0.0),
            turn_request: Cell::default(),
        }
    }

    fn milliseconds(&self) -> f64 {
        self.performance
            .as_ref()
            .map_or_else(js_sys::Date::now, Performance::now)
    }

    /// Are there random values here? Without them no session, password or id is safe. To be called before anything
    /// else.
    ///
    /// # Errors
    /// If the browser gives none.
    pub fn check_random(&self) -> Result<(), String> {
        let (mut one, mut other) = ([0; CHECK_BYTES], [0; CHECK_BYTES]);
        match self.fill(&mut one) && self.fill(&mut other) && one != other {
            true => Ok(()),
            false => Err(
                "this browser gives no random values here (crypto.getRandomValues). Use one that is up to date"
                    .to_owned(),
            ),
        }
    }

    /// Fills `bytes` with random ones. `false`: the browser has none.
    fn fill(&self, bytes: &mut [u8]) -> bool {
        let Some(crypto) = &self.crypto else {
            return false;
        };
        bytes
            .chunks_mut(MAX_RANDOM_BYTES)
            .all(|part| crypto.get_random_values_with_u8_array(part).is_ok())
    }

    /// Code runs from now on: the time of its turn starts.
    pub fn start_turn(&self) {
        self.turn_started_at.set(self.milliseconds());
    }

    /// How long the present turn has lasted. Posts a heartbeat if one is due.
    pub fn turn_elapsed(&self) -> Duration {
        self.now();
        Duration::from_secs_f64((self.milliseconds() - self.turn_started_at.get()).max(0.0) / 1e3)
    }
}

impl Platform for WorkerPlatform {
    fn now(&self) -> Duration {
        let now = self.milliseconds();
        if now - self.last_heartbeat.get() > HEARTBEAT_INTERVAL {
            self.last_heartbeat.set(now);
            message::post_alive();
        }
        Duration::from_secs_f64(now.max(0.0) / 1e3)
    }

    fn unix_time(&self) -> Duration {
        Duration::from_secs_f64(js_sys::Date::now().max(0.0) / 1e3)
    }

    fn random(&self, bytes: &mut [u8]) {
        if !self.fill(bytes) {
            // What should be secret would not be. `check_random` was called before any code of the site, so the browser has changed
            // meanwhile: the box ends, and its owner sees that.
            std::process::abort();
        }
    }

    fn turn(&self, request: RequestId) {
        self.start_turn();
        // A request has several turns, mostly in a row.
        if self.turn_request.replace(Some(request)) != Some(request) {
            message::post_running(request);
        }
    }
}
