//! What a peer tells the rendezvous.

use identity::{AttemptId, Label, PublicKey, Signature, SiteName};
use serde::{Deserialize, Serialize};

use crate::decode::{DecodeError, at_most, from_text, to_text};
use crate::{Candidate, FailReason, MAX_SDP_BYTES};

/// A message from a host or a visitor to the rendezvous.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ClientMessage {
    /// The first message of a socket. Answered by `Welcome`, or by a fatal `Error` if the version is
    /// not the rendezvous' own.
    Hello {
        /// [`crate::VERSION`].
        version: u16,
    },
    /// "I host this label." Answered by `Hosting`, and by `NameRefused` besides if the bare name was
    /// claimed and is another key's; or by `HostRefused`.
    Host {
        /// The label, whose fingerprint is of `key`.
        label: Label,
        /// The site's public key.
        key: PublicKey,
        /// The name in the label.
        name: SiteName,
        /// The key's signature of `identity::host_statement(gateway, challenge, name)`: the origin that
        /// this client connected to (not what the welcome says of it), and the welcome's challenge.
        signature: Signature,
        /// Claim the bare name too.
        claim: bool,
    },
    /// "I no longer host this label." Attempts under way go on. Not answered.
    Unhost {
        /// The label.
        label: Label,
    },
    /// A visitor's offer. Answered by `Answer` or `Failed`, and by `Candidate`s.
    Connect {
        /// A fresh id.
        attempt: AttemptId,
        /// The label to connect to.
        label: Label,
        /// The offer's session description.
        sdp: String,
    },
    /// A host's answer to an `Offer`.
    Answer {
        /// The offer's id.
        attempt: AttemptId,
        /// The answer's session description.
        sdp: String,
        /// The site's public key.
        key: PublicKey,
        /// The key's signature of `identity::channel_statement(attempt, host, visitor)`.
        signature: Signature,
    },
    /// A trickled candidate for the other side of an attempt, from either.
    Candidate {
        /// The attempt's id.
        attempt: AttemptId,
        /// The candidate.
        candidate: Candidate,
    },
    /// A host does not take an `Offer`. The visitor is told `Failed`.
    Reject {
        /// The offer's id.
        attempt: AttemptId,
        /// Why.
        reason: FailReason,
    },
    /// Either side: this attempt needs no more signals (connected, or given up). The other is told
    /// `Gone`.
    End {
        /// The attempt's id.
        attempt: AttemptId,
    },
    /// "Tell me once when this label has a host." Answered by `HostOnline`, at once if it has.
    Watch {
        /// The label.
        label: Label,
    },
}

impl ClientMessage {
    /// Reads a message and checks the bounds of all its fields.
    ///
    /// # Errors
    /// [`DecodeError`], whose text may be shown to the sender.
    pub fn decode(text: &str) -> Result<Self, DecodeError> {
        let message: Self = from_text(text)?;
        message.validate()?;
        Ok(message)
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
            Self::Connect { sdp, .. } | Self::Answer { sdp, .. } => {
                at_most("sdp", sdp, MAX_SDP_BYTES)?;
                is_for_data("sdp", sdp)
            }
            Self::Candidate { candidate, .. } => candidate.validate(),
            Self::Host { label, name, .. } if label.name() != name => Err(DecodeError::Field {
                field: "name",
                problem: "is not the name in the label".to_owned(),
            }),
            _ => Ok(()),
        }
    }
}

