//! Who a site is: its name, its key, the label that binds the two, and what its host signs.
//!
//! Everything here is a pure function of its arguments. This crate must not know browsers, sockets,
//! storage, clocks or randomness: callers bring random bytes and signatures.

mod attempt;
mod channel;
mod error;
mod fold;
mod key;
mod label;
mod name;
mod statement;
mod text;
#[cfg(feature = "verify")]
mod verify;

pub use attempt::AttemptId;
pub use channel::DtlsFingerprint;
pub use error::{Error, NameError};
pub use key::{Challenge, Fingerprint, PublicKey, Signature};
pub use label::Label;
pub use name::SiteName;
pub use statement::{bundle_statement, channel_statement, host_statement};
#[cfg(feature = "verify")]
pub use verify::verify;
