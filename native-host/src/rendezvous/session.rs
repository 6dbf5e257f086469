//! Handles a peer's messages. It must not know sockets: it reads text and fills an outbox.

use std::sync::Arc;
use std::time::Instant;

use identity::{Challenge, Label, PublicKey, Signature, SiteName, host_statement, verify};
use signalling::{ClientMessage, DecodeError, ServerMessage, VERSION};
use tracing::{debug, info};

use super::address::Address;
use super::app::{App, RatedAction};
use super::claims::ClaimOutcome;
use super::day::Day;
use super::name_report::TAKEN;
use super::outbox::Outbox;
use super::socket_id::SocketId;

/// Why a peer's message ends its socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fatal {
    /// A message beyond the greatest size.
    TooLong,
    /// A binary message.
    NotText,
    /// A version that is not ours.
    Version,
    /// Something else than hello came first, or nothing in time.
    NoHello,
}

/// The state of one peer's session.
pub struct Session {
    app: Arc<App>,
    outbox: Outbox,
    challenge: Challenge,
    /// The addresses of this rendezvous that a host may have signed.
    signed: Vec<String>,
    /// What its shares are counted by.
    client: Address,
    /// Its socket's id in the directory, once it has said hello.
    id: Option<SocketId>,
}

impl Session {
    /// A session before its hello, with a challenge of its own.
    ///
    /// # Errors
    /// If the system gives no random numbers.
    pub fn new(
        app: Arc<App>,
        outbox: Outbox,
        signed: Vec<String>,
        client: Address,
    ) -> Result<Self, getrandom::Error> {
        let mut challenge = [0; Challenge::SIZE];
        getrandom::fill(&mut challenge)?;
        Ok(Self {
            app,
            outbox,
            challenge: Challenge::from(challenge),
            signed,
            client,
            id: None,
        })
    }

    /// Has it said hello?
    pub const fn has_said_hello(&self) -> bool {
        self.id.is_some()
    }

    /// The peer is gone.
    pub fn leave(&mut self) {
        if let Some(id) = self.id.take() {
            self.app.directory().leave(id);
        }
    }

    /// Sends the peer an error.
    pub fn error(&self, message: &str, fatal: bool) {
        self.outbox.send(&ServerMessage::Error {
            message: message.to_owned(),
            fatal,
        });
    }

    /// Handles one message.
    ///
    /// # Errors
    /// [`Fatal`] if the socket must end; the error has been sent to the peer.
    pub async fn message(&mut self, text: &str) -> Result<(), Fatal> {
        let message = match ClientMessage::decode(text) {
            Ok(message) => message,
            Err(problem) => return self.undecodable(&problem),
        };
        let Some(id) = self.id else {
            return self.hello(&message);
        };
        match message {
            ClientMessage::Hello { .. } => self.error("Hello is said once.", false),
            ClientMessage::Host {
                label,
                key,
                name,
                signature,
                claim,
            } => {
                self.host(id, label, key, name, &signature, claim).await;
            }
            ClientMessage::Unhost { label } => self.app.directory().unhost(id, &label),
            ClientMessage::Connect {
                attempt,
                label,
                sdp,
            } => {
                self.app
                    .directory()
                    .connect(id, attempt, label, sdp, Instant::now());
            }
            ClientMessage::Answer {
                attempt,
                sdp,
                key,
                signature,
            } => {
                self.app
                    .directory()
                    .answer(id, attempt, sdp, key, signature);
            }
            ClientMessage::Candidate { attempt, candidate } => {
                let now = Instant::now();
                self.app.directory().candidate(id, attempt, candidate, now);
            }
            ClientMessage::Reject { attempt, reason } => {
                self.app.directory().reject(id, attempt, reason)
            }
            ClientMessage::End { attempt } => self.app.directory().end(id, attempt),
            ClientMessage::Watch { label } => {
                let watched = self.app.directory().watch(id, label);
                if !watched {
                    self.error(
                        "Too many labels are watched for over one connection.",
                        false,
                    );
                }
            }
        }
        Ok(())
    }

