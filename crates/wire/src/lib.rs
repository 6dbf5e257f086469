//! HTTP over multiplexed streams over one byte channel, sans-IO.
//!
//! One request is one stream: a head, then body bytes, then a half-close, both ways; either side may reset
//! a stream at any moment. [`Connection`] takes bytes that arrived ([`Connection::receive`]), gives events
//! ([`Connection::poll_event`]) and gives bytes to send ([`Connection::poll_transmit`]). It must not know
//! what carries the bytes, what time it is, or what a page or a site is: no browser type, no runtime, no
//! clock.
//!
//! The channel is reliable and ordered (a WebRTC data channel). Its messages are arbitrary chunks of one
//! byte stream: the decoder accepts any splitting.
//!
//! # How to drive it
//!
//! After every call that may change something (`receive`, `open`, `send_data`, `consumed`, `poll_transmit`
//! …) take events until [`Connection::poll_event`] gives `None` and, while the channel has room, send what
//! [`Connection::poll_transmit`] gives. An error of class [`Ends::Peer`] means: drop the channel. When the
//! channel closes, every stream that has not ended is lost: nothing completes by itself.
//!
//! # The protocol, version 1
//!
//! All numbers are big-endian. Each side's first bytes are its hello:
//!
//! ```text
//! magic "PeerWire" | min version u16 | max version u16 | n u16 | n bytes of limits
//! limits: stream window u32 | concurrent streams u32 | largest head u32 | connection window u32
//!         | (ignored: later additions)
//! ```
//!
//! The version in use is the largest that both know. Of each limit the smaller of the two holds, for both
//! sides; but the connection window is the receiver's own. Until the peer's hello is there, a sender keeps to
//! [`INITIAL_WINDOW`], [`INITIAL_CONNECTION_WINDOW`], [`INITIAL_STREAMS`] and [`INITIAL_HEAD`], which every peer
//! accepts, so requests can follow the hello at once.
//!
//! Then frames, each with a header of 8 bytes: `flag` (bit 4) and `kind` (bits 0–3) u8, payload length u24,
//! stream id u32 (0 for frames that concern the connection).
//!
//! | kind | name | payload | flag | sent by |
//! |---|---|---|---|---|
//! | 1 | OPEN | request head | end | visitor |
//! | 2 | HEAD | response head | end | host |
//! | 3 | DATA | body bytes, empty only with the flag | end | both |
//! | 4 | RESET | code u16 | – | both |
//! | 5 | WINDOW | body bytes granted u32 | – | both |
//! | 6 | PING | token u64 | it is the answer | both |
//! | 7 | GOAWAY | reason, UTF-8 | – | both |
//!
//! Request head: method length u8, path length u16, method, path, headers. Response head: status u16,
//! headers. Headers: count u16, then each name length u8, value length u16, name, value.
//!
//! Stream ids grow. Each direction of a stream starts with one window of credit; DATA payload uses it up,
//! WINDOW gives it back as the receiving application takes the bytes. So a slow reader holds back its own
//! stream.
//!
//! The bytes that were sent and not given back, of all streams that are open, are together at most the
//! receiver's connection window: that bounds what a peer can make us hold. A sender that has used it up
//! waits until some of it is given back, or a stream is over. WINDOW says nothing of its own for the
//! connection: what it grants to a stream counts for both.
//!
//! A host that has ended its response and does not want the rest of the request resets the stream
//! (cancelled) behind its end; the response stays whole.

mod config;
mod connection;
mod core;
mod decoder;
mod error;
mod event;
mod frame;
mod head;
mod headers;
mod hello;
mod outbox;
mod receive;
mod stream;
mod stream_id;
mod transmit;

pub use config::{
    Config, INITIAL_CONNECTION_WINDOW, INITIAL_HEAD, INITIAL_STREAMS, INITIAL_WINDOW, Role,
};
pub use connection::Connection;
pub use error::{Ends, Error, HeadFault};
pub use event::{Event, ResetCode};
pub use frame::MAX_FRAME_PAYLOAD;
pub use head::{MAX_HEADERS, MAX_METHOD, MAX_NAME, MAX_PATH, MAX_VALUE, RequestHead, ResponseHead};
pub use headers::Headers;
pub use hello::{MAX_VERSION, MIN_VERSION};
pub use stream_id::StreamId;
