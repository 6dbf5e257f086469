//! What can go wrong between peers, and how a person is told.

/// A failure of a connection or of a request over it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The browser refused a call; ends the peer.
    #[error("the browser refused: {0}")]
    Browser(String),
    /// The rendezvous cannot be reached; tried again.
    #[error("the rendezvous at {0} cannot be reached")]
    RendezvousUnreachable(String),
    /// No host of this label is connected to the rendezvous; tried again.
    #[error("the host is not online")]
    HostOffline,
    /// The host answered that it will not serve.
    #[error("the host refused: {0}")]
    Refused(String),
    /// The host has no room now; tried again.
    #[error("the host is busy: {0}")]
    Busy(String),
    /// The peer could not prove that it is the site's host. Never tried again by itself.
    #[error("the host could not be verified: {0}")]
    Unverified(String),
    /// No direct path was found in time.
    #[error("no connection to the host could be made in {0} seconds")]
    TimedOut(u32),
    /// The channel closed or fell silent.
    #[error("the connection to the host was lost")]
    Lost,
    /// The peer broke the protocol; ends the peer.
    #[error("the peer broke the protocol: {0}")]
    Protocol(String),
    /// The other side gave up this request.
    #[error("the request was given up by the other side: {0}")]
    Reset(String),
    /// This browser lacks something that is needed.
    #[error("this browser has no {0}")]
    Unsupported(&'static str),
}

impl From<wasm_bindgen::JsValue> for Error {
    fn from(value: wasm_bindgen::JsValue) -> Self {
        Self::Browser(webextension_api::text_of(&value))
    }
}

impl From<wire::Error> for Error {
    fn from(error: wire::Error) -> Self {
        Self::Protocol(error.to_string())
    }
}

impl Error {
    /// May another attempt succeed without anybody doing something?
    pub fn is_passing(&self) -> bool {
        !matches!(
            self,
            Self::Unverified(_) | Self::Refused(_) | Self::Unsupported(_)
        )
    }
}
