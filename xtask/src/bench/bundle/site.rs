//! A site of 1 GiB, the same in every run: half of it pages of words, half of it pictures of noise.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Files of each kind, and bytes of each.
const FILES: usize = 256;
const FILE_BYTES: usize = 2 * 1024 * 1024;

/// Its size in MiB.
pub const MIB: f64 = (2 * FILES * FILE_BYTES) as f64 / (1024.0 * 1024.0);

/// Writes its tree to a folder.
pub fn make(site: &Path) -> Result<()> {
    let public = site.join("public");
    fs::create_dir_all(&public)?;
    let mut random = Random(1);
    for number in 0..FILES {
        let page = public.join(format!("page-{number:03}.html"));
        fs::write(&page, words(&mut random))
            .with_context(|| format!("writing {}", page.display()))?;
        let noise: Vec<u8> = std::iter::repeat_with(|| random.next().to_le_bytes())
            .take(FILE_BYTES / 8)
            .flatten()
            .collect();
        let picture = public.join(format!("picture-{number:03}.jpg"));
        fs::write(&picture, noise).with_context(|| format!("writing {}", picture.display()))?;
    }
    Ok(())
}

/// A page of made-up words, some far more frequent than others, as in any language.
fn words(random: &mut Random) -> Vec<u8> {
    /// How many words there are.
    const WORDS: u64 = 20_000;
    let mut page = Vec::with_capacity(FILE_BYTES + 32);
    while page.len() < FILE_BYTES {
        let even = random.next() % WORDS;
        let rank = even * (random.next() % WORDS) / WORDS;
        let mut letters = Random(rank + 7);
        for _ in 0..2 + letters.next() % 9 {
            page.push(b'a' + (letters.next() % 26) as u8);
        }
        let gap: &[u8] = match random.next() % 12 {
            0 => b"</p>\n<p>",
            _ => b" ",
        };
        page.extend_from_slice(gap);
    }
    page.truncate(FILE_BYTES);
    page
}

/// Numbers without a pattern, the same in every run (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
