//! Questions that are answered later, timers, events and the log.

use std::rc::Rc;
use std::time::Duration;

use rquickjs::prelude::Opt;
use rquickjs::{Ctx, Exception, Result, TypedArray};

use super::bytes::slice;
use super::reach::Reach;
use super::table::Table;
use crate::effect::{FileOp, Level};
use crate::host_calls::call::{HostCall, HostCalls};
use crate::host_calls::request_body::Want;
use crate::limits;

pub(super) fn install<'js>(host: &Table<'js>, reach: &Reach) -> Result<()> {
    body(host, reach)?;
    timers(host, reach)?;
    events(host, reach)?;
    let r = reach.clone();
    host.add("more", move |ctx: Ctx<'js>, ticket: u32| {
        question(&ctx, &r.asks, HostCall::Room(ticket))
    })?;
    let r = reach.clone();
    host.add(
        "file",
        move |ctx: Ctx<'js>,
              ticket: u32,
              op: String,
              path: String,
              bytes: Opt<TypedArray<'js, u8>>| {
            let op = file_op(&ctx, &op, path, bytes.0.as_ref())?;
            count_file(&ctx, &r, &op)?;
            question(&ctx, &r.asks, HostCall::File(ticket, op))
        },
    )?;
    let r = reach.clone();
    host.add("log", move |level: String, mut text: String| {
        let so_far = r.asks.logged.get();
        if so_far > limits::LOG_ENTRIES {
            return;
        }
        r.asks.logged.set(so_far + 1);
        if so_far == limits::LOG_ENTRIES {
            "(this request's further entries are left out)".clone_into(&mut text);
        } else if text.len() > limits::LOG_TEXT {
            text.truncate(text.floor_char_boundary(limits::LOG_TEXT));
            text.push('…');
        }
        let level = match level.as_str() {
            "debug" => Level::Debug,
            "warn" => Level::Warn,
            "error" => Level::Error,
            _ => Level::Info,
        };
        r.asks.push(HostCall::Log(level, text));
    })
}

/// Notes a question, unless too many are open.
pub(super) fn question(ctx: &Ctx<'_>, asks: &HostCalls, ask: HostCall) -> Result<()> {
    let open = asks.open.get();
    if open >= limits::QUESTIONS {
        return Err(Exception::throw_range(
            ctx,
            "too many things are being waited for at once; await some of them first",
        ));
    }
    asks.open.set(open + 1);
    asks.push(ask);
    Ok(())
}

fn body<'js>(host: &Table<'js>, reach: &Reach) -> Result<()> {
    let r = reach.clone();
    host.add("pull", move |ctx: Ctx<'js>, ticket: u32| {
        question(&ctx, &r.asks, HostCall::Body(ticket, Want::Piece))
    })?;
    let r = reach.clone();
    host.add(
        "collect",
        move |ctx: Ctx<'js>, ticket: u32, kind: String, content_type: String| {
            let want = match kind.as_str() {
                "text" => Want::Text,
                "form" => Want::Form(content_type),
                _ => Want::Bytes,
            };
            question(&ctx, &r.asks, HostCall::Body(ticket, want))
        },
    )
}

fn timers<'js>(host: &Table<'js>, reach: &Reach) -> Result<()> {
    let r = reach.clone();
    host.add("timer", move |ctx: Ctx<'js>, id: u32, milliseconds: f64| {
        let running = r.asks.timers.get();
        if running >= limits::TIMERS {
            return Err(Exception::throw_range(&ctx, "too many timers run at once"));
        }
        r.asks.timers.set(running + 1);
        let delay = Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or_default();
        r.asks.push(HostCall::Timer(id, delay));
        Ok::<_, rquickjs::Error>(())
    })?;
    let r = reach.clone();
    host.add("clearTimer", move |id: u32| {
        r.asks.push(HostCall::ClearTimer(id));
    })
}

