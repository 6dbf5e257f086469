//! The first bytes of each side: magic, versions and limits. It must not know streams.

use crate::config::{
    Config, INITIAL_CONNECTION_WINDOW, INITIAL_HEAD, INITIAL_STREAMS, INITIAL_WINDOW,
};
use crate::error::Error;

/// Oldest protocol version known here.
pub const MIN_VERSION: u16 = 1;
/// Newest protocol version known here.
pub const MAX_VERSION: u16 = 1;

/// What every hello begins with, whatever the version.
pub(crate) const MAGIC: &[u8; 8] = b"PeerWire";
/// Bytes up to and including the length of the limits.
pub(crate) const FIXED: usize = 14;
/// Bytes of the limits known to version 1.
const LIMITS: usize = 16;
/// Most bytes of limits that are taken, in order to leave room for later additions.
const MAX_LIMITS: usize = 256;

/// What both sides keep to: of each limit the smaller one, but of the connection's window the peer's, which
/// bounds what we send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) window: u32,
    pub(crate) streams: usize,
    pub(crate) head: usize,
    pub(crate) connection: u32,
}

impl Limits {
    /// What every peer allows; holds until its hello is known.
    pub(crate) const INITIAL: Limits = Limits {
        window: INITIAL_WINDOW,
        streams: INITIAL_STREAMS,
        head: INITIAL_HEAD,
        connection: INITIAL_CONNECTION_WINDOW,
    };
}

/// A peer's hello.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) min_version: u16,
    pub(crate) max_version: u16,
    pub(crate) limits: Limits,
}

