//! Native messaging: framing and messages between the extension and the native host.
//!
//! A browser starts the native host and talks to it over stdin and stdout. Each message is UTF-8 JSON
//! behind its length ([`Decoder`], [`encode`]); what is said stands in [`Call`] and [`ToExtension`].
//! The extension never sees the framing: `connectNative` gives it objects, so it needs the types alone.
//!
//! This crate must not know pipes, processes, a runtime or a browser: bytes go in, messages come out.
//!
//! Source: <https://developer.chrome.com/docs/extensions/develop/concepts/native-messaging>.

mod error;
mod frame;
mod message;

pub use error::Error;
pub use frame::{Decoder, HEADER, MAX_FROM_BROWSER, MAX_TO_BROWSER, encode};
pub use message::{
    Call, Event, FailReason, IceServer, NO_CALL, Reply, Request, Standing, ToExtension,
};

/// The native host's name: what the extension passes to `connectNative`, and the name of the manifest
/// that registers the host with a browser (`com.peerserver.host.json`).
pub const NAME: &str = "com.peerserver.host";

/// The version of these messages. Both sides say theirs in `Hello`; they must be equal, as the
/// extension and the native host may have been updated at different times.
pub const VERSION: u16 = 1;
