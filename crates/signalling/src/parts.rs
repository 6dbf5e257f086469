//! What messages are made of.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::decode::{DecodeError, at_most, at_most_some, few};
use crate::fields::{Fields, text};
use crate::json::Json;
use crate::{
    MAX_CANDIDATE_BYTES, MAX_CREDENTIAL_BYTES, MAX_ICE_SERVERS, MAX_MID_BYTES, MAX_UFRAG_BYTES,
    MAX_URL_BYTES,
};

/// An ICE candidate, in the exact JSON of `RTCIceCandidateInit` (W3C WebRTC section 4.8.1). An empty
/// `candidate` says that there are no more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Candidate {
    /// The candidate line, without `a=`.
    pub candidate: String,
    /// The media section by its identification tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sdp_mid: Option<String>,
    /// The media section by its place, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sdp_m_line_index: Option<u16>,
    /// The ICE user fragment of the description it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username_fragment: Option<String>,
}

impl Candidate {
    /// Takes what `Deserialize` takes.
    pub(crate) fn read(field: &'static str, value: Json) -> Result<Self, DecodeError> {
        let mut fields = Fields::of(field, value)?;
        Ok(Self {
            candidate: fields.text_or_empty("candidate")?,
            sdp_mid: fields.text_or_none("sdpMid")?,
            sdp_m_line_index: fields.number_or_none("sdpMLineIndex")?,
            username_fragment: fields.text_or_none("usernameFragment")?,
        })
    }

    pub(crate) fn validate(&self) -> Result<(), DecodeError> {
        at_most("candidate", &self.candidate, MAX_CANDIDATE_BYTES)?;
        at_most_some("sdpMid", &self.sdp_mid, MAX_MID_BYTES)?;
        at_most_some("usernameFragment", &self.username_fragment, MAX_UFRAG_BYTES)
    }
}

/// A STUN or TURN server, in the JSON of `RTCIceServer` (W3C WebRTC section 4.2.2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IceServer {
    /// Its addresses: `stun:…`, `turn:…`, `turns:…`.
    pub urls: Vec<String>,
    /// The TURN user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The TURN user's password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

impl IceServer {
    /// Takes what `Deserialize` takes.
    pub(crate) fn read(field: &'static str, value: Json) -> Result<Self, DecodeError> {
        let mut fields = Fields::of(field, value)?;
        Ok(Self {
            urls: fields.list("urls", text)?,
            username: fields.text_or_none("username")?,
            credential: fields.text_or_none("credential")?,
        })
    }

    /// Are its addresses STUN or TURN addresses, and all of it within bounds?
    ///
    /// # Errors
    /// [`DecodeError::Field`] naming what is not.
    pub fn validate(&self) -> Result<(), DecodeError> {
        few("urls", self.urls.len(), MAX_ICE_SERVERS)?;
        for url in &self.urls {
            at_most("urls", url, MAX_URL_BYTES)?;
            let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
            if !["stun", "stuns", "turn", "turns"].contains(&scheme) {
                return Err(DecodeError::Field {
                    field: "urls",
                    problem: "is not a stun:, stuns:, turn: or turns: address".to_owned(),
                });
            }
        }
        at_most_some("username", &self.username, MAX_CREDENTIAL_BYTES)?;
        at_most_some("credential", &self.credential, MAX_CREDENTIAL_BYTES)
    }
}

/// Why an attempt to connect failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FailReason {
    /// No host ever proved this label here.
    UnknownLabel,
    /// The host is known but not connected now.
    HostOffline,
    /// The host does not want this visitor.
    Refused,
    /// The host or the rendezvous has no room now.
    Busy,
    /// The host went away in the middle.
    Gone,
}

impl FromStr for FailReason {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "unknownLabel" => Self::UnknownLabel,
            "hostOffline" => Self::HostOffline,
            "refused" => Self::Refused,
            "busy" => Self::Busy,
            "gone" => Self::Gone,
            _ => return Err("this version does not know it"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn json(value: &serde_json::Value) -> Json {
        serde_json::from_str(&value.to_string()).unwrap()
    }

    #[test]
    fn the_two_ways_to_read_take_the_same() {
        for candidate in [
            json!({}),
            json!({"candidate": "a", "sdpMid": "0", "sdpMLineIndex": 1, "usernameFragment": "b"}),
            json!({"candidate": "a", "sdpMid": null, "sdpMLineIndex": null, "other": [1.5]}),
            json!({"candidate": null}),
            json!({"sdpMLineIndex": -1}),
            json!({"sdpMid": 1}),
        ] {
            let derived = serde_json::from_value::<Candidate>(candidate.clone()).ok();
            assert_eq!(Candidate::read("it", json(&candidate)).ok(), derived);
        }
        for server in [
            json!({"urls": ["stun:a"], "username": "b", "credential": "c"}),
            json!({"urls": [], "username": null}),
            json!({"urls": "stun:a"}),
            json!({"urls": [1]}),
            json!({"username": "b"}),
        ] {
            let derived = serde_json::from_value::<IceServer>(server.clone()).ok();
            assert_eq!(IceServer::read("it", json(&server)).ok(), derived);
        }
        for reason in [
            FailReason::UnknownLabel,
            FailReason::HostOffline,
            FailReason::Refused,
            FailReason::Busy,
            FailReason::Gone,
        ] {
            let value = serde_json::to_value(reason).unwrap();
            assert_eq!(value.as_str().unwrap().parse(), Ok(reason));
        }
        assert!("Gone".parse::<FailReason>().is_err());
    }
}
