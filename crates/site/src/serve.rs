//! The static server: which file answers a request, and how.
//!
//! All candidates of a request are looked up at once, in order of preference, so that an answer costs one
//! round trip to the storage and shows one state of the site.

use crate::conditions::{Evaluation, Validators};
use crate::range::{self, RequestedRange};
use crate::target::{Target, TargetError};
use crate::{Body, FileMeta, Found, Request, Response, Settings, Storage, media_type, page};

/// The file that answers for its folder.
pub const INDEX: &str = "index.html";

/// The same where there is no [`INDEX`]: older tools write it.
pub const OLD_INDEX: &str = "index.htm";

/// The site's own page for what does not exist.
pub const NOT_FOUND: &str = "404.html";

const ALLOW: &str = "GET, HEAD, OPTIONS";

/// What a found candidate is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CandidateUse {
    /// It is the requested file.
    Requested,
    /// It shows that the target is a folder: redirect to the folder's own address.
    Folder,
    /// It stands in for what does not exist: with status 200, for a navigation.
    Fallback,
    /// It is the site's 404 page.
    NotFound,
}

/// The response to one request from a site's files. Never fails: an error becomes a page about it.
pub async fn respond<S: Storage>(
    storage: &S,
    settings: &Settings,
    request: &Request,
) -> Response<S::Handle> {
    let response = match request.method.as_str() {
        "GET" | "HEAD" => match Target::parse(&request.path) {
            Ok(target) => get(storage, settings, request, &target).await,
            Err(error) => refused(error),
        },
        "OPTIONS" => Response::new(204).with("allow", ALLOW),
        method => not_allowed(method),
    };
    finish(response, request.method == "HEAD")
}

async fn get<S: Storage>(
    storage: &S,
    settings: &Settings,
    request: &Request,
    target: &Target,
) -> Response<S::Handle> {
    let candidates = candidates(storage, settings, request, target);
    let paths: Vec<String> = candidates.iter().map(|(path, _)| path.clone()).collect();
    let found = match storage.find(&paths).await {
        Ok(found) => found,
        Err(error) => return storage_error(&error.to_string()),
    };
    let Some(found) = found else {
        return not_found(target);
    };
    let used = candidates
        .iter()
        .find(|(path, _)| *path == found.meta.path)
        .map(|(_, used)| *used);
    match used {
        Some(CandidateUse::Requested | CandidateUse::Fallback) => file(found, request),
        Some(CandidateUse::Folder) => match target.with_slash() {
            Some(location) => Response::new(301)
                .with("location", location)
                .with("content-length", "0"),
            None => not_found(target),
        },
        Some(CandidateUse::NotFound) => own_not_found(found),
        // A storage that answers with what was not asked for.
        None => not_found(target),
    }
}

fn candidates<S: Storage>(
    storage: &S,
    settings: &Settings,
    request: &Request,
    target: &Target,
) -> Vec<(String, CandidateUse)> {
    let mut candidates = Vec::with_capacity(5);
    for path in forms(storage, target.path()) {
        let index = match target.is_directory() {
            true => CandidateUse::Requested,
            false => CandidateUse::Folder,
        };
        if !target.is_directory() {
            candidates.push((path.clone(), CandidateUse::Requested));
        }
        let folder = if path.is_empty() { path } else { path + "/" };
        for name in [INDEX, OLD_INDEX] {
            candidates.push((format!("{folder}{name}"), index));
        }
    }
    if let Some(fallback) = settings
        .single_page_fallback
        .as_ref()
        .filter(|_| request.wants_html())
    {
        candidates.push((fallback.clone(), CandidateUse::Fallback));
    }
    candidates.push((NOT_FOUND.to_owned(), CandidateUse::NotFound));
    candidates
}

/// A path as it was asked for, and then in the other normal forms of Unicode.
fn forms<S: Storage>(storage: &S, path: &str) -> Vec<String> {
    let mut forms = vec![path.to_owned()];
    if !path.is_ascii() {
        for other in storage.normal_forms(path) {
            if !forms.contains(&other) {
                forms.push(other);
            }
        }
    }
    forms
}

fn file<B>(found: Found<B>, request: &Request) -> Response<B> {
    let Found { meta, handle } = found;
    let validators = Validators::of(&meta);
    let head = |status| {
        Response::new(status)
            .with("etag", validators.etag.as_str())
            .with("last-modified", validators.last_modified.as_str())
    };
    match validators.evaluate(request) {
        Evaluation::NotModified => return head(304),
        Evaluation::Failed => return head(412).with("content-length", "0"),
        Evaluation::Proceed => {}
    }
    // Ranges are defined for GET alone (RFC 9110 §14.2).
    let header = request
        .header("range")
        .filter(|_| request.method == "GET" && validators.allow_range(request));
    let (status, range) = match range::parse(header, meta.size) {
        RequestedRange::Whole => (200, 0..meta.size),
        RequestedRange::Part(range) => (206, range),
        RequestedRange::Unsatisfiable => {
            return head(416)
                .with("content-range", format!("bytes */{}", meta.size))
                .with("content-length", "0");
        }
    };
    let mut response = head(status).with("accept-ranges", "bytes");
    if status == 206 {
        let last = range.end.saturating_sub(1);
        response = response.with(
            "content-range",
            format!("bytes {}-{last}/{}", range.start, meta.size),
        );
    }
    with_file(response, &meta, handle, range)
}

fn with_file<B>(
    response: Response<B>,
    meta: &FileMeta,
    handle: B,
    range: std::ops::Range<u64>,
) -> Response<B> {
    let mut response = response
        .with(
            "content-type",
            media_type::content_type(&meta.path, &meta.media_type),
        )
        .with(
            "content-length",
            range.end.saturating_sub(range.start).to_string(),
        );
    response.body = if range.is_empty() {
        Body::Empty
    } else {
        Body::Stored { handle, range }
    };
    response
}

/// What every response carries, and what `HEAD` leaves out.
fn finish<B>(response: Response<B>, head_only: bool) -> Response<B> {
    // A publish must be seen at the next navigation: visitors' browsers keep copies but ask each time.
    let mut response = response
        .with("cache-control", "no-cache")
        .with("x-content-type-options", "nosniff");
    if head_only {
        response.body = Body::Empty;
    }
    response
}

fn own_not_found<B>(found: Found<B>) -> Response<B> {
    let Found { meta, handle } = found;
    with_file(Response::new(404), &meta, handle, 0..meta.size)
}

fn not_found<B>(target: &Target) -> Response<B> {
    page::page(
        404,
        "Not found",
        "This site has no file at this address.",
        Some(&target.shown()),
    )
}

fn refused<B>(error: TargetError) -> Response<B> {
    let title = if error == TargetError::TooLong {
        "Address too long"
    } else {
        "Bad address"
    };
    page::page(
        error.status(),
        title,
        "This cannot be the address of a file on this site.",
        Some(&error.to_string()),
    )
}

fn not_allowed<B>(method: &str) -> Response<B> {
    page::page(
        405,
        "Not possible here",
        "This address can be read, and that is all.",
        Some(method),
    )
    .with("allow", ALLOW)
}

fn storage_error<B>(error: &str) -> Response<B> {
    page::page(
        500,
        "The site's host has a problem",
        "It could not read this file. Try again later.",
        Some(error),
    )
}
