//! What the extension and the native host say to each other.
//!
//! The extension sends a [`Call`]; the host sends exactly one [`ToExtension::Reply`] with its id, in the
//! order of the calls, and an [`ToExtension::Event`] whenever something changes by itself. The first
//! call is [`Request::Hello`]: until versions are found equal nothing else is done.
//!
//! Unknown fields are ignored by both sides, so a field may be added without a new version.

use serde::{Deserialize, Serialize};

/// The id in a reply to bytes in which no call's id could be read. Calls count from 1.
pub const NO_CALL: u32 = 0;

/// One question of the extension: `{"id":1,"request":"start","port":8890}`.
///
/// To send it from wasm use `serde_wasm_bindgen::Serializer::json_compatible()`: the default one makes
/// a `Map` of a flattened struct, and the browser's JSON of a `Map` is `{}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Chosen by the extension, from 1; the reply carries it.
    pub id: u32,
    /// What is asked.
    #[serde(flatten)]
    pub request: Request,
}

/// What the extension asks of the native host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "request",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Request {
    /// The first call. Answered by [`Reply::Hello`], or by [`Reply::Failed`] with
    /// [`FailReason::VersionMismatch`].
    Hello {
        /// The extension's [`VERSION`](crate::VERSION).
        version: u16,
        /// The extension's own version, for the log.
        extension_version: String,
    },
    /// Run the rendezvous and gateway on loopback, or use the one that another PeerServer runs there.
    /// Answered by [`Reply::Started`]. Asked again with the same port and ICE servers it changes
    /// nothing; with others, the rendezvous is stopped and started anew.
    Start {
        /// The loopback port to listen on, from 1.
        port: u16,
        /// STUN and TURN servers that the rendezvous hands to peers.
        #[serde(default)]
        ice_servers: Vec<IceServer>,
    },
    /// Stop the rendezvous and end the host. Answered by [`Reply::Stopped`], also if none ran; then the
    /// host ends and the browser closes the port. To start again, connect again. The host ends alike
    /// when the extension closes the port or goes away.
    Stop,
    /// How does the rendezvous do? Answered by [`Reply::Status`].
    Status,
}

/// A STUN or TURN server, as in WebRTC's `RTCIceServer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IceServer {
    /// Its addresses, such as `stun:stun.example:3478`.
    pub urls: Vec<String>,
    /// The user name, for TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The password, for TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// A message to the extension:
/// `{"toExtension":"reply","id":1,"reply":{"reply":"stopped"}}` or
/// `{"toExtension":"event","event":{"event":"rendezvousLost","message":"…"}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "toExtension",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum ToExtension {
    /// The answer to a call.
    Reply {
        /// The call's id, or [`NO_CALL`].
        id: u32,
        /// The answer.
        reply: Reply,
    },
    /// Something changed by itself.
    Event {
        /// What.
        event: Event,
    },
}

/// The answer to a [`Request`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "reply",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Reply {
    /// Versions agree.
    Hello {
        /// The host's [`VERSION`](crate::VERSION).
        version: u16,
        /// The host's own version.
        app_version: String,
        /// Where the extension posts when it is unloaded in order, which over native messaging looks like a crash.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        close_notice: Option<String>,
    },
    /// The rendezvous answers.
    Started {
        /// The gateway's address without a slash at its end, such as `http://localhost:8890`.
        gateway: String,
        /// The port it listens on.
        port: u16,
        /// Is it another PeerServer's?
        shared: bool,
    },
    /// No rendezvous runs any more in this host, and it ends. Nothing follows.
    Stopped,
    /// How the rendezvous does.
    Status {
        /// Its standing.
        standing: Standing,
    },
    /// What was asked could not be done.
    Failed {
        /// The class, to act upon.
        reason: FailReason,
        /// What went wrong and what to do: a plain sentence for a person.
        message: String,
    },
}

/// How the rendezvous does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Standing {
    /// Not asked for.
    #[default]
    Off,
    /// It answers.
    Running {
        /// The gateway's address, as in [`Reply::Started`].
        gateway: String,
        /// The port it listens on.
        port: u16,
        /// Is it another PeerServer's?
        shared: bool,
    },
    /// It was lost, and is tried again until it is up or [`Request::Stop`] is asked.
    Lost {
        /// The port it shall listen on.
        port: u16,
        /// Why, for a person.
        message: String,
    },
}

