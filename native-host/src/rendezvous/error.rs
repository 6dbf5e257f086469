//! What can go wrong with a rendezvous. Each ends its host process or keeps it from starting; what ends
//! a request or a peer is answered where it happens.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why a rendezvous cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Somebody listens there already: perhaps another rendezvous (see `/healthz`).
    #[error("{0} is already in use; choose another port, or end the program that uses it")]
    AddrInUse(SocketAddr),
    /// The system does not let us listen there.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// The public URL cannot be a gateway's.
    #[error("{url:?} cannot be the public URL: {problem}")]
    PublicUrl {
        /// What was given.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// An ICE server is malformed.
    #[error("an ICE server is not usable: {0}")]
    IceServer(#[from] signalling::DecodeError),
    /// The file of claims is there but cannot be read, or is broken and cannot be put aside. Starting
    /// without it would give names away.
    #[error("the claims of names in {} cannot be read: {problem}", path.display())]
    StateFile {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}
