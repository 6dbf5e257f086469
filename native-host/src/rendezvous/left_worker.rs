//! Service workers that another program left in a browser, which had this port before: a browser keeps them, and what
//! they stored, for as long as their script cannot be asked for, and they answer in place of the gateway and of sites.
//!
//! A browser looks after a worker by asking for its script. Where none of ours is, the answer is a worker that takes
//! the other's place and removes itself, and a header by which the browser removes all that was stored.

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

/// A worker that takes the place of another at once, ends with it, and loads the pages that it had anew.
const LAST_WORKER: &str = "\
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil((async () => {
  await clients.claim();
  await registration.unregister();
  for (const client of await clients.matchAll({ type: 'window' })) client.navigate(client.url).catch(() => {});
})()));
";

/// Is the script of a service worker asked for (Service Workers, section 4.2)?
pub fn wants_worker(parts: &Parts) -> bool {
    let header = parts.headers.get(SERVICE_WORKER);
    header.is_some_and(|value| value.as_bytes() == b"script")
}

/// Is it asked for because a worker of this script is there? Then browsers name the script itself as the referrer; if
/// a page of the site wants a worker that does not exist, they name the page, and the site's storage is its own.
pub fn is_there(parts: &Parts) -> bool {
    let referrer = parts.headers.get(REFERER);
    let referrer = referrer.and_then(|value| Uri::try_from(value.as_bytes()).ok());
    wants_worker(parts)
        && referrer.is_some_and(|page| page.path_and_query() == parts.uri.path_and_query())
}

/// The worker in place of one that was left.
pub fn answer(app: &Arc<App>, gateway: &Gateway, parts: &Parts) -> Response {
    let mut response = response::text(parts, "text/javascript; charset=utf-8", LAST_WORKER);
    response
        .headers_mut()
        .insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"storage\""));
    app.guarded(response, Kind::SiteFile, gateway)
}
