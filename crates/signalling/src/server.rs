//! What the rendezvous tells a peer.
//!
//! Written by what serde derives, but read by hand: the shell, a visitor's first wait, reads these messages, and the
//! derived code for it was a tenth of the shell (`fields.rs`).

use identity::{AttemptId, Challenge, Label, PublicKey, Signature, SiteName};
use serde::Serialize;

use crate::decode::{DecodeError, at_most, few, from_text, to_text};
use crate::fields::Fields;
use crate::json::Json;
use crate::{
    Candidate, FailReason, IceServer, MAX_ICE_SERVERS, MAX_SDP_BYTES, MAX_TEXT_BYTES,
    MAX_URL_BYTES, NetworkId,
};

/// A message from the rendezvous to a host or a visitor. A peer must not believe any of it that it can
/// check: keys against labels, signatures against session descriptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ServerMessage {
    /// The answer to `Hello`.
    Welcome {
        /// [`crate::VERSION`].
        version: u16,
        /// The gateway's public URL without a slash at the end, such as `http://localhost:8890`.
        gateway: String,
        /// What hosts sign on this socket.
        challenge: Challenge,
        /// The ICE servers to use.
        ice_servers: Vec<IceServer>,
    },
    /// The label is hosted by this socket now.
    Hosting {
        /// The label.
        label: Label,
        /// The bare name, if it was claimed and is this key's.
        name: Option<SiteName>,
        /// The link to give away: by name if it is claimed, else by label.
        link: String,
    },
    /// The label is not hosted.
    HostRefused {
        /// The label.
        label: Label,
        /// Why, a plain sentence.
        reason: String,
    },
    /// The label is hosted (see the `Hosting` beside this), but its bare name is another key's.
    NameRefused {
        /// The label.
        label: Label,
        /// Why, a plain sentence.
        reason: String,
        /// A name that is free.
        suggestion: SiteName,
    },
    /// To a host: a visitor wants to connect.
    Offer {
        /// The attempt's id.
        attempt: AttemptId,
        /// The label wanted.
        label: Label,
        /// The offer's session description.
        sdp: String,
        /// The visitor's network, for a share of the host's seats; none from a rendezvous that does not name it.
        #[serde(skip_serializing_if = "Option::is_none")]
        network: Option<NetworkId>,
    },
    /// To a visitor: the host's answer.
    Answer {
        /// The attempt's id.
        attempt: AttemptId,
        /// The answer's session description.
        sdp: String,
        /// The key that the label must certify.
        key: PublicKey,
        /// Its signature of `identity::channel_statement(attempt, host, visitor)`.
        signature: Signature,
    },
    /// A trickled candidate of the other side.
    Candidate {
        /// The attempt's id.
        attempt: AttemptId,
        /// The candidate.
        candidate: Candidate,
    },
    /// To a visitor: this attempt came to nothing.
    Failed {
        /// The attempt's id.
        attempt: AttemptId,
        /// Why, for code.
        reason: FailReason,
        /// Why, a plain sentence.
        message: String,
    },
    /// The other side of this attempt has ended it, or its socket has closed. A channel that is open
    /// is not concerned.
    Gone {
        /// The attempt's id.
        attempt: AttemptId,
    },
    /// To a watcher, once: this label has a host now.
    HostOnline {
        /// The label.
        label: Label,
    },
    /// Something that was sent could not be used.
    Error {
        /// What, a plain sentence.
        message: String,
        /// The rendezvous closes the socket now.
        fatal: bool,
    },
}

