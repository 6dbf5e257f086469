//! The answer: its head, its body, its failure.

use rquickjs::{Ctx, Exception, FromJs, Result, TypedArray, Value};

use super::bytes::slice;
use super::reach::Reach;
use super::table::Table;
use crate::host_calls::call::{HostCall, Whole};
use crate::isomorphic;
use crate::limits::{HEADERS, HEADERS_SIZE};

pub(super) fn install<'js>(host: &Table<'js>, reach: &Reach) -> Result<()> {
    let r = reach.clone();
    host.add(
        "respond",
        move |ctx: Ctx<'js>, status: u16, headers: Vec<String>, body: Value<'js>| {
            once(&ctx, &r)?;
            let headers = check_head(&ctx, headers)?;
            let whole = whole(&ctx, body)?;
            if let Whole::Bytes(bytes) = &whole {
                count(&ctx, &r, bytes.len())?;
            }
            r.asks.push(HostCall::Respond(status, headers, whole));
            r.asks.answered.set(true);
            Ok::<_, rquickjs::Error>(())
        },
    )?;
    let r = reach.clone();
    host.add(
        "respondStream",
        move |ctx: Ctx<'js>, status: u16, headers: Vec<String>| {
            once(&ctx, &r)?;
            let headers = check_head(&ctx, headers)?;
            let head_only = r.facts.head_only.get();
            r.asks.answered.set(true);
            r.asks.push(match head_only {
                true => HostCall::Respond(status, headers, Whole::None),
                false => HostCall::Stream(status, headers),
            });
            Ok::<_, rquickjs::Error>(!head_only)
        },
    )?;
    let r = reach.clone();
    host.add("write", move |ctx: Ctx<'js>, bytes: TypedArray<'js, u8>| {
        let bytes = slice(&bytes);
        count(&ctx, &r, bytes.len())?;
        r.asks.push(HostCall::Write(bytes.to_vec()));
        Ok::<_, rquickjs::Error>(())
    })?;
    let r = reach.clone();
    host.add("end", move || r.asks.push(HostCall::End))?;
    let r = reach.clone();
    host.add(
        "fail",
        move |status: u16, name: String, message: String, stack: String| {
            r.asks.answered.set(true);
            r.asks.push(HostCall::Fail(status, name, message, stack));
        },
    )?;
    let r = reach.clone();
    host.add("inspected", move |patterns: Vec<String>| {
        r.asks.push(HostCall::Inspected(patterns));
    })
}

fn once(ctx: &Ctx<'_>, reach: &Reach) -> Result<()> {
    match reach.asks.answered.get() {
        true => Err(Exception::throw_type(
            ctx,
            "the request was answered already",
        )),
        false => Ok(()),
    }
}

fn whole<'js>(ctx: &Ctx<'js>, body: Value<'js>) -> Result<Whole> {
    if body.is_null() {
        return Ok(Whole::None);
    }
    if body.is_string() {
        return Ok(Whole::Bytes(String::from_js(ctx, body)?.into_bytes()));
    }
    let bytes = TypedArray::<u8>::from_js(ctx, body)?;
    Ok(Whole::Bytes(slice(&bytes).to_vec()))
}

/// Counts the bytes of the answer's body.
fn count(ctx: &Ctx<'_>, reach: &Reach, length: usize) -> Result<()> {
    let written = reach.asks.written.get().saturating_add(length as u64);
    if written > reach.output {
        return Err(Exception::throw_range(
            ctx,
            &format!(
                "the answer is larger than {} bytes (limits.outputMiB in site.json)",
                reach.output
            ),
        ));
    }
    reach.asks.written.set(written);
    Ok(())
}

/// The head's headers as pairs. The prelude's `Headers` checks names and values; here they are checked once
/// more, because what reaches this function is in the hands of a site's code.
fn check_head(ctx: &Ctx<'_>, flat: Vec<String>) -> Result<Vec<(String, String)>> {
    let size: usize = flat.iter().map(String::len).sum();
    if flat.len() > 2 * HEADERS || size > HEADERS_SIZE {
        return Err(Exception::throw_range(
            ctx,
            &format!(
                "the answer has {} headers of {size} bytes; at most {HEADERS} of {HEADERS_SIZE} bytes are possible",
                flat.len() / 2
            ),
        ));
    }
    let mut pairs = Vec::with_capacity(flat.len() / 2 + 1);
    let mut flat = flat.into_iter();
    while let (Some(name), Some(value)) = (flat.next(), flat.next()) {
        let good_name = !name.is_empty() && name.bytes().all(is_token);
        if !good_name || !isomorphic::is_value(&value) {
            return Err(Exception::throw_type(ctx, "a header is not well formed"));
        }
        if !OURS.contains(&name.as_str()) {
            pairs.push((name, value));
        }
    }
    // What a handler sends is what its content-type says, whatever it looks like.
    pairs.push((NO_SNIFFING.to_owned(), "nosniff".to_owned()));
    Ok(pairs)
}

/// Keeps browsers from guessing what an answer is (Fetch Standard).
pub(crate) const NO_SNIFFING: &str = "x-content-type-options";

/// Headers that say how an answer travels and is taken: not a handler's to decide (RFC 9110, 7.6.1; 8.6).
const OURS: [&str; 7] = [
    "connection",
    "content-length",
    "keep-alive",
    "trailer",
    "transfer-encoding",
    "upgrade",
    NO_SNIFFING,
];

fn is_token(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
