//! The functions that the prelude calls: `host.…` in JavaScript. Each checks what it is given, since a site's
//! code decides what arrives here, and none has more power than its own request. They must not know the sandbox: what they
//! cannot do themselves they note in `host_calls`.

pub(crate) mod answer;
mod ask;
mod bytes;
mod data;
pub(crate) mod hashing;
mod operations;
mod reach;
pub(crate) mod request_context;
mod table;
mod url;

use rquickjs::{Ctx, Object, Result};

pub(crate) use reach::Reach;
use table::Table;

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
