//! What all runtimes of one box share.

use std::cell::RefCell;
use std::rc::Rc;

use crate::error::Error;
use crate::natives::hashing::Hashing;
use crate::platform::Platform;
use crate::prelude::Prelude;

/// The engine with its compiled prelude. Cheap to clone; for one thread.
#[derive(Clone)]
pub struct Engine {
    pub(crate) platform: Rc<dyn Platform>,
    pub(crate) prelude: Rc<Prelude>,
    pub(crate) hashing: Rc<RefCell<Hashing>>,
}

impl Engine {
    /// Compiles the prelude; a few milliseconds.
    pub fn new(platform: Rc<dyn Platform>) -> Result<Self, Error> {
        Ok(Self {
            platform,
            prelude: Rc::new(Prelude::compile()?),
            hashing: Rc::default(),
        })
    }
}
