//! `bundle`: a site of 1 GiB packed and unpacked by `peerserver bundle`, against Info-ZIP's `zip -1` and `unzip` on the
//! same files; and how much memory each takes.
//!
//! `unzip` unpacks the bundle itself, so that both read the same bytes.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::Figure;
use crate::shell::typed;

const ROUNDS: usize = 3;
/// Files of each kind, and bytes of each: 1 GiB together.
const FILES: usize = 256;
const FILE_BYTES: usize = 2 * 1024 * 1024;
const MIB: f64 = 1024.0 * 1024.0;
/// How often a program's memory is looked at; its peak is kept by the system meanwhile.
const LOOK: Duration = Duration::from_millis(5);

/// What one program took.
struct Taken {
    /// In MiB of the site a second.
    speed: f64,
    /// The most memory it had, in MiB; `None` where the system does not tell.
    memory: Option<f64>,
}

/// Speeds in MiB/s, peaks of memory in MiB.
pub fn measure(peerserver: &Path) -> Result<Vec<Figure>> {
    let desk = tempfile::tempdir().context("making a folder for the site")?;
    let at = |name: &str| desk.path().join(name);
    make_site(&at("site"))?;
    let mut taken: [Vec<Taken>; 4] = Default::default();
    for _ in 0..ROUNDS {
        for name in ["zip.zip", "site.peersite", "ours", "theirs"] {
            let _ = fs::remove_dir_all(at(name)).or_else(|_| fs::remove_file(at(name)));
        }
        let mut ours = Command::new(peerserver);
        ours.args([
            "bundle",
            "pack",
            "site",
            "-o",
            "site.peersite",
            "--unsigned",
        ]);
        let mut zip = Command::new("zip");
        zip.args(["-1", "-q", "-r", "zip.zip", "site"]);
        let mut unpack = Command::new(peerserver);
        unpack.args(["bundle", "unpack", "site.peersite", "-o", "ours"]);
        let mut unzip = Command::new("unzip");
        unzip.args(["-q", "site.peersite", "-d", "theirs"]);
        for (command, taken) in [ours, zip, unpack, unzip].iter_mut().zip(&mut taken) {
            taken.push(take(command.current_dir(desk.path()))?);
        }
    }
    let [pack, zip, unpack, unzip] = &taken;
    let mut figures = Vec::new();
    for (name, ours, theirs) in [("pack", pack, zip), ("unpack", unpack, unzip)] {
        let speeds = |taken: &[Taken]| taken.iter().map(|one| one.speed).collect::<Vec<_>>();
        let name = format!("bundle.{name}");
        figures.push(Figure::new(&name, "MiB/s", &speeds(ours), &speeds(theirs)));
        let peaks = |taken: &[Taken]| {
            taken
                .iter()
                .map(|one| one.memory)
                .collect::<Option<Vec<_>>>()
        };
        if let (Some(ours), Some(theirs)) = (peaks(ours), peaks(theirs)) {
            figures.push(Figure::new(format!("{name}.memory"), "MiB", &ours, &theirs));
        }
    }
    Ok(figures)
}

/// Runs a program to its end.
fn take(command: &mut Command) -> Result<Taken> {
    let text = typed(command);
    let begin = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| format!("`{text}` could not be started"))?;
    let mut memory = None;
    let status = loop {
        memory = peak(child.id()).or(memory);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        sleep(LOOK);
    };
    ensure!(status.success(), "`{text}` failed: {status}");
    let bytes = (2 * FILES * FILE_BYTES) as f64;
    Ok(Taken {
        speed: bytes / MIB / begin.elapsed().as_secs_f64(),
        memory,
    })
}

/// The most memory that a process has had so far, in MiB (`proc(5)`: VmHWM, in kB).
fn peak(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}

/// Half of it pages of words, half of it pictures of noise.
fn make_site(site: &Path) -> Result<()> {
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
