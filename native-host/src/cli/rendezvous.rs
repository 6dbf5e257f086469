//! `peerserver rendezvous`: runs a rendezvous and its gateway in the foreground.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use signalling::IceServer;

use crate::extension::ExtensionId;
use crate::log::{self, LogFormat};
use crate::rendezvous::{self, Settings};
use crate::{Error, folders, signals};

/// How to run it.
#[derive(Debug, Args)]
pub struct Options {
    /// Listen on this address
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8890")]
    listen: SocketAddr,
    /// The address under which browsers reach it, such as https://peer.example
    /// [default: http://localhost:PORT]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// A STUN or TURN server for the peers; may be repeated
    #[arg(long = "ice-server", value_name = "URL[,username=U,credential=C]", value_parser = ice_server)]
    ice_servers: Vec<IceServer>,
    /// Keep the claimed names in this file [default: in PeerServer's data folder]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Connections from this machine come from a reverse proxy: believe its X-Forwarded-For
    #[arg(long)]
    trusted_proxy: bool,
    /// Let the extension with this id host and visit here too, if a store gave it another than the built-in one; may
    /// be repeated
    #[arg(long = "extension-id", value_name = "ID", value_parser = ExtensionId::parse)]
    extension_ids: Vec<ExtensionId>,
    /// How the log on stderr looks
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    log_format: LogFormat,
}

/// Runs until a signal to end.
///
/// # Errors
/// [`Error`] if it cannot start, or ends otherwise.
pub fn run(options: Options) -> Result<(), Error> {
    let Options {
        listen,
        public_url,
        ice_servers,
        state,
        trusted_proxy,
        extension_ids,
        log_format,
    } = options;
    log::start(log_format);
    let state = match state {
        Some(file) => file,
        None => folders::claims_file(listen.port())?,
    };
    let runtime = tokio::runtime::Runtime::new().map_err(|source| Error::System {
        action: "start the runtime",
        source,
    })?;
    runtime.block_on(async {
        let mut settings = Settings::new(listen);
        settings.public_url = public_url;
        settings.ice_servers = ice_servers;
        settings.state_file = Some(state);
        settings.trusted_proxy = trusted_proxy;
        let further = extension_ids.iter().map(ExtensionId::to_string);
        settings.extension_ids.extend(further);
        let rendezvous = rendezvous::bind(settings).await?;
        super::print::print(format_args!(
            "PeerServer's rendezvous and gateway: {}",
            rendezvous.url()
        ));
        let end = async {
            let signal = signals::end().await;
            tracing::info!(signal, "ending");
        };
        rendezvous.run(end).await?;
        Ok(())
    })
}

/// Reads `URL[,username=U,credential=C]`. A comma in a password cannot be written; TURN's are made up by
/// its operator.
fn ice_server(text: &str) -> Result<IceServer, String> {
    let mut parts = text.split(',');
    let url = parts.next().unwrap_or_default().to_owned();
    let mut server = IceServer {
        urls: vec![url],
        ..IceServer::default()
    };
    for part in parts {
        match part.split_once('=') {
            Some(("username", value)) => server.username = Some(value.to_owned()),
            Some(("credential", value)) => server.credential = Some(value.to_owned()),
            _ => return Err(format!("{part:?} is neither username=… nor credential=…")),
        }
    }
    server.validate().map_err(|problem| problem.to_string())?;
    let [url] = server.urls.as_slice() else {
        return Err("one address is needed".to_owned());
    };
    let turn = url.starts_with("turn:") || url.starts_with("turns:");
    match (turn, &server.username, &server.credential) {
        (true, None, _) | (true, _, None) => {
            Err("a TURN server needs username=… and credential=…".to_owned())
        }
        _ => Ok(server),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ice_servers_are_read() {
        let stun = ice_server("stun:stun.example:3478").unwrap();
        assert_eq!(
            (stun.urls, stun.username),
            (vec!["stun:stun.example:3478".to_owned()], None)
        );
        let turn = ice_server("turn:t.example?transport=tcp,username=u,credential=a=b").unwrap();
        assert_eq!(
            (turn.username.as_deref(), turn.credential.as_deref()),
            (Some("u"), Some("a=b"))
        );
        for bad in [
            "",
            "http://x",
            "stun:s,user=u",
            "turn:t",
            "turn:t,username=u",
        ] {
            assert!(ice_server(bad).is_err(), "{bad:?}");
        }
    }
}
