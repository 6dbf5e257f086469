//! The database, the session and templates.

use std::rc::Rc;

use database::Database;
use rquickjs::{Ctx, Exception, Result};

use super::ask::question;
use super::operations::{self, Asker, DataError};
use super::reach::{Reach, in_time};
use super::table::Table;
use crate::host_calls::call::HostCall;
use crate::host_calls::session::Wish;

pub(super) fn install<'js>(host: &Table<'js>, reach: &Reach) -> Result<()> {
    let r = reach.clone();
    host.add(
        "data",
        move |ctx: Ctx<'js>, operation: String, arguments: String| {
            in_time(&ctx, &r)?;
            let database = database(&ctx, &r)?;
            if !r.facts.holds.get() {
                return Err(Exception::throw_type(&ctx, "no transaction is open"));
            }
            let arguments = json(&ctx, &arguments)?;
            let platform = r.platform.clone();
            let cookies = r.facts.cookies.borrow();
            let asker = Asker {
                network: &r.facts.network.borrow(),
                cookies: cookies.as_deref(),
                secure: r.facts.secure.get(),
                now: platform.unix_time().as_secs(),
                random: &mut |bytes: &mut [u8]| platform.random(bytes),
                hashing: &r.hashing,
                clock: &|| platform.now(),
            };
            operations::operate(&database, &operation, &arguments, asker)
                .map_err(|error| thrown(&ctx, &error))
        },
    )?;
    let r = reach.clone();
    host.add("lock", move |ctx: Ctx<'js>, ticket: u32, handled: bool| {
        database(&ctx, &r)?;
        question(&ctx, &r.asks, HostCall::Lock(ticket, !handled))
    })?;
    let r = reach.clone();
    host.add("loginId", move |ctx: Ctx<'js>, name: String| {
        let id = database(&ctx, &r)?.accounts().login_id(&name);
        let id = id.map_err(|error| Exception::throw_message(&ctx, &error.to_string()))?;
        Ok::<_, rquickjs::Error>(id.map(|id| id.as_str().to_owned()))
    })?;
    let r = reach.clone();
    host.add(
        "finish",
        move |ctx: Ctx<'js>, ticket: u32, keep: bool, session: Option<String>, wish: String| {
            let session = session.map(|text| json(&ctx, &text)).transpose()?;
            let wish = Wish::of(&wish);
            question(&ctx, &r.asks, HostCall::Finish(ticket, keep, session, wish))
        },
    )?;
    let r = reach.clone();
    host.add("session", move |ctx: Ctx<'js>| {
        let database = database(&ctx, &r)?;
        let cookies = r.facts.cookies.borrow();
        let session = database
            .sessions()
            .open(cookies.as_deref(), r.platform.unix_time().as_secs())
            .map_err(|error| Exception::throw_message(&ctx, &error.to_string()))?;
        let text = serde_json::to_string(&session.data).unwrap_or_default();
        *r.facts.session.borrow_mut() = Some(session);
        Ok::<_, rquickjs::Error>(text)
    })?;
    let r = reach.clone();
    host.add(
        "render",
        move |ctx: Ctx<'js>, name: String, data: String| {
            in_time(&ctx, &r)?;
            let data = json(&ctx, &data)?;
            r.templates
                .render(&name, &data)
                .map_err(|error| Exception::throw_message(&ctx, &error.to_string()))
        },
    )
}

/// An error as a handler catches it. It has a name of its own where a handler can do something about it.
fn thrown(ctx: &Ctx<'_>, error: &DataError) -> rquickjs::Error {
    let message = error.to_string();
    let Some(name) = error.name() else {
        return Exception::throw_message(ctx, &message);
    };
    let named = Exception::from_message(ctx.clone(), &message)
        .and_then(|exception| exception.set("name", name).map(|()| exception));
    match named {
        Ok(exception) => exception.throw(),
        Err(error) => error,
    }
}

fn database(ctx: &Ctx<'_>, reach: &Reach) -> Result<Rc<Database>> {
    let message = "there is no database where this code runs now";
    let database = reach.database.clone();
    database.ok_or_else(|| Exception::throw_type(ctx, message))
}

fn json(ctx: &Ctx<'_>, text: &str) -> Result<serde_json::Value> {
    serde_json::from_str(text).map_err(|error| {
        let message = format!("this cannot be passed on as JSON: {error}");
        Exception::throw_type(ctx, &message)
    })
}