    fn hello(&mut self, message: &ClientMessage) -> Result<(), Fatal> {
        match message {
            ClientMessage::Hello { version: VERSION } => {}
            ClientMessage::Hello { version } => {
                let text = format!(
                    "This rendezvous speaks version {VERSION}, not {version}; update the older one."
                );
                self.error(&text, true);
                return Err(Fatal::Version);
            }
            _ => {
                self.error("The first message must be hello.", true);
                return Err(Fatal::NoHello);
            }
        }
        self.outbox.send(&ServerMessage::Welcome {
            version: VERSION,
            gateway: self.app.origins.public().origin().to_owned(),
            challenge: self.challenge,
            ice_servers: self.app.settings.ice_servers.clone(),
        });
        let network = self.app.networks.name(self.client);
        let outbox = self.outbox.clone();
        self.id = Some(self.app.directory().join(outbox, self.client, network));
        Ok(())
    }

    fn undecodable(&self, problem: &DecodeError) -> Result<(), Fatal> {
        let fatal = match problem {
            DecodeError::TooLong(_) => Some(Fatal::TooLong),
            _ if !self.has_said_hello() => Some(Fatal::NoHello),
            _ => None,
        };
        debug!(%problem, "message not understood");
        self.error(&problem.to_string(), fatal.is_some());
        fatal.map_or(Ok(()), Err)
    }

    async fn host(
        &self,
        id: SocketId,
        label: Label,
        key: PublicKey,
        name: SiteName,
        signature: &Signature,
        claim: bool,
    ) {
        let refuse = |label: Label, reason: &str| {
            info!(%label, reason, "host refused");
            self.outbox.send(&ServerMessage::HostRefused {
                label,
                reason: reason.to_owned(),
            });
        };
        if !self.app.may(RatedAction::Proof, self.client) {
            return refuse(
                label,
                "Too many sites were offered from this network lately; try again in a minute.",
            );
        }
        if !label.certifies(&key) {
            return refuse(label, "The key is not the one that the label stands for.");
        }
        let proved = self.signed.iter().any(|gateway| {
            verify(
                &key,
                &host_statement(gateway, self.challenge.as_bytes(), &name),
                signature.as_bytes(),
            )
        });
        if !proved {
            return refuse(
                label,
                "The signature does not prove the key to this rendezvous on this connection.",
            );
        }
        if !self.app.directory().host(id, &label) {
            return refuse(
                label,
                "Too many sites are hosted over this connection, or from this network.",
            );
        }
        let verdict = match claim {
            true => Some(self.app.claim(&name, &key, self.client).await),
            false => None,
        };
        // A name that the key holds from before leads here, claimed again or not, and stays its own.
        self.app.directory().claims.renew(&name, &key, Day::today());
        let held = self.app.directory().claims.holds(&key, &name);
        let link_name = if held {
            name.to_string()
        } else {
            label.to_string()
        };
        let link = format!(
            "{}/connect/{link_name}/",
            self.app.origins.public().origin()
        );
        let held_name = held.then(|| name.clone());
        self.outbox.send(&ServerMessage::Hosting {
            label: label.clone(),
            name: held_name,
            link,
        });
        let reason = match verdict {
            None | Some(ClaimOutcome::Held) => return,
            Some(ClaimOutcome::Claimed) => {
                info!(%name, %label, "name claimed");
                return;
            }
            Some(ClaimOutcome::Taken) => TAKEN,
            Some(ClaimOutcome::KeyHasEnough) => "This site has as many names here as it may have.",
            Some(ClaimOutcome::TooOften) => {
                "Too many names were claimed from this network lately; try again tomorrow."
            }
            Some(ClaimOutcome::NoRoom) => "This rendezvous takes no more names.",
        };
        info!(%name, %label, reason, "name refused");
        let suggestion = self.app.directory().claims.suggestion(&name);
        self.outbox.send(&ServerMessage::NameRefused {
            label,
            reason: reason.to_owned(),
            suggestion,
        });
    }
}

/// Whatever ends a socket's task ends its place in the directory.
impl Drop for Session {
    fn drop(&mut self) {
        self.leave();
    }
}