fn events<'js>(host: &Table<'js>, reach: &Reach) -> Result<()> {
    let r = reach.clone();
    host.add(
        "publish",
        move |ctx: Ctx<'js>, topic: String, json: String| {
            check_topic(&ctx, &topic)?;
            if json.len() > limits::EVENT {
                return Err(Exception::throw_range(
                    &ctx,
                    &format!(
                        "the event is {} bytes long as JSON; at most {} are possible",
                        json.len(),
                        limits::EVENT
                    ),
                ));
            }
            let published = r.asks.published.get();
            if published >= limits::EVENTS {
                return Err(Exception::throw_range(
                    &ctx,
                    "one request has published too many events",
                ));
            }
            r.asks.published.set(published + 1);
            r.asks
                .push(HostCall::Publish(Rc::from(topic), Rc::from(json)));
            Ok::<_, rquickjs::Error>(())
        },
    )?;
    let r = reach.clone();
    host.add("subscribe", move |ctx: Ctx<'js>, topics: Vec<String>| {
        let subscribed = r.asks.subscribed.get();
        if topics.len() > limits::TOPICS || subscribed >= limits::SUBSCRIPTIONS {
            return Err(Exception::throw_range(
                &ctx,
                "too many topics or subscriptions at once",
            ));
        }
        for topic in &topics {
            check_topic(&ctx, topic)?;
        }
        let id = r.asks.subscriptions.get() + 1;
        r.asks.subscriptions.set(id);
        r.asks.subscribed.set(subscribed + 1);
        r.asks.push(HostCall::Subscribe(id, topics));
        Ok(id)
    })?;
    let r = reach.clone();
    host.add(
        "nextMessage",
        move |ctx: Ctx<'js>, ticket: u32, subscription: u32| {
            question(&ctx, &r.asks, HostCall::NextMessage(ticket, subscription))
        },
    )?;
    let r = reach.clone();
    host.add("unsubscribe", move |subscription: u32| {
        r.asks
            .subscribed
            .set(r.asks.subscribed.get().saturating_sub(1));
        r.asks.push(HostCall::Unsubscribe(subscription));
    })
}

fn check_topic(ctx: &Ctx<'_>, topic: &str) -> Result<()> {
    match topic.is_empty() || topic.len() > limits::TOPIC_NAME {
        true => Err(Exception::throw_range(
            ctx,
            &format!("a topic has a name of 1 to {} bytes", limits::TOPIC_NAME),
        )),
        false => Ok(()),
    }
}

/// Counts what a request changes of the site's files.
fn count_file(ctx: &Ctx<'_>, reach: &Reach, op: &FileOp) -> Result<()> {
    let written = match op {
        FileOp::Read(_) | FileOp::List(_) => return Ok(()),
        FileOp::Write(_, bytes) => bytes.len() as u64,
        FileOp::Delete(_) => 0,
    };
    let asks = &reach.asks;
    let changes = asks.file_changes.get() + 1;
    let bytes = asks.file_bytes.get().saturating_add(written);
    let refuse = |what: &str| Err(Exception::throw_range(ctx, what));
    if changes > limits::FILE_CHANGES {
        return refuse(&format!(
            "one request writes or deletes at most {} files",
            limits::FILE_CHANGES
        ));
    }
    if bytes > reach.files {
        return refuse(&format!(
            "one request writes at most {} bytes into files (limits.fileWritesMiB in site.json)",
            reach.files
        ));
    }
    asks.file_changes.set(changes);
    asks.file_bytes.set(bytes);
    Ok(())
}

/// Checks what a handler wants with a file.
fn file_op(
    ctx: &Ctx<'_>,
    op: &str,
    path: String,
    bytes: Option<&TypedArray<'_, u8>>,
) -> Result<FileOp> {
    if op == "list" {
        return Ok(FileOp::List(path));
    }
    let wrong = |why: &str| Exception::throw_type(ctx, &format!("{path:?}: {why}"));
    if let Err(error) = site::FilePath::parse(&path) {
        return Err(wrong(&error.to_string()));
    }
    if op == "read" {
        return Ok(FileOp::Read(path));
    }
    let file = path.strip_prefix(layout::place::PUBLIC);
    let Some(file) = file.filter(|file| !file.is_empty()) else {
        return Err(wrong(
            "a handler writes and deletes only in public/, such as \"public/photos/1.jpg\"",
        ));
    };
    if let Err(error) = site::FilePath::parse(file) {
        return Err(wrong(&error.to_string()));
    }
    if op == "delete" {
        return Ok(FileOp::Delete(path));
    }
    let bytes = bytes.map(slice).unwrap_or_default();
    if bytes.len() > limits::FILE {
        return Err(wrong(&format!(
            "{} bytes are too many; a handler writes at most {} at once",
            bytes.len(),
            limits::FILE
        )));
    }
    Ok(FileOp::Write(path, bytes.to_vec()))
}
