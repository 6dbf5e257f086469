//! What `/healthz` says.

use serde::{Deserialize, Serialize};

use super::app::App;

/// The JSON of `/healthz`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// [`Health::SERVER`]: tells a rendezvous from a stranger on the same port.
    pub server: String,
    /// The version of the program.
    pub version: String,
    /// Random, another after every start.
    pub instance: String,
    /// Labels with a host now.
    pub hosts: usize,
    /// The gateway's public URL, such as `http://localhost:8890`.
    pub gateway: String,
}

impl Health {
    /// What every rendezvous calls itself.
    pub const SERVER: &str = "peerserver";

    /// How a rendezvous is now.
    pub(super) fn of(app: &App) -> Self {
        Self {
            server: Self::SERVER.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            instance: app.instance.clone(),
            hosts: app.directory().hosts(),
            gateway: app.origins.public().origin().to_owned(),
        }
    }
}
