//! What a rendezvous is told when it starts, and the bounds it keeps.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use signalling::IceServer;

use super::Assets;

/// What a rendezvous is told when it starts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen; port 0 takes any free one. On 127.0.0.1 the same port of `[::1]` is taken too.
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

/// How often something may be done, in tokens whose unit is told where the rate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Tokens at once.
    pub at_once: u32,
    /// Tokens a second, on average.
    pub per_second: u32,
}

/// The bounds that keep one peer, or one address, from taking what belongs to all.
///
/// What is said of an address is an IPv4 address' or a /64's of IPv6; a wider network of IPv6 has some times as
/// much, and half of all at most (`address`).
#[derive(Debug, Clone)]
pub struct Limits {
    /// TCP connections that speak HTTP, in all. With the sockets they are file descriptors: within the 4096 that a
    /// service usually gets.
    pub connections: usize,
    /// TCP connections of one address.
    pub connections_per_address: usize,
    /// The same for loopback, where every tab, test and proxied client is one address.
    pub connections_per_loopback: usize,
    /// Signalling sockets in all.
    pub sockets: usize,
    /// Signalling sockets of one address: a household or office behind one router.
    pub sockets_per_address: usize,
    /// The same for loopback.
    pub sockets_per_loopback: usize,
    /// Labels with a host in all: some 300 bytes each.
    pub hosts: usize,
    /// Labels hosted from one address.
    pub hosts_per_address: usize,
    /// The same for loopback.
    pub hosts_per_loopback: usize,
    /// Labels hosted by one socket: a browser's sites.
    pub hosts_per_socket: usize,
    /// Attempts to connect under way in all: 10 KiB each at worst, with candidates that wait for an answer.
    pub attempts: usize,
    /// Attempts that one address' visitors have under way.
    pub attempts_per_address: usize,
    /// The same for loopback.
    pub attempts_per_loopback: usize,
    /// Attempts to connect that a visitor has under way at once: one a site, and retries.
    pub attempts_per_visitor: usize,
    /// Attempts that one host has under way at once: a rush of visitors.
    pub attempts_per_host: usize,
    /// Attempts that one host has under way with visitors of one address: an eighth, some thirty a second if each
    /// takes two.
    pub attempts_per_host_and_address: usize,
    /// The same for loopback.
    pub attempts_per_host_and_loopback: usize,
    /// Bytes that the visitors of one address make pass to hosts: offers, of which one counts 4 KiB at least, and
    /// candidates. An office that opens a hundred sites at once; then four attempts a second.
    pub relayed: Rate,
    /// Candidates of one side of an attempt: a machine with many addresses has some dozens.
    pub candidates_per_side: usize,
    /// Labels that one socket watches for.
    pub watches_per_socket: usize,
    /// Bare names of one key: a site that was renamed a few times.
    pub names_per_key: usize,
    /// Bare names in all: some 100 bytes each in memory and in the state file.
    pub names: usize,
    /// New bare names that one address may claim in a day, and as many at once; loopback has no such bound.
    pub names_per_day: u32,
    /// Questions for names of one address: the popup asks while its owner types.
    pub questions: Rate,
    /// Proofs of labels of one address: a browser proves all its sites when it comes back. One takes 0.1 ms.
    pub proofs: Rate,
    /// Frames a second that a socket may send on average: an attempt takes some 15 in its first second.
    pub frames_per_second: u32,
    /// Frames that a socket may send at once.
    pub frames_at_once: u32,
    /// Bytes queued for one socket: sixteen of the greatest messages. What others cause takes half of it at most.
    pub queued_bytes: usize,
    /// How often a socket is pinged; it is dead after two that went unanswered.
    pub ping_every: Duration,
    /// How long one frame may take to be written before the socket counts as dead.
    pub write_within: Duration,
    /// How long a socket may take to say hello.
    pub hello_within: Duration,
    /// How long a request's head may take to arrive.
    pub head_within: Duration,
    /// How long an answer may take to be written: the greatest file over 100 kbit/s.
    pub response_within: Duration,
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
            connections: 1500,
            connections_per_address: 64,
            connections_per_loopback: 1000,
            sockets: 2500,
            sockets_per_address: 16,
            sockets_per_loopback: 1000,
            hosts: 100_000,
            hosts_per_address: 2048,
            hosts_per_loopback: 20_000,
            hosts_per_socket: 256,
            attempts: 16_384,
            attempts_per_address: 256,
            attempts_per_loopback: 4096,
            attempts_per_visitor: 32,
            attempts_per_host: 512,
            attempts_per_host_and_address: 64,
            attempts_per_host_and_loopback: 256,
            relayed: Rate {
                at_once: 512 * 1024,
                per_second: 16 * 1024,
            },
            candidates_per_side: 64,
            watches_per_socket: 64,
            names_per_key: 8,
            names: 100_000,
            names_per_day: 20,
            questions: Rate {
                at_once: 60,
                per_second: 2,
            },
            proofs: Rate {
                at_once: 1024,
                per_second: 16,
            },
            frames_per_second: 100,
            frames_at_once: 1000,
            queued_bytes: 16 * signalling::MAX_MESSAGE_BYTES,
            ping_every: Duration::from_secs(20),
            write_within: Duration::from_secs(10),
            hello_within: Duration::from_secs(10),
            head_within: Duration::from_secs(15),
            response_within: Duration::from_secs(60),
            answer_within: Duration::from_secs(20),
            attempt_lifetime: Duration::from_secs(90),
            shutdown_within: Duration::from_secs(5),
        }
    }
}
