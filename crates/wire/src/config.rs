//! What one side of a connection is and what it allows. It must not know how frames are written.

use crate::frame::MAX_FRAME_PAYLOAD;

/// Body bytes that may be sent on a stream before the peer's hello is known. Every peer grants at least
/// this. 64 KiB: a form or a small upload goes out at once, and 32 such streams hold 2 MiB.
pub const INITIAL_WINDOW: u32 = 64 * 1024;

/// Body bytes that may be under way on all streams together before the peer's hello is known. Every peer
/// grants at least this. 256 KiB: four streams' first windows.
pub const INITIAL_CONNECTION_WINDOW: u32 = 256 * 1024;

/// Streams that may be open before the peer's hello is known. Every peer allows at least this. 32: the
/// first burst of a page's requests.
pub const INITIAL_STREAMS: usize = 32;

/// Bytes of a head that may be sent before the peer's hello is known. Every peer takes at least this.
/// 16 KiB: more than what browsers send, cookies included.
pub const INITIAL_HEAD: usize = 16 * 1024;

/// Largest window, in bytes: 1 GiB. Keeps all credit arithmetic far from the edges of `u32`.
const MAX_WINDOW: u32 = 1 << 30;

/// Most concurrent streams: 64 Ki.
const MAX_STREAMS: usize = 1 << 16;

/// Largest head that can be allowed, in bytes: 1 MiB (a frame's length field ends at 16 MiB).
const MAX_HEAD: usize = 1 << 20;

/// Smallest send buffer, in bytes: a sender that can queue nothing would never move.
pub(crate) const MIN_SEND_BUFFER: usize = 1024;

/// Which side of the connection this is. Only the visitor opens streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Asks: opens streams with a request.
    Visitor,
    /// Answers: responds on the streams that the visitor opened.
    Host,
}

/// Limits of one side. Values outside what the protocol allows are moved to the nearest allowed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Concurrent streams, at least [`INITIAL_STREAMS`]. The host refuses requests beyond its own number.
    pub max_streams: usize,
    /// Body bytes the peer may send on one stream before the application takes some, at least
    /// [`INITIAL_WINDOW`]. The smaller of both sides' values holds.
    pub stream_window: u32,
    /// Body bytes the peer may send on all streams together before the application takes some, at least
    /// [`INITIAL_CONNECTION_WINDOW`]. Bounds what one peer makes us hold.
    pub connection_window: u32,
    /// Bytes of one encoded head, at least [`INITIAL_HEAD`].
    pub max_head: usize,
    /// Body bytes queued per stream before [`crate::Connection::send_data`] accepts no more.
    pub send_buffer: usize,
    /// Most payload bytes put into one DATA frame, 1 to [`MAX_FRAME_PAYLOAD`].
    pub frame_payload: usize,
}

impl Default for Config {
    /// - 128 streams: more than a browser asks of one origin at a time (6 over HTTP/1.1, about 100 over HTTP/2).
    /// - Window 1 MiB: 10 MiB/s at 100 ms round trip, which is what a data channel moves at best.
    /// - Connection window 8 MiB: eight streams that nobody reads, and the others go on.
    /// - Head 64 KiB: what common servers allow with all their headers together.
    /// - Send buffer 256 KiB: four full messages, so the channel is fed while the application fetches more.
    /// - Frame payload: a frame with its header fills a 64 KiB message.
    fn default() -> Self {
        Config {
            max_streams: 128,
            stream_window: 1024 * 1024,
            connection_window: 8 * 1024 * 1024,
            max_head: 64 * 1024,
            send_buffer: 256 * 1024,
            frame_payload: MAX_FRAME_PAYLOAD,
        }
    }
}

impl Config {
    /// The same limits, moved into what the protocol allows.
    pub(crate) fn bounded(self) -> Self {
        Config {
            max_streams: self.max_streams.clamp(INITIAL_STREAMS, MAX_STREAMS),
            stream_window: self.stream_window.clamp(INITIAL_WINDOW, MAX_WINDOW),
            connection_window: self
                .connection_window
                .clamp(INITIAL_CONNECTION_WINDOW, MAX_WINDOW),
            max_head: self.max_head.clamp(INITIAL_HEAD, MAX_HEAD),
            send_buffer: self.send_buffer.max(MIN_SEND_BUFFER),
            frame_payload: self.frame_payload.clamp(1, MAX_FRAME_PAYLOAD),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_would_stall_are_moved() {
        let c = Config {
            max_streams: 0,
            stream_window: 0,
            connection_window: 0,
            max_head: 0,
            send_buffer: 0,
            frame_payload: 0,
        }
        .bounded();
        assert_eq!(c.max_streams, INITIAL_STREAMS);
        assert_eq!(c.stream_window, INITIAL_WINDOW);
        assert_eq!(c.connection_window, INITIAL_CONNECTION_WINDOW);
        assert_eq!(c.max_head, INITIAL_HEAD);
        assert_eq!(c.send_buffer, MIN_SEND_BUFFER);
        assert_eq!(c.frame_payload, 1);
        let c = Config {
            stream_window: u32::MAX,
            frame_payload: usize::MAX,
            ..Config::default()
        }
        .bounded();
        assert_eq!(c.stream_window, MAX_WINDOW);
        assert_eq!(c.frame_payload, MAX_FRAME_PAYLOAD);
    }

    #[test]
    fn defaults_are_within_bounds() {
        assert_eq!(Config::default().bounded(), Config::default());
    }
}
