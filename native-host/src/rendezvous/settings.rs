//! What a rendezvous is told when it starts, and the bounds it keeps.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use signalling::IceServer;

use super::Assets;

/// What a rendezvous is told when it starts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen; port 0 takes any free one. On 127.0.0.1 the same port of [::1] is taken too.
    pub listen: SocketAddr,
    /// The gateway's public URL, such as `https://peers.example`; `None`: `http://localhost:<port>`.
    pub public_url: Option<String>,
    /// The STUN and TURN servers that peers are told to use.
    pub ice_servers: Vec<IceServer>,
    /// Where claims of bare names are kept; `None`: until the end of the process.
    pub state_file: Option<PathBuf>,
    /// The ids of our extension in browsers of the Chromium family; a store may give it another.
    pub extension_ids: Vec<String>,
    /// Connections from loopback come from a reverse proxy whose last `X-Forwarded-For` is the client.
    pub trusted_proxy: bool,
    /// The bounds.
    pub limits: Limits,
    /// The gateway's files.
    pub assets: Assets,
}

impl Settings {
    /// The defaults: a gateway on this machine, the embedded files, no ICE servers, nothing kept.
    pub fn new(listen: SocketAddr) -> Self {
        Self {
            listen,
            public_url: None,
            ice_servers: Vec::new(),
            state_file: None,
            extension_ids: vec![env!("PEERSERVER_EXTENSION_ID").to_owned()],
            trusted_proxy: false,
            limits: Limits::default(),
            assets: Assets::embedded(),
        }
    }
}

/// The bounds that keep one peer, or one address, from taking what belongs to all.
#[derive(Debug, Clone)]
pub struct Limits {
    /// TCP connections in all: within the usual 1024 to 4096 file descriptors of a process.
    pub connections: usize,
    /// TCP connections of one address (one /64 of IPv6): a browser opens six to each of several origins.
    pub connections_per_address: usize,
    /// The same for loopback, where every tab, test and proxied client is one address.
    pub connections_per_loopback: usize,
    /// Signalling sockets of one address: a household or office behind one router.
    pub sockets_per_address: usize,
    /// The same for loopback.
    pub sockets_per_loopback: usize,
    /// Labels hosted by one socket: a browser's sites.
    pub hosts_per_socket: usize,
    /// Attempts to connect that a visitor has under way at once: one a site, and retries.
    pub attempts_per_visitor: usize,
    /// Attempts that one host has under way at once: a rush of visitors.
    pub attempts_per_host: usize,
    /// Candidates of one side of an attempt: a machine with many addresses has some dozens.
    pub candidates_per_side: usize,
    /// Labels that one socket watches for.
    pub watches_per_socket: usize,
    /// Bare names of one key: a site that was renamed a few times.
    pub names_per_key: usize,
    /// Bare names in all: some 100 bytes each in memory and in the state file.
    pub names: usize,
    /// New bare names that one address may claim in an hour; loopback has no such bound.
    pub names_per_hour: u32,
    /// Frames a second that a socket may send on average: an attempt takes some 15 in its first second.
    pub frames_per_second: u32,
    /// Frames that a socket may send at once.
    pub frames_at_once: u32,
    /// Bytes queued for one socket: sixteen of the greatest messages. A slower socket is dropped.
    pub queued_bytes: usize,
    /// Messages queued for one socket.
    pub queued_messages: usize,
    /// How often a socket is pinged; it is dead after two that went unanswered.
    pub ping_every: Duration,
    /// How long one frame may take to be written before the socket counts as dead.
    pub write_within: Duration,
    /// How long a socket may take to say hello.
    pub hello_within: Duration,
    /// How long a request's head may take to arrive.
    pub head_within: Duration,
    /// How long a host may take to answer an offer.
    pub answer_within: Duration,
    /// How long an answered attempt may still signal: ICE gives up after some 30 s.
    pub attempt_lifetime: Duration,
    /// How long a shutdown waits for peers to take note of it.
    pub shutdown_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4000,
            connections_per_address: 64,
            connections_per_loopback: 2000,
            sockets_per_address: 16,
            sockets_per_loopback: 1000,
            hosts_per_socket: 256,
            attempts_per_visitor: 32,
            attempts_per_host: 512,
            candidates_per_side: 64,
            watches_per_socket: 64,
            names_per_key: 8,
            names: 100_000,
            names_per_hour: 20,
            frames_per_second: 100,
            frames_at_once: 1000,
            queued_bytes: 16 * signalling::MAX_MESSAGE_BYTES,
            queued_messages: 1024,
            ping_every: Duration::from_secs(20),
            write_within: Duration::from_secs(10),
            hello_within: Duration::from_secs(10),
            head_within: Duration::from_secs(15),
            answer_within: Duration::from_secs(20),
            attempt_lifetime: Duration::from_secs(90),
            shutdown_within: Duration::from_secs(5),
        }
    }
}
