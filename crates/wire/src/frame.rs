//! Frame headers: how they are written, read and judged. It must not know what a stream does with a frame.

use crate::error::Error;
use crate::stream_id::StreamId;

/// Bytes of a frame header.
pub(crate) const HEADER: usize = 8;
/// Most payload bytes in one DATA frame: with its header it fills a message of 64 KiB, which every WebRTC
/// implementation can carry.
pub const MAX_FRAME_PAYLOAD: usize = 64 * 1024 - HEADER;
/// Most bytes of a GOAWAY reason: a sentence.
pub(crate) const MAX_REASON: usize = 256;

/// Bit of the first byte: `end` for OPEN, HEAD and DATA, "this is the answer" for PING.
const FLAG: u8 = 0x10;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Open = 1,
    Head = 2,
    Data = 3,
    Reset = 4,
    Window = 5,
    Ping = 6,
    GoAway = 7,
}

/// A frame's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: Kind,
    pub(crate) flag: bool,
    /// Payload bytes, below 2^24.
    pub(crate) len: usize,
    /// 0 for frames that concern the connection.
    pub(crate) id: StreamId,
}

impl Header {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let first = self.kind as u8 | if self.flag { FLAG } else { 0 };
        let [_, a, b, c] = (self.len as u32).to_be_bytes();
        let [d, e, f, g] = self.id.0.to_be_bytes();
        out.extend_from_slice(&[first, a, b, c, d, e, f, g]);
    }

    /// Reads a header and refuses what no version-1 peer sends.
    pub(crate) fn read(bytes: [u8; HEADER]) -> Result<Self, Error> {
        let [first, a, b, c, d, e, f, g] = bytes;
        let kind = match first & !FLAG {
            1 => Kind::Open,
            2 => Kind::Head,
            3 => Kind::Data,
            4 => Kind::Reset,
            5 => Kind::Window,
            6 => Kind::Ping,
            7 => Kind::GoAway,
            _ => return Err(Error::Protocol("a frame of unknown kind")),
        };
        let flag = first & FLAG != 0;
        let len = u32::from_be_bytes([0, a, b, c]) as usize;
        let id = StreamId(u32::from_be_bytes([d, e, f, g]));
        let lawful = match kind {
            Kind::Open | Kind::Head => true,
            Kind::Data => len <= MAX_FRAME_PAYLOAD && (len > 0 || flag),
            Kind::Reset => len == 2 && !flag,
            Kind::Window => len == 4 && !flag,
            Kind::Ping => len == 8,
            Kind::GoAway => len <= MAX_REASON && !flag,
        };
        if !lawful {
            return Err(Error::Protocol(
                "a frame whose length or flag does not fit its kind",
            ));
        }
        if (id.0 == 0) != matches!(kind, Kind::Ping | Kind::GoAway) {
            return Err(Error::Protocol(
                "a frame whose stream does not fit its kind",
            ));
        }
        Ok(Header {
            kind,
            flag,
            len,
            id,
        })
    }
}

/// Appends a frame of at most 2^24 − 1 payload bytes.
pub(crate) fn write(kind: Kind, flag: bool, id: StreamId, payload: &[u8], out: &mut Vec<u8>) {
    Header {
        kind,
        flag,
        len: payload.len(),
        id,
    }
    .write(out);
    out.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(header: Header) -> [u8; HEADER] {
        let mut out = Vec::new();
        header.write(&mut out);
        out.try_into().unwrap()
    }

    #[test]
    fn a_header_survives() {
        let header = Header {
            kind: Kind::Data,
            flag: true,
            len: MAX_FRAME_PAYLOAD,
            id: StreamId(0x0102_0304),
        };
        assert_eq!(bytes(header), [0x13, 0, 0xff, 0xf8, 1, 2, 3, 4]);
        assert_eq!(Header::read(bytes(header)), Ok(header));
    }

    #[test]
    fn what_no_peer_sends_is_refused() {
        let bad = |kind, flag, len, id| {
            Header::read(bytes(Header {
                kind,
                flag,
                len,
                id: StreamId(id),
            }))
            .is_err()
        };
        assert!(
            bad(Kind::Data, false, 0, 1),
            "an empty frame that says nothing"
        );
        assert!(!bad(Kind::Data, true, 0, 1));
        assert!(bad(Kind::Data, false, MAX_FRAME_PAYLOAD + 1, 1));
        assert!(bad(Kind::Data, false, 1, 0), "a body without a stream");
        assert!(bad(Kind::Ping, false, 8, 1), "a ping on a stream");
        assert!(bad(Kind::Ping, false, 7, 0));
        assert!(bad(Kind::Reset, true, 2, 1));
        assert!(bad(Kind::Window, false, 5, 1));
        assert!(bad(Kind::GoAway, false, MAX_REASON + 1, 0));
        for first in [0u8, 8, 0x23, 0x83] {
            assert!(
                Header::read([first, 0, 0, 1, 0, 0, 0, 1]).is_err(),
                "first byte {first:#x}"
            );
        }
    }
}
