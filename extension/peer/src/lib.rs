//! WebRTC, signalling and the wire: what the network document and the shell share.
//!
//! Hosts and visitors meet here: [`signal`] talks to a rendezvous, [`rtc`] makes connections,
//! [`channel`] carries HTTP over them; [`connect`] and [`visit`] are the visitor's side, [`link`] and
//! [`bridge`] tie it to a site worker; [`host`] is the host's side; [`strict`] reads what strangers send to be connected. This crate must not know IndexedDB,
//! the site engine or the WebExtensions API.

pub mod bridge;
pub mod channel;
pub mod connect;
pub mod crypto;
mod error;
pub mod fetch;
pub mod host;
mod jar;
pub mod link;
mod listener;
mod liveness;
pub mod rtc;
pub mod signal;
pub mod strict;
pub mod visit;

pub use error::Error;
pub use listener::Listener;
