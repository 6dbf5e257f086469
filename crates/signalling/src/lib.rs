//! What peers and the rendezvous say to each other: JSON, one message a WebSocket text frame, at the
//! path [`PATH`] with the subprotocol [`SUBPROTOCOL`].
//!
//! The life of a socket: the client says [`ClientMessage::Hello`], the rendezvous answers
//! [`ServerMessage::Welcome`] with a fresh challenge; from then on a socket may host labels, connect to
//! them and watch for them, all at once. Every signal of one connection carries its attempt's id.
//!
//! A message is an object of one member, its type: `{"hello":{"version":1}}`. (An inner tag reads nicer, but
//! makes serde buffer every message, which costs the shell 20 KB compressed.)
//!
//! Types and limits only: this crate must not know sockets, clocks, browsers or WebRTC. Keys, labels,
//! ids and signatures are checked in form as they are read; lengths by [`ClientMessage::decode`] and
//! [`ServerMessage::decode`].

mod client;
mod decode;
mod fields;
mod json;
mod network;
mod parts;
mod server;

pub use client::ClientMessage;
pub use decode::DecodeError;
pub use network::NetworkId;
pub use parts::{Candidate, FailReason, IceServer};
pub use server::ServerMessage;

/// The version of these messages. The rendezvous refuses any other in [`ClientMessage::Hello`].
pub const VERSION: u16 = 1;

/// The greatest message in bytes of UTF-8: a session description with many candidates is some 8 KiB.
pub const MAX_MESSAGE_BYTES: usize = 64 * 1024;

/// The greatest session description in bytes; leaves room for JSON's escapes in a message.
pub const MAX_SDP_BYTES: usize = 32 * 1024;

/// The greatest ICE candidate line in bytes; real ones are some 150.
pub const MAX_CANDIDATE_BYTES: usize = 1024;

/// The greatest identification tag of a media section (`sdpMid`) in bytes; browsers use a digit.
pub const MAX_MID_BYTES: usize = 64;

/// The greatest ICE user fragment in bytes (RFC 8839 section 5.4).
pub const MAX_UFRAG_BYTES: usize = 256;

/// The greatest sentence for a person in bytes.
pub const MAX_TEXT_BYTES: usize = 1024;

/// The greatest address (gateway, link, ICE server) in bytes.
pub const MAX_URL_BYTES: usize = 2048;

/// The greatest ICE user name or credential in bytes (a user name is below 513, RFC 5389 section 15.3).
pub const MAX_CREDENTIAL_BYTES: usize = 512;

/// The most ICE servers in a welcome, and the most addresses of one; browsers warn above five.
pub const MAX_ICE_SERVERS: usize = 16;

/// The path of the WebSocket on a rendezvous.
pub const PATH: &str = "/signal";

/// The WebSocket subprotocol (RFC 6455 section 1.9).
pub const SUBPROTOCOL: &str = "peerserver.v1";
