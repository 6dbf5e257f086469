//! The framing: a 32-bit length in the machine's own byte order, then as many bytes of UTF-8 JSON.
//!
//! It must not know the messages, nor where bytes come from or go to.

use serde::Serialize;

use crate::Error;

/// Bytes of the length before each message.
pub const HEADER: usize = 4;

/// The largest message to a browser, in bytes without the header. Chromium and Firefox close the port
/// on a larger one (1 MiB in both).
pub const MAX_TO_BROWSER: u32 = 1024 * 1024;

/// The largest message accepted from a browser, in bytes without the header. Browsers would send far
/// more (Chromium 64 MiB); the largest real call is a list of ICE servers, a few KiB, and a length
/// above this is a program that does not speak native messaging.
pub const MAX_FROM_BROWSER: u32 = 1024 * 1024;

/// Finds frames in a stream of bytes that comes in pieces of any size.
///
/// It holds at most what it was fed and what was not yet taken, so a caller who takes all frames after
/// each piece keeps it below the limit plus one piece. A length from the wire reserves nothing.
///
/// ```
/// # use native_messaging::{Decoder, MAX_FROM_BROWSER};
/// let mut decoder = Decoder::new(MAX_FROM_BROWSER);
/// decoder.feed(&2u32.to_ne_bytes());
/// assert_eq!(decoder.next_frame(), Ok(None));
/// decoder.feed(b"{}");
/// assert_eq!(decoder.next_frame(), Ok(Some(b"{}".to_vec())));
/// assert_eq!(decoder.finish(), Ok(()));
/// ```
#[derive(Debug)]
pub struct Decoder {
    limit: u32,
    buffer: Vec<u8>,
    /// Bytes at the start of `buffer` that were already taken.
    taken: usize,
    failed: Option<Error>,
}

impl Decoder {
    /// A decoder at the start of a stream, for frames of at most `limit` bytes without the header.
    pub fn new(limit: u32) -> Self {
        Self {
            limit,
            buffer: Vec::new(),
            taken: 0,
            failed: None,
        }
    }

    /// Takes the next piece of the stream. After an error pieces are thrown away.
    pub fn feed(&mut self, piece: &[u8]) {
        if self.failed.is_some() {
            return;
        }
        // Moved here, once a piece, and not for each frame: many small frames in a piece stay linear.
        self.buffer.drain(..self.taken);
        self.taken = 0;
        self.buffer.extend_from_slice(piece);
    }

    /// The body of the next whole frame, or `None` until more is fed. It may be empty, and need not be
    /// JSON.
    ///
    /// # Errors
    /// [`Error::Oversize`] as soon as a header announces too much; the same again from then on, as it
    /// cannot be known where the next frame begins.
    pub fn next_frame(&mut self) -> Result<Option<Vec<u8>>, Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let Some(announced) = self.announced() else {
            return Ok(None);
        };
        if announced > self.limit {
            let error = Error::Oversize {
                announced,
                limit: self.limit,
            };
            self.failed = Some(error.clone());
            self.buffer = Vec::new();
            self.taken = 0;
            return Err(error);
        }
        let body = self
            .rest()
            .get(HEADER..)
            .and_then(|after| after.get(..announced as usize));
        let Some(body) = body.map(<[u8]>::to_vec) else {
            return Ok(None);
        };
        self.taken += HEADER + body.len();
        Ok(Some(body))
    }

    /// Says whether the stream may end here.
    ///
    /// # Errors
    /// [`Error::CutShort`] inside of a frame; the earlier error if there was one.
    pub fn finish(&self) -> Result<(), Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let have = self.rest().len();
        let want = self
            .announced()
            .map_or(HEADER, |length| HEADER + length as usize);
        if have == 0 || have >= want {
            Ok(())
        } else {
            Err(Error::CutShort { have, want })
        }
    }

    /// What was fed and not yet taken.
    fn rest(&self) -> &[u8] {
        self.buffer.get(self.taken..).unwrap_or_default()
    }

    /// The length in the next header, once it is whole.
    fn announced(&self) -> Option<u32> {
        self.rest()
            .first_chunk::<HEADER>()
            .map(|header| u32::from_ne_bytes(*header))
    }
}

