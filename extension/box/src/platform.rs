//! Clocks and random bytes for the code in the box, and signs of life for its owner.
//!
//! The owner ends a box that is silent for too long while something is awaited of it. So a beat leaves whenever the
//! clock is asked: the interpreter and SQLite do so often, and what they cannot look into is what must be ended.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use script::{Platform, RequestId};
use wasm_bindgen::JsCast;
use web_sys::{Crypto, DedicatedWorkerGlobalScope, Performance};

use crate::message;

/// Milliseconds between two beats.
const BEAT: f64 = 250.0;

/// Most bytes that `crypto.getRandomValues` gives at once (Web Cryptography, 10.1.1).
const RANDOM_AT_ONCE: usize = 65_536;

/// Bytes that are compared to find out whether values are random: twice the same 128 bits do not come.
const CHECKED: usize = 16;

/// The Worker's own.
pub struct Machine {
    performance: Option<Performance>,
    crypto: Option<Crypto>,
    beat: Cell<f64>,
    turn_began: Cell<f64>,
    /// Whose turn it was last.
    turn_of: Cell<Option<RequestId>>,
}

thread_local! {
    static MACHINE: Rc<Machine> = Rc::new(Machine::new());
}

impl Machine {
    /// The one of this Worker.
    pub fn get() -> Rc<Self> {
        MACHINE.with(Rc::clone)
    }

    fn new() -> Self {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        Self {
            performance: scope.performance(),
            crypto: scope.crypto().ok(),
            beat: Cell::new(0.0),
            turn_began: Cell::new(0.0),
            turn_of: Cell::default(),
        }
    }

    fn milliseconds(&self) -> f64 {
        self.performance
            .as_ref()
            .map_or_else(js_sys::Date::now, Performance::now)
    }

    /// Whether there are random values here, without which no session, password or id is safe. To be asked before
    /// anything else.
    ///
    /// # Errors
    /// If the browser gives none.
    pub fn check(&self) -> Result<(), String> {
        let (mut one, mut other) = ([0; CHECKED], [0; CHECKED]);
        match self.fill(&mut one) && self.fill(&mut other) && one != other {
            true => Ok(()),
            false => Err(
                "this browser gives no random values here (crypto.getRandomValues). Use one that is up to date"
                    .to_owned(),
            ),
        }
    }

    /// Fills `bytes` with random ones; whether that went well.
    fn fill(&self, bytes: &mut [u8]) -> bool {
        let Some(crypto) = &self.crypto else {
            return false;
        };
        bytes
            .chunks_mut(RANDOM_AT_ONCE)
            .all(|part| crypto.get_random_values_with_u8_array(part).is_ok())
    }

    /// Something of the owner's gets the thread.
    pub fn begin(&self) {
        self.turn_began.set(self.milliseconds());
    }

    /// How long the code that has the thread has had it. Beats.
    pub fn turn(&self) -> Duration {
        self.now();
        Duration::from_secs_f64((self.milliseconds() - self.turn_began.get()).max(0.0) / 1e3)
    }
}

impl Platform for Machine {
    fn now(&self) -> Duration {
        let now = self.milliseconds();
        if now - self.beat.get() > BEAT {
            self.beat.set(now);
            message::post_alive();
        }
        Duration::from_secs_f64(now.max(0.0) / 1e3)
    }

    fn unix_time(&self) -> Duration {
        Duration::from_secs_f64(js_sys::Date::now().max(0.0) / 1e3)
    }

    fn random(&self, bytes: &mut [u8]) {
        if !self.fill(bytes) {
            // What should be secret would not be. `check` was there before any code of the site, so this is a box that
            // its browser has taken apart: it ends, and its owner sees that.
            std::process::abort();
        }
    }

    fn turn(&self, request: RequestId) {
        self.begin();
        // A request has several turns, mostly in a row.
        if self.turn_of.replace(Some(request)) != Some(request) {
            message::post_running(request);
        }
    }
}
