//! From chunks to frames: accepts any splitting of the byte stream. It must not know streams or credit.
//!
//! Body bytes are never gathered: they are handed on as slices of the chunk, in as many parts as the
//! splitting makes. Small frames are decoded straight from the chunk too, and gathered in a buffer (at most
//! one head long) only when a chunk ends within them.

use crate::error::Error;
use crate::frame::{HEADER, Header, Kind};
use crate::hello::Hello;
use crate::stream_id::StreamId;

/// One step of decoding.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Item<'a> {
    /// The peer's first bytes.
    Hello(Hello),
    /// A whole frame that is not DATA.
    Frame(Header, &'a [u8]),
    /// A head longer than allowed begins; its bytes are skipped.
    TooLong(Header),
    /// A DATA frame begins.
    DataBegin(Header),
    /// Bytes of the DATA frame; `end` with the last of a frame that ends the body.
    DataPart {
        id: StreamId,
        bytes: &'a [u8],
        end: bool,
    },
}

#[derive(Debug)]
enum State {
    Hello,
    Header,
    Payload(Header),
    Data { header: Header, left: usize },
    Skip { left: usize },
}

#[derive(Debug)]
pub(crate) struct Decoder {
    state: State,
    /// What was gathered of a hello, a header or a small frame.
    partial: Vec<u8>,
    /// `partial` was handed out and is cleared at the next step.
    used: bool,
    max_head: usize,
}

impl Decoder {
    pub(crate) fn new(max_head: usize) -> Self {
        Decoder {
            state: State::Hello,
            partial: Vec::new(),
            used: false,
            max_head,
        }
    }

    /// The next item, or `None` when the input is used up.
    pub(crate) fn next<'a, 'i: 'a>(
        &'a mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Item<'a>>, Error> {
        if std::mem::take(&mut self.used) {
            self.partial.clear();
        }
        loop {
            match self.state {
                State::Hello => {
                    let missing = Hello::missing(&self.partial)?;
                    if missing == 0 {
                        let hello = Hello::read(&self.partial)?;
                        self.partial.clear();
                        self.state = State::Header;
                        return Ok(Some(Item::Hello(hello)));
                    }
                    if input.is_empty() {
                        return Ok(None);
                    }
                    self.partial.extend_from_slice(take(input, missing));
                }
                State::Header => {
                    let Some(header) = self.header(input)? else {
                        return Ok(None);
                    };
                    match header.kind {
                        Kind::Data => {
                            self.state = State::Data {
                                header,
                                left: header.len,
                            };
                            return Ok(Some(Item::DataBegin(header)));
                        }
                        Kind::Open | Kind::Head if header.len > self.max_head => {
                            self.state = State::Skip { left: header.len };
                            return Ok(Some(Item::TooLong(header)));
                        }
                        _ => self.state = State::Payload(header),
                    }
                }
                State::Payload(header) => {
                    let missing = header.len.saturating_sub(self.partial.len());
                    if input.len() < missing {
                        self.partial.extend_from_slice(take(input, missing));
                        return Ok(None);
                    }
                    let rest = take(input, missing);
                    self.state = State::Header;
                    if self.partial.is_empty() {
                        return Ok(Some(Item::Frame(header, rest)));
                    }
                    self.partial.extend_from_slice(rest);
                    self.used = true;
                    return Ok(Some(Item::Frame(header, &self.partial)));
                }
                State::Data { header, left } => {
                    if input.is_empty() && left > 0 {
                        return Ok(None);
                    }
                    let bytes = take(input, left);
                    let left = left.saturating_sub(bytes.len());
                    self.state = if left == 0 {
                        State::Header
                    } else {
                        State::Data { header, left }
                    };
                    return Ok(Some(Item::DataPart {
                        id: header.id,
                        bytes,
                        end: header.flag && left == 0,
                    }));
                }
                State::Skip { left } => {
                    let left = left.saturating_sub(take(input, left).len());
                    if left > 0 {
                        self.state = State::Skip { left };
                        return Ok(None);
                    }
                    self.state = State::Header;
                }
            }
        }
    }

    fn header(&mut self, input: &mut &[u8]) -> Result<Option<Header>, Error> {
        if self.partial.is_empty()
            && let Some((bytes, rest)) = input.split_first_chunk::<HEADER>()
        {
            *input = rest;
            return Header::read(*bytes).map(Some);
        }
        let missing = HEADER.saturating_sub(self.partial.len());
        self.partial.extend_from_slice(take(input, missing));
        let Some(bytes) = self.partial.first_chunk::<HEADER>() else {
            return Ok(None);
        };
        let header = Header::read(*bytes)?;
        self.partial.clear();
        Ok(Some(header))
    }
}

/// Takes at most `n` bytes off the front.
fn take<'a>(input: &mut &'a [u8], n: usize) -> &'a [u8] {
    let (taken, rest) = input.split_at(n.min(input.len()));
    *input = rest;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::frame;

    fn sample() -> Vec<u8> {
        let mut bytes = Hello::new(&Config::default()).write();
        frame::write(Kind::Open, false, StreamId(1), b"head", &mut bytes);
        frame::write(Kind::Data, false, StreamId(1), b"body", &mut bytes);
        frame::write(Kind::Open, false, StreamId(2), &[7; 100], &mut bytes);
        frame::write(Kind::Data, true, StreamId(1), b"", &mut bytes);
        frame::write(Kind::Ping, true, StreamId(0), &[0; 8], &mut bytes);
        frame::write(Kind::GoAway, false, StreamId(0), b"", &mut bytes);
        bytes
    }

    /// Items as text, neighbouring data parts joined.
    fn decode(chunks: &[&[u8]]) -> Vec<String> {
        let mut decoder = Decoder::new(50);
        let mut items = Vec::new();
        let mut body = String::new();
        for mut chunk in chunks.iter().copied() {
            while let Some(item) = decoder.next(&mut chunk).unwrap() {
                if let Item::DataPart { bytes, end, .. } = item {
                    body += std::str::from_utf8(bytes).unwrap();
                    body += if end { "$" } else { "" };
                } else {
                    if !body.is_empty() {
                        items.push(std::mem::take(&mut body));
                    }
                    items.push(format!("{item:?}"));
                }
            }
            assert!(chunk.is_empty());
        }
        items
    }

    #[test]
    fn every_splitting_gives_the_same_frames() {
        let bytes = sample();
        let whole = decode(&[&bytes]);
        assert_eq!(whole.len(), 9, "{whole:#?}");
        assert!(whole[4].starts_with("TooLong"), "{whole:#?}");
        assert_eq!((whole[3].as_str(), whole[6].as_str()), ("body", "$"));
        for cut in 0..=bytes.len() {
            assert_eq!(
                decode(&[&bytes[..cut], &bytes[cut..]]),
                whole,
                "cut at {cut}"
            );
        }
        for size in 1..20 {
            assert_eq!(
                decode(&bytes.chunks(size).collect::<Vec<_>>()),
                whole,
                "chunks of {size}"
            );
        }
    }

    #[test]
    fn whole_frames_are_not_gathered() {
        let bytes = sample();
        let mut decoder = Decoder::new(50);
        let mut input = bytes.as_slice();
        let inside = bytes.as_ptr_range();
        while let Some(item) = decoder.next(&mut input).unwrap() {
            if let Item::Frame(_, part) | Item::DataPart { bytes: part, .. } = item {
                assert!(part.is_empty() || inside.contains(&part.as_ptr()));
            }
        }
    }
}
