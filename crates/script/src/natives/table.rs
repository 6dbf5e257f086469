//! The object that has the functions that the prelude calls.

use rquickjs::function::IntoJsFunc;
use rquickjs::{Ctx, Function, Object, Result};

/// The functions so far.
pub(super) struct Table<'js> {
    pub(super) ctx: Ctx<'js>,
    pub(super) object: Object<'js>,
}

impl<'js> Table<'js> {
    pub(super) fn add<F, P>(&self, name: &str, function: F) -> Result<()>
    where
        F: IntoJsFunc<'js, P> + 'js,
    {
        self.object
            .set(name, Function::new(self.ctx.clone(), function)?)
    }
}