impl ServerMessage {
    /// Reads a message and checks the bounds of all its fields.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(text: &str) -> Result<Self, DecodeError> {
        let message = Self::read(from_text(text)?)?;
        message.validate()?;
        Ok(message)
    }

    /// Takes what the derived `Serialize` gives.
    fn read(value: Json) -> Result<Self, DecodeError> {
        let (kind, value) = Fields::only(value)
            .ok_or_else(|| DecodeError::Json("not an object of one member".to_owned()))?;
        let mut it = Fields::of("message", value)?;
        Ok(match kind.as_str() {
            "welcome" => Self::Welcome {
                version: it.number("version")?,
                gateway: it.text("gateway")?,
                challenge: it.parsed("challenge")?,
                ice_servers: it.list("iceServers", IceServer::read)?,
            },
            #[cfg(feature = "host")]
            "hosting" => Self::Hosting {
                label: it.parsed("label")?,
                name: it.parsed_or_none("name")?,
                link: it.text("link")?,
            },
            #[cfg(feature = "host")]
            "hostRefused" => Self::HostRefused {
                label: it.parsed("label")?,
                reason: it.text("reason")?,
            },
            #[cfg(feature = "host")]
            "nameRefused" => Self::NameRefused {
                label: it.parsed("label")?,
                reason: it.text("reason")?,
                suggestion: it.parsed("suggestion")?,
            },
            #[cfg(feature = "host")]
            "offer" => Self::Offer {
                attempt: it.parsed("attempt")?,
                label: it.parsed("label")?,
                sdp: it.text("sdp")?,
                network: it.parsed_or_none("network")?,
            },
            "answer" => Self::Answer {
                attempt: it.parsed("attempt")?,
                sdp: it.text("sdp")?,
                key: it.parsed("key")?,
                signature: it.parsed("signature")?,
            },
            "candidate" => Self::Candidate {
                attempt: it.parsed("attempt")?,
                candidate: Candidate::read("candidate", it.value("candidate")?)?,
            },
            "failed" => Self::Failed {
                attempt: it.parsed("attempt")?,
                reason: it.parsed("reason")?,
                message: it.text("message")?,
            },
            "gone" => Self::Gone {
                attempt: it.parsed("attempt")?,
            },
            "hostOnline" => Self::HostOnline {
                label: it.parsed("label")?,
            },
            "error" => Self::Error {
                message: it.text("message")?,
                fatal: it.flag("fatal")?,
            },
            _ => return Err(DecodeError::Json("of an unknown type".to_owned())),
        })
    }

    /// The message as JSON.
    pub fn encode(&self) -> String {
        to_text(self)
    }

    /// Are all fields within bounds?
    ///
    /// # Errors
    /// [`DecodeError::Field`] naming the first that is not.
    pub fn validate(&self) -> Result<(), DecodeError> {
        match self {
            Self::Welcome {
                gateway,
                ice_servers,
                ..
            } => {
                at_most("gateway", gateway, MAX_URL_BYTES)?;
                few("iceServers", ice_servers.len(), MAX_ICE_SERVERS)?;
                ice_servers.iter().try_for_each(IceServer::validate)
            }
            Self::Hosting { link, .. } => at_most("link", link, MAX_URL_BYTES),
            Self::HostRefused { reason, .. } | Self::NameRefused { reason, .. } => {
                at_most("reason", reason, MAX_TEXT_BYTES)
            }
            Self::Offer { sdp, .. } | Self::Answer { sdp, .. } => {
                at_most("sdp", sdp, MAX_SDP_BYTES)
            }
            Self::Candidate { candidate, .. } => candidate.validate(),
            Self::Failed { message, .. } | Self::Error { message, .. } => {
                at_most("message", message, MAX_TEXT_BYTES)
            }
            Self::Gone { .. } | Self::HostOnline { .. } => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn welcome(urls: &[&str]) -> ServerMessage {
        ServerMessage::Welcome {
            version: crate::VERSION,
            gateway: "http://localhost:8890".into(),
            challenge: Challenge::from([0; 32]),
            ice_servers: vec![IceServer {
                urls: urls.iter().map(|url| (*url).to_owned()).collect(),
                ..IceServer::default()
            }],
        }
    }

    #[test]
    fn the_json_is_the_documented_one() {
        let message = welcome(&["stun:192.0.2.1"]);
        let json = format!(
            r#"{{"welcome":{{"version":1,"gateway":"http://localhost:8890","challenge":"{}=","iceServers":[{{"urls":["stun:192.0.2.1"]}}]}}}}"#,
            "A".repeat(43)
        );
        assert_eq!(message.encode(), json);
        assert_eq!(ServerMessage::decode(&json), Ok(message));
        let label = Label::new(SiteName::suggest("shop"), &PublicKey::from([0; 32]));
        let hosting = ServerMessage::Hosting {
            label: label.clone(),
            name: None,
            link: "http://x/".into(),
        };
        assert_eq!(
            hosting.encode(),
            format!(r#"{{"hosting":{{"label":"{label}","name":null,"link":"http://x/"}}}}"#)
        );
        assert_eq!(
            ServerMessage::HostOnline {
                label: label.clone()
            }
            .encode(),
            format!(r#"{{"hostOnline":{{"label":"{label}"}}}}"#)
        );
    }

    #[test]
    fn every_message_is_read_as_it_was_written() {
        let key = PublicKey::from([7; 32]);
        let name = SiteName::suggest("shop");
        let label = Label::new(name.clone(), &key);
        let attempt = AttemptId::from_bytes([0xab; 16]);
        let (reason, message, sdp) = ("a", "b", "v=0");
        let messages = [
            welcome(&["turn:192.0.2.1"]),
            ServerMessage::Hosting {
                label: label.clone(),
                name: Some(name.clone()),
                link: "http://x/".into(),
            },
            ServerMessage::Hosting {
                label: label.clone(),
                name: None,
                link: "http://x/".into(),
            },
            ServerMessage::HostRefused {
                label: label.clone(),
                reason: reason.into(),
            },
            ServerMessage::NameRefused {
                label: label.clone(),
                reason: reason.into(),
                suggestion: name,
            },
            ServerMessage::Offer {
                attempt,
                label: label.clone(),
                sdp: sdp.into(),
                network: Some(NetworkId::from_bytes([0xab; 8])),
            },
            ServerMessage::Offer {
                attempt,
                label: label.clone(),
                sdp: sdp.into(),
                network: None,
            },
            ServerMessage::Answer {
                attempt,
                sdp: sdp.into(),
                key,
                signature: Signature::from([9; 64]),
            },
            ServerMessage::Candidate {
                attempt,
                candidate: Candidate {
                    candidate: "c".into(),
                    sdp_m_line_index: Some(1),
                    ..Candidate::default()
                },
            },
            ServerMessage::Failed {
                attempt,
                reason: FailReason::Busy,
                message: message.into(),
            },
            ServerMessage::Gone { attempt },
            ServerMessage::HostOnline { label },
            ServerMessage::Error {
                message: message.into(),
                fatal: true,
            },
        ];
        for message in messages {
            assert_eq!(
                ServerMessage::decode(&message.encode()).as_ref(),
                Ok(&message)
            );
        }
    }

    #[test]
    fn an_offer_names_the_visitors_network_or_not() {
        let label = Label::new(SiteName::suggest("shop"), &PublicKey::from([0; 32]));
        let attempt = AttemptId::from_bytes([0xab; 16]);
        let offer = |network: &str| {
            ServerMessage::decode(&format!(
                r#"{{"offer":{{"attempt":"{attempt}","label":"{label}","sdp":"v=0"{network}}}}}"#
            ))
        };
        let named = |offer| match offer {
            Ok(ServerMessage::Offer { network, .. }) => network,
            other => panic!("{other:?}"),
        };
        let network = NetworkId::from_bytes([1, 2, 3, 4, 5, 6, 7, 8]);
        let text = r#","network":"0102030405060708""#;
        assert_eq!(named(offer(text)), Some(network));
        assert!(offer(text).unwrap().encode().contains(text));
        for absent in ["", r#","network":null"#] {
            assert_eq!(named(offer(absent)), None);
        }
        assert!(!offer("").unwrap().encode().contains("network"));
        for malformed in [r#","network":7"#, r#","network":"192.0.2.1""#] {
            assert!(offer(malformed).is_err(), "{malformed}");
        }
    }

    #[test]
    fn what_is_not_a_message_is_refused_and_what_is_more_passed_over() {
        for text in [
            "",
            "[]",
            "\"gone\"",
            "{}",
            r#"{"gone":{}}"#,
            r#"{"gone":{"attempt":"x"}}"#,
            r#"{"gone":null}"#,
            r#"{"other":{}}"#,
            r#"{"error":{"message":"a","fatal":true},"gone":{}}"#,
            r#"{"error":{"message":"a"}}"#,
            r#"{"error":{"message":null,"fatal":true}}"#,
        ] {
            assert!(ServerMessage::decode(text).is_err(), "{text}");
        }
        let text = r#"{"error":{"message":"a","fatal":false,"more":[{"x":1.5e300}]}}"#;
        assert!(ServerMessage::decode(text).is_ok());
    }

    #[test]
    fn bounds_are_kept() {
        for message in [
            welcome(&["http://192.0.2.1"]),
            welcome(&["stun:192.0.2.1"; 17]),
            welcome(&[&format!("stun:{}", "x".repeat(MAX_URL_BYTES))]),
            ServerMessage::Error {
                message: "x".repeat(MAX_TEXT_BYTES + 1),
                fatal: true,
            },
        ] {
            assert!(
                matches!(
                    ServerMessage::decode(&message.encode()),
                    Err(DecodeError::Field { .. })
                ),
                "{message:?}"
            );
        }
    }
}
