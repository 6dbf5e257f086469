//! Responds to a visitor's request: sends the head, then the body as fast as the visitor reads it. Must not know how the
//! response comes about.

use std::rc::Rc;

use futures_util::{FutureExt, pin_mut, select_biased};
use js_sys::{Reflect, Uint8Array};
use messages::file::Body;
use peer::{
    channel::{Incoming, Stream},
    host::Visitor,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Response};
use wire::{Headers, ResetCode, ResponseHead};

use crate::{
    background_client::{BackgroundClient, StaticResponse},
    bodies::Bodies,
    boxes::{Boxes, Handler, request},
    code_header::CODE,
};

/// Responds to one request of a visitor of `site`: from its static files, or by its code.
pub async fn respond(
    background: &BackgroundClient,
    boxes: &Rc<Boxes>,
    bodies: &Bodies,
    site: &str,
    visitor: &Visitor,
    incoming: Incoming,
) {
    let Incoming {
        head,
        has_body,
        stream,
    } = incoming;
    let has_code = boxes.has_code(site);
    let mut not_allowed = false;
    if has_code {
        match boxes.lookup(site, &head).await {
            Ok(Handler::Static { not_allowed: other }) => not_allowed = other,
            // A box that does not start: `request::respond` sends the error page.
            Ok(Handler::Code) | Err(_) => {
                return request::respond(boxes, site, visitor, &head, has_body, &stream).await;
            }
        }
    }
    let Some(permit) = unless_lost(&stream, bodies.acquire(&visitor.id)).await else {
        return;
    };
    let sent = match background.respond(site, &head).await {
        // A route has this path, for another method; the code's response has `Allow`.
        Ok(reply) if not_allowed && reply.status == 404 => {
            drop(permit);
            return request::respond(boxes, site, visitor, &head, has_body, &stream).await;
        }
        Ok(reply) => send(&stream, reply, has_code).await,
        Err(error) => unavailable(&stream, &error.to_string()).await,
    };
    drop(permit);
    match sent {
        Ok(()) => stream.done(),
        // The file vanished or the disk failed in the middle: the visitor must not take the body for complete.
        Err(Failure::Source) => stream.reset(ResetCode::Internal),
        // The visitor has gone.
        Err(Failure::Visitor) => {}
    }
}

/// What ended the response.
enum Failure {
    /// The body cannot be read.
    Source,
    /// The visitor is gone.
    Visitor,
}

impl From<peer::Error> for Failure {
    fn from(_: peer::Error) -> Self {
        Self::Visitor
    }
}

impl From<JsValue> for Failure {
    fn from(_: JsValue) -> Self {
        Self::Source
    }
}

async fn send(stream: &Stream, response: StaticResponse, has_code: bool) -> Result<(), Failure> {
    let mut headers: Headers = response.headers.0.into_iter().collect();
    if has_code {
        headers.push(CODE, "1".to_owned());
    }
    let head = ResponseHead {
        status: response.status,
        headers,
    };
    let blob = match response.body {
        Body::Empty {} => return Ok(stream.respond(&head, true)?),
        Body::Bytes { bytes } => {
            stream.respond(&head, false)?;
            write(stream, &bytes).await?;
            return Ok(stream.finish()?);
        }
        Body::Blob { blob } => blob,
    };
    stream.respond(&head, false)?;
    // A Response reads a Blob through a pipe in big pieces: four times as fast as slicing it.
    let response = Response::new_with_opt_blob(Some(&blob))?;
    let Some(body) = response.body() else {
        return Ok(stream.finish()?);
    };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    loop {
        let chunk = JsFuture::from(reader.read()).await?;
        if Reflect::get(chunk.unchecked_ref(), &"done".into())?.is_truthy() {
            return Ok(stream.finish()?);
        }
        let bytes: Uint8Array =
            Reflect::get(chunk.unchecked_ref(), &"value".into())?.unchecked_into();
        if let Err(error) = write(stream, &bytes).await {
            let _ = JsFuture::from(reader.cancel()).await;
            return Err(error.into());
        }
    }
}

/// The bytes are copied when there is room for them.
async fn write(stream: &Stream, bytes: &Uint8Array) -> Result<(), peer::Error> {
    let read = |start: usize, length: usize| {
        // Both are within the array, whose length is an `u32`.
        let (from, to) = (start as u32, (start + length) as u32);
        bytes.subarray(from, to).to_vec()
    };
    stream.write_from(bytes.length() as usize, read).await
}

/// The output of `wait`, or `None` if the visitor cancels the request before.
async fn unless_lost<T>(stream: &Stream, wait: impl Future<Output = T>) -> Option<T> {
    let wait = wait.fuse();
    let lost = stream.lost().fuse();
    pin_mut!(wait, lost);
    select_biased! {
        value = wait => Some(value),
        _ = lost => None,
    }
}

/// Responds with 503: the web server of this browser failed.
async fn unavailable(stream: &Stream, message: &str) -> Result<(), Failure> {
    let mut headers = Headers::default();
    headers.push("content-type", "text/plain; charset=utf-8".to_owned());
    headers.push("cache-control", "no-store".to_owned());
    headers.push("retry-after", "1".to_owned());
    stream.respond(
        &ResponseHead {
            status: 503,
            headers,
        },
        false,
    )?;
    stream
        .write(format!("PeerServer: {message}\n").as_bytes())
        .await?;
    Ok(stream.finish()?)
}
