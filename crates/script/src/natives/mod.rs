//! The functions that the prelude calls: `host.…` in JavaScript. Each checks what it is given, since a site's
//! code decides what arrives here, and none has more power than its own request.

pub(crate) mod answer;
mod ask;
mod bytes;
mod data;
mod url;

use std::cell::RefCell;
use std::rc::Rc;

use database::Database;
use rquickjs::function::IntoJsFunc;
use rquickjs::{Ctx, Exception, Function, Object, Result};
use template::Templates;

use crate::asks::Asks;
use crate::budget::Budget;
use crate::facts::Facts;
use crate::hashing::Hashing;
use crate::platform::Platform;

/// What natives work with.
#[derive(Clone)]
pub(crate) struct Reach {
    pub asks: Rc<Asks>,
    pub budget: Rc<Budget>,
    pub platform: Rc<dyn Platform>,
    /// Most bytes of an answer's body.
    pub output: u64,
    /// Most bytes that it writes into files.
    pub files: u64,
    pub hashing: Rc<RefCell<Hashing>>,
    pub facts: Rc<Facts>,
    pub database: Option<Rc<Database>>,
    pub templates: Rc<Templates>,
}

/// Before work that takes long for a call: is there time left? The interpreter itself looks so seldom that a loop of
/// such calls would go on for many times its limit.
fn in_time(ctx: &Ctx<'_>, reach: &Reach) -> Result<()> {
    match reach.budget.is_over() {
        true => Err(Exception::throw_internal(ctx, "the time is over")),
        false => Ok(()),
    }
}

/// The object `host`.
pub(crate) fn install<'js>(ctx: &Ctx<'js>, reach: &Reach) -> Result<Object<'js>> {
    let host = Table {
        ctx: ctx.clone(),
        object: Object::new(ctx.clone())?,
    };
    answer::install(&host, reach)?;
    ask::install(&host, reach)?;
    bytes::install(&host, reach)?;
    data::install(&host, reach)?;
    url::install(&host)?;
    Ok(host.object)
}

/// The functions so far.
struct Table<'js> {
    ctx: Ctx<'js>,
    object: Object<'js>,
}

impl<'js> Table<'js> {
    fn add<F, P>(&self, name: &str, function: F) -> Result<()>
    where
        F: IntoJsFunc<'js, P> + 'js,
    {
        self.object
            .set(name, Function::new(self.ctx.clone(), function)?)
    }
}
