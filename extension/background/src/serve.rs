//! What the network document asks for a site: most of all a visitor's request, answered by the engine from the
//! live version.
//!
//! The question comes as a message with a port or as a plain call; the engine does not care.

use identity::Fingerprint;
use js_sys::{Array, Object, Uint8Array};
use layout::place::PUBLIC;
use messages::Failure;
use site::{Body, Folder, Request, Response};
use wasm_bindgen::prelude::*;
use web_sys::Blob;

use crate::{
    background_request::BackgroundRequest,
    code,
    core::Core,
    field::set,
    file_cache::{Bytes, CachedFiles},
    site_files,
};

/// To a request `{status, headers: [name, value, …], body: Uint8Array | Blob | null}`; for the others see
/// [`code`] and [`site_files`]. `{error}` when this browser cannot.
pub async fn serve(asked: &JsValue) -> JsValue {
    let answer = match BackgroundRequest::read(asked) {
        Ok(BackgroundRequest::Code(site)) => code::answer(&site).await,
        Ok(BackgroundRequest::File(site, asked)) => site_files::answer(&site, asked).await,
        Ok(BackgroundRequest::Request(site, request)) => {
            respond(&site, &request).await.map(response)
        }
        Err(failure) => Err(failure),
    };
    let reply = answer.unwrap_or_else(|failure| {
        let reply = Object::new();
        set(&reply, "error", &failure.message.into());
        reply
    });
    reply.into()
}

fn response(response: Response<Bytes>) -> Object {
    let reply = Object::new();
    let headers = Array::new();
    for (name, value) in &response.headers {
        headers.push(&name.into());
        headers.push(&value.into());
    }
    set(&reply, "status", &response.status.into());
    set(&reply, "headers", &headers);
    set(&reply, "body", &body(response.body));
    reply
}

async fn respond(id: &Fingerprint, request: &Request) -> Result<Response<Bytes>, Failure> {
    let core = Core::get().await?;
    let site = core.file_cache.site(&core.store, id).await?;
    let files = CachedFiles {
        file_cache: &core.file_cache,
        store: &core.store,
        site: &site,
    };
    let files = Folder::new(files, PUBLIC);
    Ok(site::respond(&files, &site.settings, request).await)
}

fn body(body: Body<Bytes>) -> JsValue {
    match body {
        Body::Empty => JsValue::NULL,
        Body::Bytes(bytes) => Uint8Array::from(&*bytes).into(),
        Body::Stored {
            handle: Bytes::Small(bytes),
            range,
        } => {
            let range = range.start as usize..range.end as usize;
            Uint8Array::from(bytes.get(range).unwrap_or_default()).into()
        }
        Body::Stored {
            handle: Bytes::Stored(blob),
            range,
        } => part(&blob, range.start, range.end).into(),
    }
}

/// The part of a Blob; the whole is not sliced.
fn part(blob: &Blob, start: u64, end: u64) -> Blob {
    if start == 0 && end as f64 >= blob.size() {
        return blob.clone();
    }
    // Whole numbers below 2^53 (File API).
    blob.slice_with_f64_and_f64(start as f64, end as f64)
        .unwrap_or_else(|_| blob.clone())
}
