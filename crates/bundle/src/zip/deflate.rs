//! How we compress: the same bytes in give the same bytes out, on every machine and however they come.

use std::mem;

use flate2::{Compress, Compression, FlushCompress, Status};

use crate::limits::{FREE_EXPANSION, MAX_RATIO};

/// zlib's level: with it packing is faster than Info-ZIP's fastest, and the result smaller (`docs/benchmarks.md`).
const LEVEL: u32 = 4;

/// Bytes that are compressed at once. Always so many, as the output may depend on it; and a stored block of
/// deflate holds no more than 65,535 (RFC 1951 section 3.2.4).
const BLOCK: usize = 60 * 1024;

/// Room for the output of one call.
const OUTPUT: usize = 64 * 1024;

/// Compresses one file after another.
pub struct Deflate {
    compress: Compress,
    block: Vec<u8>,
    output: Box<[u8]>,
    /// Bytes in and out in all files, for [`Deflate::is_too_small`].
    unpacked: u64,
    packed: u64,
}

impl Deflate {
    /// With nothing behind it.
    pub fn new() -> Self {
        Self {
            compress: Compress::new(Compression::new(LEVEL), false),
            block: Vec::with_capacity(BLOCK),
            output: vec![0; OUTPUT].into_boxed_slice(),
            unpacked: 0,
            packed: 0,
        }
    }

    /// Takes a file's next bytes; what is ready is appended to `to`.
    pub fn write(&mut self, mut bytes: &[u8], to: &mut Vec<u8>) {
        while !bytes.is_empty() {
            let room = BLOCK - self.block.len();
            let (taken, rest) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
            self.block.extend_from_slice(taken);
            bytes = rest;
            if self.block.len() == BLOCK {
                self.pack_block(to);
            }
        }
    }

    /// Ends the file.
    pub fn finish(&mut self, to: &mut Vec<u8>) {
        if !self.block.is_empty() {
            self.pack_block(to);
        }
        self.run(&[], FlushCompress::Finish, to);
        self.compress.reset();
    }

    fn pack_block(&mut self, to: &mut Vec<u8>) {
        let block = mem::take(&mut self.block);
        self.unpacked += block.len() as u64;
        if self.is_too_small() {
            self.store(&block, to);
        } else {
            self.run(&block, FlushCompress::None, to);
        }
        self.block = block;
        self.block.clear();
    }

    /// Would a reader soon take the archive for a bomb? Half of what it allows, so that it never does.
    fn is_too_small(&self) -> bool {
        self.unpacked > FREE_EXPANSION / 2 + self.packed * (MAX_RATIO / 2)
    }

    /// A block as it is (RFC 1951 section 3.2.4).
    fn store(&mut self, block: &[u8], to: &mut Vec<u8>) {
        // A flush ends at a whole byte; a fresh compressor never refers to what was before.
        self.run(&[], FlushCompress::Sync, to);
        self.compress.reset();
        let Ok(length) = u16::try_from(block.len()) else {
            return;
        };
        to.push(0);
        to.extend_from_slice(&length.to_le_bytes());
        to.extend_from_slice(&(!length).to_le_bytes());
        to.extend_from_slice(block);
        self.packed += 5 + u64::from(length);
    }

    /// Feeds the compressor until it has taken all and given all.
    fn run(&mut self, mut input: &[u8], flush: FlushCompress, to: &mut Vec<u8>) {
        loop {
            let (before_in, before_out) = (self.compress.total_in(), self.compress.total_out());
            // A compressor of a stream in order has no error to give.
            let status = self.compress.compress(input, &mut self.output, flush);
            let taken = self.compress.total_in() - before_in;
            let given = self.compress.total_out() - before_out;
            let [taken, length] = [taken, given].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
            to.extend_from_slice(self.output.get(..length).unwrap_or_default());
            self.packed += given;
            input = input.get(taken..).unwrap_or_default();
            let is_full = length == self.output.len();
            match status {
                Ok(Status::StreamEnd) | Err(_) => return,
                _ if input.is_empty() && !is_full => return,
                _ if taken == 0 && length == 0 => return,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::DeflateDecoder;
    use proptest::prelude::*;

    use super::*;

    fn packed(deflate: &mut Deflate, file: &[u8], piece: usize) -> Vec<u8> {
        let mut to = Vec::new();
        for piece in file.chunks(piece) {
            deflate.write(piece, &mut to);
        }
        deflate.finish(&mut to);
        to
    }

    fn unpacked(bytes: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        DeflateDecoder::new(bytes).read_to_end(&mut file).unwrap();
        file
    }

    /// Some of it repeats, some does not.
    fn file(length: usize) -> Vec<u8> {
        let mut state = 1u32;
        let random = |n: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if (n / 5000).is_multiple_of(2) {
                (state >> 24) as u8
            } else {
                b'a' + (n % 7) as u8
            }
        };
        (0..length).map(random).collect()
    }

    #[test]
    fn what_goes_in_comes_out() {
        let mut deflate = Deflate::new();
        for length in [0, 1, 1000, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 7] {
            let file = file(length);
            assert_eq!(
                unpacked(&packed(&mut deflate, &file, 4096)),
                file,
                "{length}"
            );
        }
    }

    #[test]
    fn the_output_does_not_depend_on_the_pieces() {
        let file = file(300_000);
        let whole = packed(&mut Deflate::new(), &file, file.len());
        for piece in [1, 1000, BLOCK, BLOCK + 1] {
            assert!(
                packed(&mut Deflate::new(), &file, piece) == whole,
                "{piece}"
            );
        }
        let mut used = Deflate::new();
        packed(&mut used, b"another file before", 5);
        assert!(packed(&mut used, &file, 777) == whole, "after another");
    }

    #[test]
    fn no_archive_becomes_small_enough_to_look_like_a_bomb() {
        let mut deflate = Deflate::new();
        // As if much had gone before: no need to compress it all here.
        deflate.unpacked = FREE_EXPANSION / 2;
        let file = vec![7; 4 * 1024 * 1024];
        let bytes = packed(&mut deflate, &file, 65536);
        assert_eq!(unpacked(&bytes), file);
        let ratio = file.len() / bytes.len();
        assert!((2..=50).contains(&ratio), "{ratio}");
    }

    proptest! {
        #[test]
        fn stored_and_compressed_blocks_mix(blocks in prop::collection::vec(any::<(bool, u8)>(), 1..12)) {
            let mut deflate = Deflate::new();
            let (mut file, mut bytes) = (Vec::new(), Vec::new());
            for (store, fill) in blocks {
                deflate.unpacked = if store { FREE_EXPANSION } else { 0 };
                deflate.packed = 0;
                let block: Vec<u8> = (0..BLOCK).map(|n| fill.wrapping_add((n % 11) as u8)).collect();
                deflate.write(&block, &mut bytes);
                file.extend(block);
            }
            deflate.finish(&mut bytes);
            prop_assert!(unpacked(&bytes) == file);
        }
    }
}
