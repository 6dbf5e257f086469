//! What the functions that the prelude calls work with.

use std::cell::RefCell;
use std::rc::Rc;

use database::Database;
use rquickjs::{Ctx, Exception, Result};
use template::Templates;

use crate::host_calls::call::HostCalls;
use crate::interpreter::budget::Budget;
use crate::natives::hashing::Hashing;
use crate::natives::request_context::RequestContext;
use crate::platform::Platform;

/// What natives work with.
#[derive(Clone)]
pub(crate) struct Reach {
    pub asks: Rc<HostCalls>,
    pub budget: Rc<Budget>,
    pub platform: Rc<dyn Platform>,
    /// Most bytes of an answer's body.
    pub output: u64,
    /// Most bytes that it writes into files.
    pub files: u64,
    pub hashing: Rc<RefCell<Hashing>>,
    pub facts: Rc<RequestContext>,
    pub database: Option<Rc<Database>>,
    pub templates: Rc<Templates>,
}

/// Before work that takes long for a call: is there time left? The interpreter itself looks so seldom that a loop of
/// such calls would go on for many times its limit.
pub(super) fn in_time(ctx: &Ctx<'_>, reach: &Reach) -> Result<()> {
    match reach.budget.is_over() {
        true => Err(Exception::throw_internal(ctx, "the time is over")),
        false => Ok(()),
    }
}