/// A message as one frame, header included, for a reader who accepts at most `limit` bytes.
///
/// # Errors
/// [`Error::TooLarge`] if its JSON is longer than `limit`; [`Error::Json`] if it has none, which the
/// types of this crate always have.
pub fn encode(message: &impl Serialize, limit: u32) -> Result<Vec<u8>, Error> {
    let body = serde_json::to_vec(message).map_err(|error| Error::Json(error.to_string()))?;
    let length = u32::try_from(body.len())
        .ok()
        .filter(|length| *length <= limit);
    let Some(length) = length else {
        return Err(Error::TooLarge {
            size: body.len(),
            limit,
        });
    };
    let mut frame = Vec::with_capacity(HEADER + body.len());
    frame.extend_from_slice(&length.to_ne_bytes());
    frame.extend_from_slice(&body);
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A small limit, so that every side of it is tried.
    const LIMIT: u32 = 64;

    fn frame(body: &[u8]) -> Vec<u8> {
        [(body.len() as u32).to_ne_bytes().as_slice(), body].concat()
    }

    /// All frames that `decoder` has now.
    fn take(decoder: &mut Decoder) -> Result<Vec<Vec<u8>>, Error> {
        std::iter::from_fn(|| decoder.next_frame().transpose()).collect()
    }

    #[test]
    fn a_frame_cut_at_every_byte_is_missed_and_then_found() {
        let bytes = frame(b"{\"id\":1}");
        for cut in 0..bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            let mut decoder = Decoder::new(LIMIT);
            decoder.feed(head);
            assert_eq!(decoder.next_frame(), Ok(None), "cut at {cut}");
            let end = decoder.finish();
            match cut {
                0 => assert_eq!(end, Ok(())),
                1..HEADER => assert_eq!(
                    end,
                    Err(Error::CutShort {
                        have: cut,
                        want: HEADER
                    })
                ),
                _ => assert_eq!(
                    end,
                    Err(Error::CutShort {
                        have: cut,
                        want: bytes.len()
                    })
                ),
            }
            decoder.feed(tail);
            assert_eq!(
                decoder.next_frame(),
                Ok(Some(b"{\"id\":1}".to_vec())),
                "cut at {cut}"
            );
            assert_eq!(decoder.finish(), Ok(()));
        }
    }

    #[test]
    fn the_limit_itself_passes_and_one_more_does_not() {
        let mut decoder = Decoder::new(LIMIT);
        decoder.feed(&frame(&[b' '; LIMIT as usize]));
        assert_eq!(decoder.next_frame().unwrap().unwrap().len(), LIMIT as usize);
        decoder.feed(&(LIMIT + 1).to_ne_bytes());
        let oversize = Error::Oversize {
            announced: LIMIT + 1,
            limit: LIMIT,
        };
        assert_eq!(decoder.next_frame(), Err(oversize.clone()));
        decoder.feed(&frame(b"{}"));
        assert_eq!(
            decoder.next_frame(),
            Err(oversize.clone()),
            "an error is final"
        );
        assert_eq!(decoder.finish(), Err(oversize));
    }

    #[test]
    fn frames_before_an_oversize_one_are_still_given() {
        let mut decoder = Decoder::new(LIMIT);
        decoder.feed(&[frame(b"{}"), u32::MAX.to_ne_bytes().to_vec()].concat());
        assert_eq!(decoder.next_frame(), Ok(Some(b"{}".to_vec())));
        assert_eq!(
            decoder.next_frame(),
            Err(Error::Oversize {
                announced: u32::MAX,
                limit: LIMIT
            })
        );
    }

    #[test]
    fn an_oversize_error_tells_both_lengths() {
        let text = Error::Oversize {
            announced: 2000,
            limit: 64,
        }
        .to_string();
        assert!(text.contains("2000") && text.contains("64"), "{text}");
    }

    #[test]
    fn encode_keeps_to_the_limit() {
        let fits = "a".repeat(LIMIT as usize - 2); // two more bytes: the quotes
        let bytes = encode(&fits, LIMIT).unwrap();
        assert_eq!(bytes, frame(format!("\"{fits}\"").as_bytes()));
        let long = "a".repeat(LIMIT as usize - 1);
        let size = LIMIT as usize + 1;
        assert_eq!(
            encode(&long, LIMIT),
            Err(Error::TooLarge { size, limit: LIMIT })
        );
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_frames(
            bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..=LIMIT as usize), 0..8),
            pieces in prop::collection::vec(1usize..40, 1..64),
        ) {
            let bytes: Vec<u8> = bodies.iter().flat_map(|body| frame(body)).collect();
            let mut decoder = Decoder::new(LIMIT);
            let mut found = Vec::new();
            let mut rest = bytes.as_slice();
            for size in pieces.iter().cycle() {
                let (piece, after) = rest.split_at((*size).min(rest.len()));
                decoder.feed(piece);
                found.extend(take(&mut decoder).unwrap());
                rest = after;
                if rest.is_empty() { break }
            }
            prop_assert_eq!(found, bodies);
            prop_assert_eq!(decoder.finish(), Ok(()));
        }

        #[test]
        fn any_bytes_in_any_split_end_alike(
            bytes in prop::collection::vec(prop_oneof![Just(0u8), Just(3u8), any::<u8>()], 0..256),
            size in 1usize..32,
        ) {
            let mut whole = Decoder::new(LIMIT);
            whole.feed(&bytes);
            let mut want = Vec::new();
            let want_end = loop {
                match whole.next_frame() {
                    Ok(Some(body)) => want.push(body),
                    Ok(None) => break whole.finish(),
                    Err(error) => break Err(error),
                }
            };
            let mut split = Decoder::new(LIMIT);
            let mut found = Vec::new();
            for piece in bytes.chunks(size) {
                split.feed(piece);
                while let Ok(Some(body)) = split.next_frame() {
                    prop_assert!(body.len() <= LIMIT as usize);
                    found.push(body);
                }
            }
            prop_assert_eq!(found, want);
            prop_assert_eq!(split.finish(), want_end);
        }
    }
}
