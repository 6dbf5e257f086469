//! How a request's code begins: what the driver's `start` is told.

use rquickjs::{Array, Ctx, Object};

use crate::isomorphic;
use crate::request::RequestHead;

/// What the driver's `start` takes.
pub(super) fn head_object<'js>(
    ctx: &Ctx<'js>,
    head: &RequestHead,
    route: &str,
    params: &[(String, String)],
) -> rquickjs::Result<Object<'js>> {
    let object = Object::new(ctx.clone())?;
    object.set("file", route)?;
    object.set("method", head.method.as_str())?;
    object.set("url", format!("{}{}", head.origin, head.target))?;
    object.set("hasBody", head.has_body)?;
    let list = Array::new(ctx.clone())?;
    for (i, (name, value)) in params.iter().enumerate() {
        let pair = Array::new(ctx.clone())?;
        pair.set(0, name.as_str())?;
        pair.set(1, value.as_str())?;
        list.set(i, pair)?;
    }
    object.set("params", list)?;
    let headers = Array::new(ctx.clone())?;
    // The host that was asked is what the URL has (RFC 9110, 7.2), whatever the visitor writes.
    let (_, host) = head.origin.split_once("://").unwrap_or_default();
    headers.set(0, "host")?;
    headers.set(1, host)?;
    let own = |(name, _): &&(String, String)| !name.eq_ignore_ascii_case("host");
    for (i, (name, value)) in head.headers.iter().filter(own).enumerate() {
        headers.set(2 * i + 2, name.to_ascii_lowercase())?;
        headers.set(2 * i + 3, isomorphic::from_visitor(value))?;
    }
    object.set("headers", headers)?;
    let visitor = Object::new(ctx.clone())?;
    visitor.set("id", head.visitor.id.as_str())?;
    visitor.set("transport", head.visitor.transport.as_str())?;
    object.set("visitor", visitor)?;
    Ok(object)
}
