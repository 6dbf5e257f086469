//! A visitor's one attempt to reach a host: signals, ICE, and the proof that it is the site's host.
//!
//! It must not know why somebody wants to connect, nor try twice. Nothing of the channel is used
//! before the host has proved, by the site's key, that both ends of the DTLS channel are the two that
//! talk (DESIGN, decision 5): a rendezvous can refuse service and nothing else.

use std::rc::Rc;

use futures_util::{FutureExt, StreamExt, pin_mut, select_biased};
use gloo_timers::future::TimeoutFuture;
use identity::{AttemptId, DtlsFingerprint, Label, PublicKey, Signature, channel_statement};
use signalling::{ClientMessage, FailReason, ServerMessage};

use crate::{
    Error,
    channel::Channel,
    crypto,
    rtc::Rtc,
    signal::{Signal, SignalEvent},
};

/// Milliseconds to wait for the rendezvous.
const RENDEZVOUS_TIMEOUT: u32 = 6_000;
/// Milliseconds from the offer to the open channel. Typical is below 1,000; TURN over TCP some 5,000.
const CONNECT_TIMEOUT: u32 = 20_000;

/// A verified channel to a host. Dropping it closes the connection.
pub struct Connected {
    /// The channel.
    pub channel: Channel,
    _rtc: Rc<Rtc>,
}

/// How far an attempt has come, for the page that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Reaching the rendezvous.
    Rendezvous,
    /// Asking the host.
    Host,
    /// Verified; making the direct connection.
    Channel,
}

/// Connect to the host of `label`, telling `step` how far it has come.
pub async fn connect(
    signal: &Signal,
    label: &Label,
    step: impl Fn(Step),
) -> Result<Connected, Error> {
    step(Step::Rendezvous);
    let welcome = signal.welcome(RENDEZVOUS_TIMEOUT).await?;
    step(Step::Host);
    let (rtc, candidates) = Rtc::new(&welcome.ice_servers)?;
    let channel = Channel::visitor(rtc.data_channel());
    rtc.watch(&channel);
    let attempt = Attempt {
        id: crypto::attempt_id()?,
        label,
        signal,
        rtc: &rtc,
        channel: &channel,
    };
    let result = {
        let run = attempt.run(candidates, &step).fuse();
        let mut timeout = TimeoutFuture::new(CONNECT_TIMEOUT).fuse();
        pin_mut!(run);
        select_biased! {
            result = run => result,
            () = timeout => Err(Error::TimedOut(CONNECT_TIMEOUT / 1000)),
        }
    };
    signal.send(&ClientMessage::End {
        attempt: attempt.id,
    });
    match result {
        Ok(()) => Ok(Connected { channel, _rtc: rtc }),
        Err(error) => {
            channel.close(error.clone());
            Err(error)
        }
    }
}

struct Attempt<'a> {
    id: AttemptId,
    label: &'a Label,
    signal: &'a Signal,
    rtc: &'a Rtc,
    channel: &'a Channel,
}

impl Attempt<'_> {
    async fn run(
        &self,
        candidates: futures_channel::mpsc::UnboundedReceiver<signalling::Candidate>,
        step: &impl Fn(Step),
    ) -> Result<(), Error> {
        let mut events = self.signal.subscribe().fuse();
        let offer = self.rtc.offer().await?;
        let ours =
            DtlsFingerprint::from_sdp(&offer).map_err(|error| Error::Browser(error.to_string()))?;
        let label = self.label.clone();
        self.signal.send(&ClientMessage::Connect {
            attempt: self.id,
            label,
            sdp: offer,
        });
        let mut candidates = candidates.fuse();
        // Ours show where we are. Whoever is not the site's host learns none.
        let mut held = Vec::new();
        let mut verified = false;
        let ready = self.channel.ready().fuse();
        pin_mut!(ready);
        loop {
            select_biased! {
                ready = ready => return ready,
                event = events.next() => match event {
                    Some(SignalEvent::Message(message)) => {
                        verified |= self.signalled(message, &ours, step).await?;
                    }
                    // An open channel does not need the rendezvous; a half-made one does.
                    Some(SignalEvent::Down(_)) | None => {
                        return Err(Error::RendezvousUnreachable(self.signal.gateway().to_owned()));
                    }
                    Some(SignalEvent::Up(_)) => {}
                },
                candidate = candidates.select_next_some() => held.push(candidate),
            }
            if verified {
                for candidate in held.drain(..) {
                    self.signal.send(&ClientMessage::Candidate {
                        attempt: self.id,
                        candidate,
                    });
                }
            }
        }
    }

    /// Is the host verified by this message?
    async fn signalled(
        &self,
        message: ServerMessage,
        ours: &DtlsFingerprint,
        step: &impl Fn(Step),
    ) -> Result<bool, Error> {
        match message {
            ServerMessage::Answer {
                attempt,
                sdp,
                key,
                signature,
            } if attempt == self.id => {
                self.verify(ours, &sdp, &key, &signature).await?;
                step(Step::Channel);
                self.rtc.accept(&sdp).await?;
                return Ok(true);
            }
            ServerMessage::Candidate { attempt, candidate } if attempt == self.id => {
                self.rtc.add_candidate(candidate).await;
            }
            ServerMessage::Failed {
                attempt,
                reason,
                message,
            } if attempt == self.id => {
                return Err(match reason {
                    FailReason::UnknownLabel | FailReason::HostOffline | FailReason::Gone => {
                        Error::HostOffline
                    }
                    FailReason::Refused => Error::Refused(message),
                    FailReason::Busy => Error::Busy(message),
                });
            }
            _ => {}
        }
        Ok(false)
    }

    /// Key → label, and the key's signature over both DTLS fingerprints: ours as we offered it, the
    /// host's as the answer has it. A swapped key, description or offer fails here.
    async fn verify(
        &self,
        ours: &DtlsFingerprint,
        answer: &str,
        key: &PublicKey,
        signature: &Signature,
    ) -> Result<(), Error> {
        if !self.label.certifies(key) {
            return Err(Error::Unverified(
                "it has another key than this address".to_owned(),
            ));
        }
        let theirs = DtlsFingerprint::from_sdp(answer)
            .map_err(|error| Error::Unverified(error.to_string()))?;
        let statement = channel_statement(&self.id, &theirs, ours);
        if !crypto::verifies(key, &statement, signature).await? {
            return Err(Error::Unverified(
                "its signature does not fit this connection".to_owned(),
            ));
        }
        Ok(())
    }
}
