//! The gateway's own origin: the front page, the shell at `/connect/…`, its files, the API for names,
//! health, and the signalling socket.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue, ORIGIN, VARY,
};
use http::request::Parts;
use http::{Method, StatusCode};

use super::address::Address;
use super::app::{App, RatedAction, is_read};
use super::day::Day;
use super::gateway_url::Gateway;
use super::health::Health;
use super::link::{self, Target};
use super::name_report::NameReport;
use super::origins::Place;
use super::policy::Kind;
use super::response::{self, Caching};
use super::{site_origin, stale_worker, upgrade};

const CONNECT: &str = "/connect/";
const FILES: &str = "/_gateway/";
const NAMES: &str = "/api/names/";
const HEALTH: &str = "/healthz";

/// Files of these kinds are pages, which have their own addresses and headers.
const PAGE_ENDING: &str = ".html";

/// The folder whose files belong to sites' origins.
const SITE_FOLDER: &str = "site/";

/// Answers a request at the gateway's origin.
pub async fn answer(
    app: &Arc<App>,
    gateway: &Gateway,
    place: &Place<'_>,
    client: Address,
    parts: &mut Parts,
) -> Response {
    if stale_worker::is_worker_request(parts) {
        return stale_worker::response(app, gateway, parts);
    }
    let path = parts.uri.path().to_owned();
    if path == signalling::PATH {
        return upgrade::answer(app, gateway, place, client, parts).await;
    }
    let is_data = path == HEALTH || path.starts_with(NAMES);
    if parts.method == Method::OPTIONS && is_data {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        response.headers_mut().insert(
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, HEAD"),
        );
        return shared(app, gateway, parts, response);
    }
    if !is_read(parts) {
        return app.guarded(
            response::method_not_allowed(parts, "GET, HEAD"),
            Kind::Plain,
            gateway,
        );
    }
    if path == HEALTH {
        let health = Health::of(app);
        return shared(app, gateway, parts, response::json(parts, &health));
    }
    if let Some(name) = path.strip_prefix(NAMES) {
        if !app.may(RatedAction::Question, client) {
            let refused = app.too_many(parts, gateway);
            return shared(app, gateway, parts, refused);
        }
        let report = NameReport::of(&app.directory().claims, name, Day::today());
        return shared(app, gateway, parts, response::json(parts, &report));
    }
    if let Place::Number(_) = place {
        // Pages have one origin only: the one whose sites lie below it.
        let rest = parts
            .uri
            .path_and_query()
            .map_or("/", http::uri::PathAndQuery::as_str);
        return app.guarded(
            response::redirect(&format!("{}{rest}", gateway.origin())),
            Kind::Plain,
            gateway,
        );
    }
    if path == "/" {
        return page(
            app,
            gateway,
            parts,
            "index.html",
            StatusCode::OK,
            Kind::Index,
        );
    }
    if let Some(rest) = path.strip_prefix(CONNECT) {
        return connect(app, gateway, parts, rest);
    }
    if path == CONNECT.trim_end_matches('/') {
        return connect(app, gateway, parts, "");
    }
    if let Some(name) = path.strip_prefix(FILES)
        && !name.ends_with(PAGE_ENDING)
        && !name.starts_with(SITE_FOLDER)
        && let Some(asset) = app.settings.assets.get(name)
    {
        return app.guarded(
            response::file(parts, asset, StatusCode::OK, Caching::Revalidate),
            Kind::GatewayFile,
            gateway,
        );
    }
    not_found(app, gateway, parts)
}

/// `/connect/<name or label>/<path>`, and `/connect/?to=<address>`.
fn connect(app: &Arc<App>, gateway: &Gateway, parts: &Parts, rest: &str) -> Response {
    if rest.is_empty() {
        let wanted = parts.uri.query().and_then(link::wanted);
        return match wanted {
            None => app.guarded(response::redirect("/"), Kind::Plain, gateway),
            Some(address) => match link::follow(&address) {
                Some(path) => app.guarded(response::redirect(&path), Kind::Plain, gateway),
                None => not_a_name(app, gateway, parts),
            },
        };
    }
    let (segment, path) = link::split(rest);
    match Target::parse(segment) {
        Target::Label(label) if label.to_string() != segment => app.guarded(
            response::redirect(&link::to_site(&label, path, parts.uri.query())),
            Kind::Plain,
            gateway,
        ),
        Target::Label(label) => page(
            app,
            gateway,
            parts,
            "shell.html",
            StatusCode::OK,
            Kind::Shell(Some(&label)),
        ),
        Target::Name(name) => {
            let label = app.directory().claims.label(&name);
            match label {
                Some(label) => {
                    let to = link::to_site(&label, path, parts.uri.query());
                    app.guarded(response::redirect(&to), Kind::Plain, gateway)
                }
                // The shell sees a name that is no label, and says so in its own words.
                None => page(
                    app,
                    gateway,
                    parts,
                    "shell.html",
                    StatusCode::NOT_FOUND,
                    Kind::Shell(None),
                ),
            }
        }
        Target::Illegal => not_a_name(app, gateway, parts),
    }
}

fn page(
    app: &Arc<App>,
    gateway: &Gateway,
    parts: &Parts,
    name: &str,
    status: StatusCode,
    kind: Kind<'_>,
) -> Response {
    match app.settings.assets.get(name) {
        Some(asset) => app.guarded(
            response::file(parts, asset, status, Caching::Revalidate),
            kind,
            gateway,
        ),
        None => site_origin::missing(app, gateway, parts),
    }
}

fn not_found(app: &Arc<App>, gateway: &Gateway, parts: &Parts) -> Response {
    let sentence = "This gateway has no such page. <a href=\"/\">Enter the name of a site</a>, or follow the link that \
                    you were given once more.";
    let page = response::page(parts, StatusCode::NOT_FOUND, "Not found", sentence);
    app.guarded(page, Kind::Plain, gateway)
}

fn not_a_name(app: &Arc<App>, gateway: &Gateway, parts: &Parts) -> Response {
    let sentence = "Names are made of letters, digits and hyphens. \
                    <a href=\"/\">Enter another</a>, or follow the link that you were given once more.";
    let page = response::page(
        parts,
        StatusCode::NOT_FOUND,
        "No site has this name",
        sentence,
    );
    app.guarded(page, Kind::Plain, gateway)
}

/// Data that extensions may read too (Fetch, section 3.2).
fn shared(app: &Arc<App>, gateway: &Gateway, parts: &Parts, response: Response) -> Response {
    let mut response = app.guarded(response, Kind::Plain, gateway);
    response
        .headers_mut()
        .insert(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = parts.headers.get(ORIGIN)
        && origin
            .to_str()
            .is_ok_and(|origin| app.origins.is_extension(origin))
    {
        response
            .headers_mut()
            .insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    response
}
