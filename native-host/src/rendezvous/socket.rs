//! One signalling socket from its first byte to its last: time-outs, pings, rates and queues. What its
//! messages mean is `session`'s.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::time::{self, MissedTickBehavior};
use tracing::debug;

use super::Limits;
use super::address::Address;
use super::app::App;
use super::outbox::{Outgoing, outbox};
use super::rate::TokenBucket;
use super::session::{Fatal, Session};

/// Pings that may go unanswered; with the next one due the peer is dead.
const MISSED_PINGS: u32 = 2;

/// Why a socket ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The peer closed it, or the network did.
    Left,
    /// Pings went unanswered.
    Dead,
    /// The peer takes too little of what is sent.
    Slow,
    /// The peer sends too much.
    Flood,
    /// The peer does not speak our protocol.
    Protocol(Fatal),
    /// We are shutting down.
    Shutdown,
}

impl End {
    /// The close code (RFC 6455 section 7.4.1) and word for the peer; none if nobody would read it.
    fn close(self) -> Option<(u16, &'static str)> {
        match self {
            Self::Left | Self::Dead | Self::Slow => None,
            Self::Flood => Some((close_code::POLICY, "too many messages")),
            Self::Protocol(Fatal::TooLong) => Some((close_code::SIZE, "message too long")),
            Self::Protocol(Fatal::NotText) => Some((close_code::UNSUPPORTED, "text messages only")),
            Self::Protocol(Fatal::Version | Fatal::NoHello) => {
                Some((close_code::POLICY, "no hello of this version"))
            }
            Self::Shutdown => Some((close_code::AWAY, "the rendezvous is shutting down")),
        }
    }
}

/// Serves a socket until it ends. A host on it may have signed any of these addresses;
/// what it does counts as the client's.
pub async fn serve(app: Arc<App>, socket: WebSocket, signed: Vec<String>, client: Address) {
    let limits = &app.settings.limits;
    let (outbox, mut outgoing) = outbox(limits.queued_bytes);
    let mut session = match Session::new(Arc::clone(&app), outbox, signed, client) {
        Ok(session) => session,
        Err(error) => {
            tracing::error!(%error, "no random numbers for a challenge");
            return;
        }
    };
    let (mut sink, mut stream) = socket.split();
    let overflow = outgoing.overflow();
    let unanswered = AtomicU32::new(0);
    // Both at once: who is sent more than he takes is heard all the same, or others could silence him.
    let end = tokio::select! {
        biased;
        () = app.end() => End::Shutdown,
        () = overflow => End::Slow,
        end = read(&mut stream, &mut session, limits, &unanswered) => end,
        end = write(&mut sink, &mut outgoing, limits, &unanswered) => end,
    };
    debug!(?end, "socket ends");
    // Labels go offline at once, however slow the farewell.
    session.leave();
    if let Some((code, reason)) = end.close() {
        let farewell = async {
            while let Some(text) = outgoing.try_next() {
                sink.send(Message::Text(text.into())).await?;
            }
            let reason = reason.into();
            sink.send(Message::Close(Some(CloseFrame { code, reason })))
                .await
        };
        // An error says that nobody reads it.
        let _ = time::timeout(limits.shutdown_within, farewell).await;
    }
}

/// Acts upon what the peer sends, until that is the socket's end.
async fn read(
    stream: &mut SplitStream<WebSocket>,
    session: &mut Session,
    limits: &Limits,
    unanswered: &AtomicU32,
) -> End {
    let hello_by = time::Instant::now() + limits.hello_within;
    let mut rate = TokenBucket::new(
        limits.frames_at_once,
        limits.frames_per_second,
        Instant::now(),
    );
    loop {
        let frame = tokio::select! {
            biased;
            () = time::sleep_until(hello_by), if !session.has_said_hello() => return End::Protocol(Fatal::NoHello),
            frame = stream.next() => frame,
        };
        let Some(frame) = frame else {
            return End::Left;
        };
        unanswered.store(0, Ordering::Relaxed);
        match frame {
            Ok(_) if !rate.take(1, Instant::now()) => {
                session.error("Too many messages; slow down.", true);
                return End::Flood;
            }
            Ok(Message::Text(text)) => {
                if let Err(fatal) = session.message(&text).await {
                    return End::Protocol(fatal);
                }
            }
            Ok(Message::Binary(_)) => {
                session.error("Messages are text, not binary.", true);
                return End::Protocol(Fatal::NotText);
            }
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(Message::Close(_)) => return End::Left,
            // Cut off, or frames beyond all bounds.
            Err(error) => {
                debug!(%error, "socket broke");
                return match session.has_said_hello() {
                    true => End::Left,
                    false => End::Protocol(Fatal::NoHello),
                };
            }
        }
    }
}

/// Sends what waits, and pings, until the peer takes too little or answers too little.
async fn write(
    sink: &mut SplitSink<WebSocket, Message>,
    outgoing: &mut Outgoing,
    limits: &Limits,
    unanswered: &AtomicU32,
) -> End {
    let mut ping = time::interval_at(time::Instant::now() + limits.ping_every, limits.ping_every);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let message = tokio::select! {
            biased;
            _ = ping.tick() => {
                if unanswered.fetch_add(1, Ordering::Relaxed) >= MISSED_PINGS {
                    return End::Dead;
                }
                Message::Ping(Default::default())
            }
            text = outgoing.next() => Message::Text(text.into()),
        };
        match time::timeout(limits.write_within, sink.send(message)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return End::Left,
            Err(_) => return End::Slow,
        }
    }
}
