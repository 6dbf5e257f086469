//! A loopback HTTP server: the baseline of latency, and the relay by which bare pages find each other.

use std::net::Ipv4Addr;

use anyhow::Result;
use axum::{
    Router,
    extract::{
        Path, State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::IntoResponse,
    routing::get,
};
use tokio::{net::TcpListener, sync::broadcast};

/// Signals that may wait for a slow page; some ten are sent for each connection.
const WAITING: usize = 256;

/// The bytes that `/1k` answers with.
pub const ONE_KIB: [u8; 1024] = [b'x'; 1024];

/// What one side said: who, and the text.
type Signal = (bool, String);

/// Serve for as long as the program lives; gives the origin.
pub async fn start() -> Result<String> {
    let (relay, _) = broadcast::channel::<Signal>(WAITING);
    let page = |kind: &'static str, text: &'static str| {
        get(move || async move { ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text) })
    };
    let app = Router::new()
        .route("/raw.html", page("text/html", include_str!("raw.html")))
        .route("/raw.js", page("text/javascript", include_str!("raw.js")))
        .route(
            "/1k",
            get(|| async { ([(CACHE_CONTROL, "no-cache")], ONE_KIB) }),
        )
        .route("/relay/{side}", get(join))
        .with_state(relay);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(origin)
}

async fn join(
    upgrade: WebSocketUpgrade,
    Path(side): Path<String>,
    State(relay): State<broadcast::Sender<Signal>>,
) -> impl IntoResponse {
    let answers = side == "answer";
    upgrade.on_upgrade(move |socket| pass_on(socket, answers, relay))
}

/// Pass on what each side says to the other.
async fn pass_on(mut socket: WebSocket, answers: bool, relay: broadcast::Sender<Signal>) {
    let mut heard = relay.subscribe();
    loop {
        tokio::select! {
            said = socket.recv() => match said {
                // Fails when nobody listens, which the page notices.
                Some(Ok(Message::Text(text))) => drop(relay.send((answers, text.to_string()))),
                Some(Ok(_)) => {}
                _ => return,
            },
            heard = heard.recv() => match heard {
                Ok((from, text)) if from != answers => {
                    if socket.send(Message::Text(text.into())).await.is_err() {
                        return;
                    }
                }
                Ok(_) => {}
                Err(_) => return,
            },
        }
    }
}
