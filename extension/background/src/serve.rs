//! What the network document asks for a site: most of all a visitor's request, answered by the engine from the
//! live version.
//!
//! The question comes as a message with a port or as a plain call; the engine does not care.

use std::rc::Rc;

use identity::Fingerprint;
use js_sys::Uint8Array;
use layout::place::PUBLIC;
use messages::Failure;
use messages::object::Pairs;
use messages::server::{ServerReply, ServerRequest};
use site::{Body, Folder, Request, Response};
use web_sys::Blob;

use crate::{
    background_request::BackgroundRequest,
    code,
    core::Core,
    file_cache::{Bytes, CachedFiles},
    site_files,
};

/// The reply to a request.
pub async fn serve(core: &Rc<Core>, request: ServerRequest) -> ServerReply {
    reply(core, request)
        .await
        .unwrap_or_else(|failure| ServerReply::Error {
            message: failure.message,
        })
}

async fn reply(core: &Rc<Core>, request: ServerRequest) -> Result<ServerReply, Failure> {
    Ok(match BackgroundRequest::try_from(request)? {
        BackgroundRequest::Code(site) => ServerReply::Code {
            files: code::files(core, &site).await?,
        },
        BackgroundRequest::File(site, operation) => ServerReply::File {
            result: site_files::perform(core, &site, operation).await?,
        },
        BackgroundRequest::Respond(site, request) => {
            let response = respond(core, &site, &request).await?;
            ServerReply::Response {
                status: response.status,
                headers: Pairs(response.headers),
                body: body(response.body),
            }
        }
    })
}

async fn respond(
    core: &Core,
    id: &Fingerprint,
    request: &Request,
) -> Result<Response<Bytes>, Failure> {
    let site = core.file_cache.site(&core.store, id).await?;
    let files = CachedFiles {
        file_cache: &core.file_cache,
        store: &core.store,
        site: &site,
    };
    let files = Folder::new(files, PUBLIC);
    Ok(site::respond(&files, &site.settings, request).await)
}

fn body(body: Body<Bytes>) -> messages::file::Body {
    use messages::file::Body as Sent;
    let of_bytes = |bytes: &[u8]| Sent::Bytes {
        bytes: Uint8Array::from(bytes),
    };
    match body {
        Body::Empty => Sent::Empty {},
        Body::Bytes(bytes) => of_bytes(&bytes),
        Body::Stored {
            handle: Bytes::Small(bytes),
            range,
        } => {
            let range = range.start as usize..range.end as usize;
            of_bytes(bytes.get(range).unwrap_or_default())
        }
        Body::Stored {
            handle: Bytes::Stored(blob),
            range,
        } => Sent::Blob {
            blob: part(&blob, range.start, range.end),
        },
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
