//! What a stranger sends to be connected, read strictly: session descriptions (RFC 8866, as JSEP, RFC 9429, has
//! them for data channels), ICE candidates (RFC 8839), and the addresses of ICE servers (RFC 7064, RFC 7065).
//!
//! A browser takes far more of these than a data channel needs: media that it would decode, TCP connections,
//! addresses of the network that it is in. So what arrives is read into types that hold only what is needed, and
//! what a browser is given is written anew from them. This crate must not know browsers, signalling messages or
//! who may connect; it does not resolve names.

mod address;
mod candidate;
mod description;
mod ice_server;

pub use address::{Place, is_private, network_of};
pub use candidate::Candidate;
pub use description::Description;
pub use ice_server::is_ice_server;

/// Why something is not used: a plain sentence. Ends the attempt to connect, or the candidate alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(&'static str);

/// Letters and digits, `+` and `/`: the characters of ICE's own words (RFC 8839 section 5.1).
fn is_ice_text(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}
