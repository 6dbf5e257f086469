//! Whose a request is, by its host: the gateway's, a site's origin's, or nobody's. It must not know what they answer.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::StatusCode;
use http::header::HOST;
use http::request::Parts;

use super::address::Address;
use super::app::App;
use super::origins::Place;
use super::policy::Kind;
use super::write_deadline::Pending;
use super::{forwarded, gateway, response, site_origin};

/// Answers any request.
pub async fn route(
    app: Arc<App>,
    peer: SocketAddr,
    request: Request,
    pending: &Pending,
) -> Response {
    let (mut parts, _body) = request.into_parts();
    let client = client(&app, &parts, peer.ip().into());
    match app.requests.acquire(client) {
        Some(permit) => pending.hold(permit),
        None => return app.too_many(&parts, app.origins.public()),
    }
    let host = authority(&parts);
    let Some(place) = host.as_deref().and_then(|host| app.origins.place(host)) else {
        tracing::debug!(host, "request for another host refused");
        let sentence = "This server answers for its own names only. If it should answer for this one, start it \
                        with that --public-url.";
        let page = response::page(
            &parts,
            StatusCode::MISDIRECTED_REQUEST,
            "Not served here",
            sentence,
        );
        return app.guarded(page, Kind::Plain, app.origins.public());
    };
    match &place {
        Place::Gateway(gateway) | Place::Number(gateway) => {
            gateway::answer(&app, gateway, &place, client, &mut parts).await
        }
        Place::Site(gateway, _) => site_origin::answer(&app, gateway, &parts),
        Place::NoSite(gateway) => {
            let sentence =
                "Sites have longer addresses here. Follow the link that you were given once more.";
            let page = response::page(
                &parts,
                StatusCode::NOT_FOUND,
                "No site has this address",
                sentence,
            );
            app.guarded(page, Kind::Plain, gateway)
        }
    }
}

/// The address that a client's shares are counted by.
fn client(app: &App, parts: &Parts, peer: Address) -> Address {
    if app.settings.trusted_proxy && peer == Address::Loopback {
        forwarded::client(&parts.headers)
    } else {
        peer
    }
}

/// The host a request names: in its target if that is a whole URL (RFC 9112 section 3.2.2), else in its
/// one `Host` header.
fn authority(parts: &Parts) -> Option<String> {
    if let Some(authority) = parts.uri.authority() {
        return Some(authority.as_str().to_owned());
    }
    let mut hosts = parts.headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok().map(str::to_owned),
        _ => None,
    }
}
