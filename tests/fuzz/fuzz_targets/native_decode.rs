//! Bytes on the native host's stdin: whatever comes, in whatever pieces, frames are found alike, none is
//! longer than is accepted, and what is understood of one can be said again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use native_messaging::{Call, Decoder, Error, MAX_FROM_BROWSER, encode};

/// Small, so that the fuzzer reaches it with short inputs.
const LIMIT: u32 = 256;

fuzz_target!(|input: (u8, Vec<u8>)| {
    let (size, bytes) = input;
    let (whole, whole_end) = frames(&bytes, bytes.len().max(1));
    let (split, split_end) = frames(&bytes, usize::from(size).max(1));
    assert_eq!(whole, split);
    assert_eq!(whole_end, split_end);
    assert!(whole.iter().all(|body| body.len() <= LIMIT as usize));
    // The bytes themselves as a body too: a fuzzer seldom guesses a length that fits.
    for body in whole.into_iter().chain([bytes]) {
        let Ok(call) = serde_json::from_slice::<Call>(&body) else {
            continue;
        };
        let frame = encode(&call, MAX_FROM_BROWSER).expect("a call that was read can be written");
        let (again, end) = frames_within(&frame, frame.len(), MAX_FROM_BROWSER);
        assert_eq!(end, Ok(()));
        let again: Vec<Call> = again
            .iter()
            .map(|body| serde_json::from_slice(body).expect("our own"))
            .collect();
        assert_eq!(again, [call]);
    }
});

fn frames(bytes: &[u8], size: usize) -> (Vec<Vec<u8>>, Result<(), Error>) {
    frames_within(bytes, size, LIMIT)
}

/// The frames in `bytes`, fed in pieces of `size`, and how it ended.
fn frames_within(bytes: &[u8], size: usize, limit: u32) -> (Vec<Vec<u8>>, Result<(), Error>) {
    let mut decoder = Decoder::new(limit);
    let mut found = Vec::new();
    for piece in bytes.chunks(size) {
        decoder.feed(piece);
        while let Ok(Some(body)) = decoder.next_frame() {
            found.push(body);
        }
    }
    (found, decoder.finish())
}
