//! The functions that the prelude calls: `host.…` in JavaScript. Each checks what it is given, since a site's
//! code decides what arrives here, and none has more power than its own request.

mod answer;
mod ask;
mod bytes;
mod data;
mod url;

use std::rc::Rc;

use database::Database;
use rquickjs::function::IntoJsFunc;
use rquickjs::{Ctx, Function, Object, Result};
use template::Templates;

use crate::asks::Asks;
use crate::facts::Facts;
use crate::platform::Platform;

/// What natives work with.
#[derive(Clone)]
pub(crate) struct Reach {
    pub asks: Rc<Asks>,
    pub platform: Rc<dyn Platform>,
    /// Most bytes of an answer's body.
    pub output: u64,
    pub facts: Rc<Facts>,
    pub database: Option<Rc<Database>>,
    pub templates: Rc<Templates>,
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