/// Why a request was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FailReason {
    /// Something that is not PeerServer listens on the port.
    PortTaken,
    /// The extension and the native host speak different versions: one must be updated.
    VersionMismatch,
    /// The message was not understood, or came out of order.
    BadRequest,
    /// The host's own trouble, such as a data folder that cannot be written.
    Internal,
}

/// Something that changed by itself, after [`Reply::Started`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "event",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Event {
    /// The rendezvous no longer answers. It is tried again; [`Event::RendezvousUp`] follows when it
    /// is back.
    RendezvousLost {
        /// Why, for a person.
        message: String,
    },
    /// The rendezvous answers (again), perhaps run by somebody else than before.
    RendezvousUp {
        /// The gateway's address, as in [`Reply::Started`].
        gateway: String,
        /// Is it another PeerServer's?
        shared: bool,
    },
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    /// Asserts that `message` is written as `wire` and read back from it.
    fn same<T>(message: T, wire: serde_json::Value)
    where
        T: Serialize + for<'a> Deserialize<'a> + PartialEq + std::fmt::Debug,
    {
        assert_eq!(to_value(&message).unwrap(), wire);
        assert_eq!(from_value::<T>(wire).unwrap(), message);
    }

    #[test]
    fn calls_are_flat_objects() {
        same(
            Call {
                id: 1,
                request: Request::Hello {
                    version: 1,
                    extension_version: "0.1.0".into(),
                },
            },
            json!({"id": 1, "request": "hello", "version": 1, "extensionVersion": "0.1.0"}),
        );
        same(
            Call {
                id: 2,
                request: Request::Stop,
            },
            json!({"id": 2, "request": "stop"}),
        );
        same(
            Call {
                id: 3,
                request: Request::Status,
            },
            json!({"id": 3, "request": "status"}),
        );
        let turn = IceServer {
            urls: vec!["turn:t.example".into()],
            username: Some("u".into()),
            credential: Some("c".into()),
        };
        same(
            Call {
                id: 4,
                request: Request::Start {
                    port: 8890,
                    ice_servers: vec![turn],
                },
            },
            json!({"id": 4, "request": "start", "port": 8890, "iceServers": [
                {"urls": ["turn:t.example"], "username": "u", "credential": "c"}]}),
        );
    }

    #[test]
    fn ice_servers_may_be_left_out_and_unknown_fields_are_ignored() {
        let call: Call =
            from_value(json!({"id": 4, "request": "start", "port": 1, "new": true})).unwrap();
        assert_eq!(
            call.request,
            Request::Start {
                port: 1,
                ice_servers: Vec::new()
            }
        );
    }

    #[test]
    fn a_port_beyond_16_bits_and_an_unknown_request_are_refused() {
        assert!(from_value::<Call>(json!({"id": 1, "request": "start", "port": 65536})).is_err());
        assert!(from_value::<Call>(json!({"id": 1, "request": "dance"})).is_err());
        assert!(from_value::<Call>(json!({"request": "stop"})).is_err());
        assert!(from_value::<Call>(json!({"id": -1, "request": "stop"})).is_err());
    }

    #[test]
    fn replies_and_events_name_themselves() {
        same(
            ToExtension::Reply {
                id: 4,
                reply: Reply::Started {
                    gateway: "http://localhost:8890".into(),
                    port: 8890,
                    shared: true,
                },
            },
            json!({"toExtension": "reply", "id": 4, "reply":
                {"reply": "started", "gateway": "http://localhost:8890", "port": 8890, "shared": true}}),
        );
        same(
            ToExtension::Reply {
                id: 5,
                reply: Reply::Failed {
                    reason: FailReason::PortTaken,
                    message: "m".into(),
                },
            },
            json!({"toExtension": "reply", "id": 5, "reply":
                {"reply": "failed", "reason": "portTaken", "message": "m"}}),
        );
        same(
            ToExtension::Reply {
                id: 6,
                reply: Reply::Status {
                    standing: Standing::Lost {
                        port: 1,
                        message: "m".into(),
                    },
                },
            },
            json!({"toExtension": "reply", "id": 6, "reply":
                {"reply": "status", "standing": {"is": "lost", "port": 1, "message": "m"}}}),
        );
        same(
            ToExtension::Event {
                event: Event::RendezvousUp {
                    gateway: "http://localhost:1".into(),
                    shared: false,
                },
            },
            json!({"toExtension": "event", "event":
                {"event": "rendezvousUp", "gateway": "http://localhost:1", "shared": false}}),
        );
    }
}
