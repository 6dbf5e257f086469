//! What hosting needs of others: signatures, and answers to requests.
//!
//! It must not know how hosting goes.

use futures_util::future::LocalBoxFuture;
use identity::{AttemptId, Challenge, DtlsFingerprint, Signature, SiteName};

use crate::{Error, channel::Incoming};

/// What the host needs of others.
pub trait Backend {
    /// Sign "I host `name` at `gateway`" with the site's key.
    fn sign_host<'a>(
        &'a self,
        site: &'a str,
        gateway: &'a str,
        challenge: &'a Challenge,
        name: &'a SiteName,
    ) -> LocalBoxFuture<'a, Result<Signature, Error>>;

    /// Sign "this DTLS channel ends at me" with the site's key.
    fn sign_channel<'a>(
        &'a self,
        site: &'a str,
        attempt: &'a AttemptId,
        host: &'a DtlsFingerprint,
        visitor: &'a DtlsFingerprint,
    ) -> LocalBoxFuture<'a, Result<Signature, Error>>;

    /// Answer a visitor's request for `site`; returns when the answer has been sent.
    fn answer<'a>(
        &'a self,
        site: &'a str,
        visitor: &'a Visitor,
        incoming: Incoming,
    ) -> LocalBoxFuture<'a, ()>;

    /// Something of [`super::Host::standing`] changed.
    fn changed(&self);
}

/// Who asks: one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// Opaque; another one for every connection, made here.
    pub id: String,
    /// Opaque; the same for all who come from one network, as far as that is known. Only to be counted by.
    pub network: String,
    /// How it goes: `direct`, or `relay` over a TURN server.
    pub transport: &'static str,
}
