//! A site's origin, as far as the gateway serves it: the bootstrap that starts the site's worker, and
//! the files it needs. Everything else at that origin is the worker's to answer, not ours.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use http::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;

use super::app::{App, is_read};
use super::assets::Asset;
use super::gateway_url::Gateway;
use super::origins::Origins;
use super::policy::{self, Kind};
use super::response::{self, Caching};
use super::stale_worker;

/// The files that the site's worker answers with by itself; they stand in its script `parts.js`.
const KEPT_PAGES: [&str; 2] = [BOOTSTRAP, BRIDGE];

/// The worker's script that says with which headers.
const POLICY: &str = "policy.js";

/// The one folder of a site's origin that is the gateway's (RFC 8615).
const OWN_FOLDER: &str = "/.well-known/peerserver/";

/// Where that folder's files are among the gateway's.
const FILES: &str = "site/";

const WORKER: &str = "worker.js";
const BRIDGE: &str = "bridge.html";
/// A page of its own address too: the worker shows it while the host cannot be reached.
const BOOTSTRAP: &str = "bootstrap.html";

const EVENT_STREAM: &str = "text/event-stream";

const SERVICE_WORKER_ALLOWED: HeaderName = HeaderName::from_static("service-worker-allowed");
const FETCH_DESTINATION: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Answers a request at a site's origin.
pub fn answer(app: &Arc<App>, gateway: &Gateway, parts: &Parts) -> Response {
    if !is_read(parts) {
        return app.guarded(
            response::method_not_allowed(parts, "GET, HEAD"),
            Kind::Plain,
            gateway,
        );
    }
    let path = parts.uri.path();
    if let Some(name) = path.strip_prefix(OWN_FOLDER) {
        return own_file(app, gateway, parts, name);
    }
    if stale_worker::is_update_check(parts) {
        return stale_worker::response(app, gateway, parts);
    }
    if is_event_source(parts) {
        // Chromium asks here while it ends the site's worker. An event source comes again after a stream that has
        // ended, and never after an error.
        let stream = response::text(parts, EVENT_STREAM, "");
        return app.guarded(stream, Kind::Plain, gateway);
    }
    if !is_page(parts) {
        let sentence = "The browser asked the gateway for this part of a page, which only the site's host has. Reload \
                        the page. If that changes nothing, this browser does not let the site answer here.";
        let page = response::page(
            parts,
            StatusCode::SERVICE_UNAVAILABLE,
            "This part could not be loaded",
            sentence,
        );
        return app.guarded(page, Kind::Plain, gateway);
    }
    let Some(asset) = app.settings.assets.get(&format!("{FILES}{BOOTSTRAP}")) else {
        return missing(app, gateway, parts);
    };
    // The site's own page has the same address in a moment.
    let bootstrap = response::file(parts, asset, StatusCode::OK, Caching::Never);
    app.guarded(bootstrap, Kind::Bootstrap, gateway)
}

fn own_file(app: &Arc<App>, gateway: &Gateway, parts: &Parts, name: &str) -> Response {
    if name == POLICY {
        let asset = Asset::text(POLICY, worker_policy(&app.origins, gateway));
        let file = response::file(parts, &asset, StatusCode::OK, Caching::Revalidate);
        return app.guarded(file, Kind::SiteFile, gateway);
    }
    let Some(asset) = app.settings.assets.get(&format!("{FILES}{name}")) else {
        let page = response::page(
            parts,
            StatusCode::NOT_FOUND,
            "Not found",
            "The gateway has no such file. Go back to the site's own pages.",
        );
        return app.guarded(page, Kind::Plain, gateway);
    };
    let mut file = response::file(parts, asset, StatusCode::OK, Caching::Revalidate);
    if name == WORKER {
        // The worker lies in a folder and serves the whole origin (Service Workers, section 3.1.4).
        file.headers_mut()
            .insert(SERVICE_WORKER_ALLOWED, HeaderValue::from_static("/"));
    }
    app.guarded(file, kind(name), gateway)
}

fn kind(name: &str) -> Kind<'static> {
    match name {
        BRIDGE => Kind::Bridge,
        _ if name.ends_with(".html") => Kind::Bootstrap,
        _ => Kind::SiteFile,
    }
}

/// The script with the security headers of what the worker answers by itself: `{name: {header: value}}`, under `file`
/// those of every file that is no page.
fn worker_policy(origins: &Origins, gateway: &Gateway) -> String {
    let table: BTreeMap<&str, BTreeMap<String, String>> = KEPT_PAGES
        .into_iter()
        .chain(["file"])
        .map(|name| {
            let mut headers = HeaderMap::new();
            policy::apply(&mut headers, kind(name), origins, gateway);
            let text = |(name, value): (&HeaderName, &HeaderValue)| {
                Some((name.to_string(), value.to_str().ok()?.to_owned()))
            };
            (name, headers.iter().filter_map(text).collect())
        })
        .collect();
    // Strings only, which always have a JSON form.
    let table = serde_json::to_string(&table).unwrap_or_default();
    format!("const POLICY = {table};\n")
}

/// Is a page wanted, as far as the client says (Fetch Metadata, section 2.1)?
fn is_page(parts: &Parts) -> bool {
    let wanted = parts
        .headers
        .get(FETCH_DESTINATION)
        .map(|value| value.as_bytes());
    matches!(
        wanted,
        None | Some(b"document" | b"iframe" | b"frame" | b"fencedframe" | b"embed" | b"object")
    )
}

/// Is it what an `EventSource` asks for (HTML, 9.2.2)?
fn is_event_source(parts: &Parts) -> bool {
    parts
        .headers
        .get(ACCEPT)
        .is_some_and(|value| value == EVENT_STREAM)
}

/// The page that says that this binary was built without the gateway's files.
pub fn missing(app: &Arc<App>, gateway: &Gateway, parts: &Parts) -> Response {
    let sentence = "This binary was built without the gateway's files; build it with <code>cargo xtask build</code>. \
                    Signalling works.";
    let page = response::page(
        parts,
        StatusCode::SERVICE_UNAVAILABLE,
        "This gateway has no pages",
        sentence,
    );
    app.guarded(page, Kind::Plain, gateway)
}
