//! Listening: from the socket of the system to requests, and back to silence at the end.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time;
use tracing::{debug, warn};

use super::Error;
use super::app::App;
use super::permits::{Permit, Permits};
use super::router;
use super::write_deadline::{Pending, WriteDeadline};

/// The greatest head of a request in bytes: browsers send some 2 KiB, and addresses of 8 KiB at most
/// are followed.
const MAX_HEAD_BYTES: usize = 32 * 1024;

/// What the system may keep of what a connection did not take yet, in bytes. By itself it keeps some MiB: as much
/// would be on its way to a slow host before what comes next, and as much memory go to each who reads nothing.
const SEND_BUFFER_BYTES: u32 = 128 * 1024;

/// Connections that wait to be taken, for each listening socket.
const BACKLOG: u32 = 1024;

/// The pause after the system could not give a connection (as when it is out of file descriptors).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The listening sockets of one rendezvous.
#[derive(Debug)]
pub struct Listeners {
    first: TcpListener,
    /// [::1] beside 127.0.0.1: browsers take either for `localhost`, so no stranger may have it.
    second: Option<TcpListener>,
    /// Where the first listens.
    pub address: SocketAddr,
}

impl Listeners {
    /// Listens at an address, and on [::1] too if it is 127.0.0.1.
    ///
    /// # Errors
    /// [`Error::AddrInUse`] if somebody listens on one of them, else [`Error::Listen`].
    pub async fn bind(address: SocketAddr) -> Result<Self, Error> {
        let fail = |address: SocketAddr| {
            move |source: io::Error| match source.kind() {
                io::ErrorKind::AddrInUse => Error::AddrInUse(address),
                _ => Error::Listen { address, source },
            }
        };
        let first = listen(address).map_err(fail(address))?;
        let bound = first.local_addr().map_err(fail(address))?;
        let second = if bound.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST) {
            let other = SocketAddr::new(Ipv6Addr::LOCALHOST.into(), bound.port());
            match listen(other) {
                Ok(listener) => Some(listener),
                // A free port of one family need not be free in the other.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && address.port() != 0 => {
                    return Err(Error::AddrInUse(other));
                }
                // No IPv6 here.
                Err(error) => {
                    debug!(%error, "not listening on [::1]");
                    None
                }
            }
        } else {
            None
        };
        Ok(Self {
            first,
            second,
            address: bound,
        })
    }

    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        match &self.second {
            None => self.first.accept().await,
            Some(second) => tokio::select! {
                accepted = self.first.accept() => accepted,
                accepted = second.accept() => accepted,
            },
        }
    }

    /// Takes connections until dropped.
    pub async fn serve(&self, app: &Arc<App>) -> Infallible {
        let limits = &app.settings.limits;
        let permits = Permits::new(
            limits.connections_per_address,
            limits.connections_per_loopback,
            limits.connections,
        );
        loop {
            match self.accept().await {
                Ok((stream, peer)) => match permits.acquire(peer.ip().into()) {
                    Some(permit) => drop(tokio::spawn(connection(
                        Arc::clone(app),
                        stream,
                        peer,
                        permit,
                    ))),
                    None => debug!(%peer, "too many connections of one address"),
                },
                Err(error) => {
                    warn!(%error, "a connection could not be taken");
                    time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

/// A listening socket whose connections have a bounded buffer.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // As TcpListener::bind does: else the port is taken for a minute after a restart. Elsewhere it would let
    // another program have the port beside us.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves one connection until it ends, is upgraded, or everything ends.
async fn connection(app: Arc<App>, stream: TcpStream, peer: SocketAddr, _permit: Permit) {
    let Ok(_running) = Arc::clone(&app.running).try_acquire_owned() else {
        return;
    };
    // Signals are small and wanted at once.
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "Nagle's algorithm stays on");
    }
    let limits = &app.settings.limits;
    let serving = Arc::clone(&app);
    let pending = Pending::default();
    let stream = WriteDeadline::new(stream, limits.response_within, pending.clone());
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (app, pending) = (Arc::clone(&serving), pending.clone());
        let request = request.map(Body::new);
        async move { Ok::<_, Infallible>(router::route(app, peer, request, &pending).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_within)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = app.end() => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            time::timeout(limits.shutdown_within, connection)
                .await
                .unwrap_or(Ok(()))
        }
    };
    if let Err(error) = ended {
        debug!(%error, "connection broke");
    }
}