impl Hello {
    /// Our own hello.
    pub(crate) fn new(config: &Config) -> Self {
        let limits = Limits {
            window: config.stream_window,
            streams: config.max_streams,
            head: config.max_head,
            connection: config.connection_window,
        };
        Hello {
            min_version: MIN_VERSION,
            max_version: MAX_VERSION,
            limits,
        }
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(FIXED + LIMITS);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&self.min_version.to_be_bytes());
        out.extend_from_slice(&self.max_version.to_be_bytes());
        out.extend_from_slice(&(LIMITS as u16).to_be_bytes());
        out.extend_from_slice(&self.limits.window.to_be_bytes());
        out.extend_from_slice(&(self.limits.streams as u32).to_be_bytes());
        out.extend_from_slice(&(self.limits.head as u32).to_be_bytes());
        out.extend_from_slice(&self.limits.connection.to_be_bytes());
        out
    }

    /// Bytes still missing after `have`, 0 when the hello is whole. Fails as soon as it cannot be one.
    pub(crate) fn missing(have: &[u8]) -> Result<usize, Error> {
        if have.iter().zip(MAGIC).any(|(a, b)| a != b) {
            return Err(Error::Magic);
        }
        let Some((fixed, rest)) = have.split_first_chunk::<FIXED>() else {
            return Ok(FIXED.saturating_sub(have.len()));
        };
        let [.., a, b] = *fixed;
        let limits = usize::from(u16::from_be_bytes([a, b]));
        if limits > MAX_LIMITS {
            return Err(Error::Protocol("a hello with too many limits"));
        }
        Ok(limits.saturating_sub(rest.len()))
    }

    /// Reads a whole hello.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let broken = Error::Protocol("a broken hello");
        let Some(([_, _, _, _, _, _, _, _, a, b, c, d, _, _], rest)) =
            bytes.split_first_chunk::<FIXED>()
        else {
            return Err(broken);
        };
        let (min_version, max_version) =
            (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]));
        // Whether the limits below mean what they say depends on the version.
        Self::agree(min_version, max_version)?;
        let Some((limits, _)) = rest.split_first_chunk::<LIMITS>() else {
            return Err(broken);
        };
        let mut numbers = limits.as_chunks().0.iter().map(|n| u32::from_be_bytes(*n));
        let mut next = || numbers.next().unwrap_or_default();
        let limits = Limits {
            window: next(),
            streams: next() as usize,
            head: next() as usize,
            connection: next(),
        };
        let least = Limits::INITIAL;
        if limits.window < least.window
            || limits.streams < least.streams
            || limits.head < least.head
            || limits.connection < least.connection
        {
            return Err(Error::Protocol(
                "a hello with limits below the least allowed",
            ));
        }
        Ok(Hello {
            min_version,
            max_version,
            limits,
        })
    }

    /// The version in use with such a peer.
    fn agree(min: u16, max: u16) -> Result<u16, Error> {
        let version = max.min(MAX_VERSION);
        if min > max || version < min.max(MIN_VERSION) {
            let (ours_min, ours_max) = (MIN_VERSION, MAX_VERSION);
            return Err(Error::Version {
                ours_min,
                ours_max,
                theirs_min: min,
                theirs_max: max,
            });
        }
        Ok(version)
    }

    /// The version in use with this peer.
    pub(crate) fn version(&self) -> Result<u16, Error> {
        Self::agree(self.min_version, self.max_version)
    }

    /// What both sides keep to.
    pub(crate) fn limits(&self, own: &Config) -> Limits {
        Limits {
            window: self.limits.window.min(own.stream_window),
            streams: self.limits.streams.min(own.max_streams),
            head: self.limits.head.min(own.max_head),
            connection: self.limits.connection,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Ends;

    fn ours() -> Hello {
        Hello::new(&Config::default())
    }

    #[test]
    fn a_hello_survives_and_tells_what_is_missing() {
        let bytes = ours().write();
        assert_eq!(Hello::missing(&[]), Ok(FIXED));
        assert_eq!(Hello::missing(&bytes[..FIXED]), Ok(LIMITS));
        assert_eq!(Hello::missing(&bytes), Ok(0));
        assert_eq!(Hello::read(&bytes), Ok(ours()));
    }

    #[test]
    fn a_stranger_is_recognised_by_its_first_byte() {
        assert_eq!(Hello::missing(b"H"), Err(Error::Magic));
        assert_eq!(Hello::missing(b"PeerWirf"), Err(Error::Magic));
    }

    #[test]
    fn without_a_common_version_the_peer_is_dropped() {
        let newer = Hello {
            min_version: 2,
            max_version: 9,
            ..ours()
        }
        .write();
        let error = Hello::read(&newer).unwrap_err();
        assert_eq!(
            error,
            Error::Version {
                ours_min: 1,
                ours_max: 1,
                theirs_min: 2,
                theirs_max: 9
            }
        );
        assert_eq!(error.ends(), Ends::Peer);
        let turned = Hello {
            min_version: 2,
            max_version: 1,
            ..ours()
        }
        .write();
        assert!(matches!(Hello::read(&turned), Err(Error::Version { .. })));
        let wider = Hello {
            min_version: 0,
            max_version: 7,
            ..ours()
        }
        .write();
        assert_eq!(Hello::read(&wider).unwrap().version(), Ok(1));
    }

    #[test]
    fn later_additions_to_the_limits_are_ignored() {
        let mut bytes = ours().write();
        bytes[13] += 3;
        bytes.extend_from_slice(b"new");
        assert_eq!(Hello::missing(&bytes), Ok(0));
        assert_eq!(Hello::read(&bytes), Ok(ours()));
    }

    #[test]
    fn limits_too_small_to_work_with_are_refused() {
        let mut tiny = ours();
        tiny.limits.window = 10;
        assert!(matches!(
            Hello::read(&tiny.write()),
            Err(Error::Protocol(_))
        ));
    }

    #[test]
    fn the_smaller_limit_holds() {
        let mut peer = ours();
        peer.limits.window = INITIAL_WINDOW;
        peer.limits.head = 1 << 20;
        let both = peer.limits(&Config::default());
        assert_eq!(
            (both.window, both.head),
            (INITIAL_WINDOW, Config::default().max_head)
        );
    }
}