/// A session description (RFC 8866) of one media section, for data channels (RFC 8841)? More than that is the
/// peers' to judge.
fn is_for_data(field: &'static str, sdp: &str) -> Result<(), DecodeError> {
    let mut media = sdp.lines().filter(|line| line.starts_with("m="));
    let data = media
        .next()
        .is_some_and(|line| line.starts_with("m=application "));
    if sdp.lines().next() == Some("v=0") && data && media.next().is_none() {
        return Ok(());
    }
    Err(DecodeError::Field {
        field,
        problem: "is not a session description of one data channel section".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SDP: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n";

    fn attempt() -> AttemptId {
        AttemptId::from_bytes([0xab; 16])
    }

    fn connect(sdp: String) -> ClientMessage {
        let label = Label::new(SiteName::suggest("shop"), &PublicKey::from([0; 32]));
        ClientMessage::Connect {
            attempt: attempt(),
            label,
            sdp,
        }
    }

    #[test]
    fn the_json_is_the_documented_one() {
        let candidate = Candidate {
            candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host".into(),
            sdp_mid: Some("0".into()),
            sdp_m_line_index: Some(0),
            username_fragment: Some("abcd".into()),
        };
        let message = ClientMessage::Candidate {
            attempt: attempt(),
            candidate,
        };
        let json = format!(
            r#"{{"candidate":{{"attempt":"{}","candidate":{{"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"abcd"}}}}}}"#,
            "ab".repeat(16)
        );
        assert_eq!(message.encode(), json);
        assert_eq!(ClientMessage::decode(&json), Ok(message));
        assert_eq!(
            ClientMessage::Hello { version: 1 }.encode(),
            r#"{"hello":{"version":1}}"#
        );
        let reject = ClientMessage::Reject {
            attempt: attempt(),
            reason: FailReason::UnknownLabel,
        };
        assert!(reject.encode().ends_with(r#""reason":"unknownLabel"}}"#));
    }

    #[test]
    fn browsers_nulls_are_read() {
        let json = format!(
            r#"{{"candidate":{{"attempt":"{}","candidate":{{"candidate":"","sdpMid":null,"sdpMLineIndex":null,"usernameFragment":null}}}}}}"#,
            "ab".repeat(16)
        );
        let candidate = Candidate::default();
        assert_eq!(
            ClientMessage::decode(&json),
            Ok(ClientMessage::Candidate {
                attempt: attempt(),
                candidate
            })
        );
    }

    #[test]
    fn bounds_are_kept() {
        let greatest = format!("{SDP}{}", "x".repeat(MAX_SDP_BYTES - SDP.len()));
        assert!(ClientMessage::decode(&connect(greatest).encode()).is_ok());
        assert!(matches!(
            ClientMessage::decode(&connect("x".repeat(MAX_SDP_BYTES + 1)).encode()),
            Err(DecodeError::Field { field: "sdp", .. })
        ));
        let text = " ".repeat(crate::MAX_MESSAGE_BYTES + 1);
        assert_eq!(
            ClientMessage::decode(&text),
            Err(DecodeError::TooLong(text.len()))
        );
        let candidate = Candidate {
            sdp_mid: Some("m".repeat(65)),
            ..Candidate::default()
        };
        assert!(matches!(
            ClientMessage::decode(
                &ClientMessage::Candidate {
                    attempt: attempt(),
                    candidate
                }
                .encode()
            ),
            Err(DecodeError::Field {
                field: "sdpMid",
                ..
            })
        ));
    }

    #[test]
    fn what_is_no_session_description_for_data_is_refused() {
        for sdp in [SDP.to_owned(), SDP.replace("\r\n", "\n")] {
            assert!(ClientMessage::decode(&connect(sdp).encode()).is_ok());
        }
        for sdp in [
            String::new(),
            "x".repeat(1000),
            "v=0\r\n".to_owned(),
            format!("\r\n{SDP}"),
            SDP.replace("m=application", "m=audio"),
            format!("{SDP}m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"),
            format!("{SDP}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"),
        ] {
            let refused = ClientMessage::decode(&connect(sdp.clone()).encode());
            assert!(
                matches!(refused, Err(DecodeError::Field { field: "sdp", .. })),
                "{sdp}"
            );
        }
    }

    #[test]
    fn the_name_must_be_the_labels() {
        let key = PublicKey::from([0; 32]);
        let label = Label::new(SiteName::suggest("shop"), &key);
        let host = |name: &str| ClientMessage::Host {
            label: label.clone(),
            key,
            name: SiteName::suggest(name),
            signature: Signature::from([0; 64]),
            claim: true,
        };
        assert!(ClientMessage::decode(&host("shop").encode()).is_ok());
        assert!(matches!(
            ClientMessage::decode(&host("other").encode()),
            Err(DecodeError::Field { field: "name", .. })
        ));
    }

    #[test]
    fn what_is_no_message_is_refused_briefly() {
        let long = format!(r#"{{"{}":{{}}}}"#, "é".repeat(5000));
        for text in [
            "",
            "{}",
            "[]",
            r#"{"nonsense":{}}"#,
            r#"{"watch":{"label":"WWW"}}"#,
            &long,
        ] {
            let Err(DecodeError::Json(problem)) = ClientMessage::decode(text) else {
                panic!("{text}")
            };
            assert!(problem.len() <= 200);
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,200}") {
            let _ = ClientMessage::decode(&text);
        }
    }
}
