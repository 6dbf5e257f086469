//! One signalling socket from its first byte to its last: time-outs, pings, rates and queues. What its
//! messages mean is `session`'s.

use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use tokio::time::{self, MissedTickBehavior};
use tracing::debug;

use super::app::App;
use super::outbox::outbox;
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
/// its claims count as the client's.
pub async fn serve(app: Arc<App>, socket: WebSocket, signed: Vec<String>, client: IpAddr) {
    let limits = &app.settings.limits;
    let (outbox, mut outgoing) = outbox(limits.queued_messages, limits.queued_bytes);
    let mut session = match Session::new(Arc::clone(&app), outbox.clone(), signed, client) {
        Ok(session) => session,
        Err(error) => {
            tracing::error!(%error, "no random numbers for a challenge");
            return;
        }
    };
    let (mut sink, mut stream) = socket.split();
    let (mut ending, mut overflow) = (pin!(app.end()), pin!(outgoing.overflow()));
    let mut ping = time::interval_at(time::Instant::now() + limits.ping_every, limits.ping_every);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let hello_by = time::Instant::now() + limits.hello_within;
    let mut rate = TokenBucket::new(
        limits.frames_at_once,
        limits.frames_per_second,
        Instant::now(),
    );
    let mut missed = 0;

    let end = loop {
        tokio::select! {
            biased;
            () = &mut ending => break End::Shutdown,
            () = &mut overflow => break End::Slow,
            () = time::sleep_until(hello_by), if !session.greeted() => break End::Protocol(Fatal::NoHello),
            _ = ping.tick() => {
                if missed >= MISSED_PINGS {
                    break End::Dead;
                }
                missed += 1;
                let ping = Message::Ping(Default::default());
                if let Err(end) = write(&mut sink, ping, limits.write_within, overflow.as_mut()).await {
                    break end;
                }
            }
            Some(text) = outgoing.next() => {
                let text = Message::Text(text.into());
                if let Err(end) = write(&mut sink, text, limits.write_within, overflow.as_mut()).await {
                    break end;
                }
            }
            frame = stream.next() => {
                let Some(frame) = frame else { break End::Left };
                missed = 0;
                match frame {
                    Ok(_) if !rate.take(1, Instant::now()) => {
                        session.error("Too many messages; slow down.", true);
                        break End::Flood;
                    }
                    Ok(Message::Text(text)) => {
                        if let Err(fatal) = session.message(&text).await {
                            break End::Protocol(fatal);
                        }
                    }
                    Ok(Message::Binary(_)) => {
                        session.error("Messages are text, not binary.", true);
                        break End::Protocol(Fatal::NotText);
                    }
                    Ok(Message::Ping(_) | Message::Pong(_)) => {}
                    Ok(Message::Close(_)) => break End::Left,
                    // Cut off, or frames beyond all bounds.
                    Err(error) => {
                        debug!(%error, "socket broke");
                        break if session.greeted() { End::Left } else { End::Protocol(Fatal::NoHello) };
                    }
                }
            }
        }
    };
    debug!(?end, "socket ends");
    // Labels go offline at once, however slow the farewell.
    session.leave();
    if let Some((code, reason)) = end.close() {
        let within = limits.shutdown_within;
        while let Some(text) = outgoing.try_next() {
            let text = Message::Text(text.into());
            if write(&mut sink, text, within, overflow.as_mut())
                .await
                .is_err()
            {
                return;
            }
        }
        let close = Message::Close(Some(CloseFrame {
            code,
            reason: reason.into(),
        }));
        let _ = write(&mut sink, close, within, overflow.as_mut()).await;
    }
}

/// Writes one frame, or tells why the socket ends: also when more has come meanwhile than may wait.
async fn write(
    sink: &mut SplitSink<WebSocket, Message>,
    message: Message,
    within: time::Duration,
    overflow: impl Future<Output = ()>,
) -> Result<(), End> {
    tokio::select! {
        sent = time::timeout(within, sink.send(message)) => match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Left),
            Err(_) => Err(End::Slow),
        },
        () = overflow => Err(End::Slow),
    }
}
