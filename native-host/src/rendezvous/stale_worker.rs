//! Service workers that another program registered in a browser when it had this port: a browser keeps them, and what
//! they stored, as long as their script cannot be fetched, and they respond in place of the gateway and of sites.
//!
//! A browser checks a worker for updates by requesting its script. Where no script of ours is, the response is a worker
//! that replaces the other one and unregisters itself, and a header by which the browser removes all that was stored.

use std::sync::Arc;

use axum::response::Response;
use http::Uri;
use http::header::{HeaderName, HeaderValue, REFERER};
use http::request::Parts;

use super::app::App;
use super::gateway_url::Gateway;
use super::policy::Kind;
use super::response;

const SERVICE_WORKER: HeaderName = HeaderName::from_static("service-worker");
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// A worker that replaces another at once, unregisters itself, and reloads the pages that it controls.
const REPLACEMENT_WORKER: &str = "\
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil((async () => {
  await clients.claim();
  await registration.unregister();
  for (const client of await clients.matchAll({ type: 'window' })) client.navigate(client.url).catch(() => {});
})()));
";

/// Is the script of a service worker requested (Service Workers, section 4.2)?
pub fn is_worker_request(parts: &Parts) -> bool {
    let header = parts.headers.get(SERVICE_WORKER);
    header.is_some_and(|value| value.as_bytes() == b"script")
}

/// Is it requested to update a worker of this script? Then the referrer is the script itself; if a page of the site
/// registers a worker that does not exist, the referrer is the page, and the site's storage must stay.
pub fn is_update_check(parts: &Parts) -> bool {
    let referrer = parts.headers.get(REFERER);
    let referrer = referrer.and_then(|value| Uri::try_from(value.as_bytes()).ok());
    is_worker_request(parts)
        && referrer.is_some_and(|page| page.path_and_query() == parts.uri.path_and_query())
}

/// The response with the worker that replaces the stale one.
pub fn response(app: &Arc<App>, gateway: &Gateway, parts: &Parts) -> Response {
    let mut response = response::text(parts, "text/javascript; charset=utf-8", REPLACEMENT_WORKER);
    response
        .headers_mut()
        .insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"storage\""));
    app.guarded(response, Kind::SiteFile, gateway)
}
