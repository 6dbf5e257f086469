//! From a request at `/signal` to a signalling socket: who may have one.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use http::StatusCode;
use http::header::{HeaderValue, ORIGIN};
use http::request::Parts;

use super::address::Address;
use super::app::App;
use super::gateway_url::Gateway;
use super::origins::Place;
use super::policy::Kind;
use super::{response, socket};

/// Twice the greatest message: one that is a little too great gets an answer, not a broken socket.
const MAX_FRAME_BYTES: usize = 2 * signalling::MAX_MESSAGE_BYTES;

/// What is read at once, for every socket: a usual message. By itself it would be 128 KiB.
const READ_BUFFER_BYTES: usize = 4 * 1024;

/// Answers a request at `/signal`.
pub async fn answer(
    app: &Arc<App>,
    gateway: &Gateway,
    place: &Place<'_>,
    client: Address,
    parts: &mut Parts,
) -> Response {
    let refuse = |parts: &Parts, status, heading: &str, sentence: &str| {
        app.guarded(
            response::page(parts, status, heading, sentence),
            Kind::Plain,
            gateway,
        )
    };
    if let Some(origin) = parts.headers.get(ORIGIN)
        && !origin
            .to_str()
            .is_ok_and(|origin| app.origins.may_signal(origin))
    {
        tracing::debug!(?origin, "socket of another origin refused");
        let sentence = "Pages of other origins cannot use this rendezvous.";
        return refuse(parts, StatusCode::FORBIDDEN, "Not for this page", sentence);
    }
    let upgrade = match WebSocketUpgrade::from_request_parts(parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => {
            tracing::debug!(%rejection, "no WebSocket");
            let mut response = refuse(
                parts,
                StatusCode::UPGRADE_REQUIRED,
                "WebSocket only",
                "This address speaks WebSocket (RFC 6455) only.",
            );
            response
                .headers_mut()
                .insert(http::header::UPGRADE, HeaderValue::from_static("websocket"));
            return response;
        }
    };
    let permits = (
        app.sockets.acquire(client),
        Arc::clone(&app.running).try_acquire_owned().ok(),
    );
    let (Some(permit), Some(running)) = permits else {
        tracing::debug!(?client, "too many sockets of one address");
        return app.too_many(parts, gateway);
    };
    let app = Arc::clone(app);
    let signed = app.origins.signed(place);
    upgrade
        .protocols([signalling::SUBPROTOCOL])
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(MAX_FRAME_BYTES)
        .max_frame_size(MAX_FRAME_BYTES)
        .on_failed_upgrade(|error| tracing::debug!(%error, "upgrade failed"))
        .on_upgrade(move |socket| async move {
            socket::serve(app, socket, signed, client).await;
            drop((permit, running));
        })
}
