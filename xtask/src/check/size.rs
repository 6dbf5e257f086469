//! Size budgets, for what a visitor waits for and what a worker loads at every wake. They stand in
//! `xtask/budgets.json`; raise one there with a reason, or make the code smaller.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;

use super::files::{files, name, with_ending};
use super::finding::Finding;
use crate::command::print_line;
use crate::paths;

/// One entry of `budgets.json`.
#[derive(Deserialize)]
struct Budget {
    /// A file of `dist/`, or a folder, which counts as the sum of its files.
    path: String,
    /// The files of the folder that count; empty for all of them.
    #[serde(default)]
    files: Vec<String>,
    /// How they are compressed.
    #[serde(default)]
    coding: Coding,
    /// Bytes so compressed, at its best.
    bytes: usize,
    /// Why this many.
    why: String,
}

/// How a file travels.
#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "lowercase")]
enum Coding {
    /// As in a package of the extension.
    #[default]
    Gzip,
    /// As the rendezvous sends the gateway's files; the same settings as in `build.rs`.
    Brotli,
}

impl Budget {
    /// Bytes that count now.
    fn spent(&self, dist: &Path) -> Result<usize> {
        let path = dist.join(&self.path);
        let files = if !self.files.is_empty() {
            self.files.iter().map(|file| path.join(file)).collect()
        } else if path.is_dir() {
            files(&path)?
        } else {
            vec![path]
        };
        let sizes = files.iter().map(|file| compressed(file, self.coding));
        sizes.sum()
    }
}

/// Compares the product with its budgets; a wasm file without a budget is a finding as well.
pub fn check(dist: &Path) -> Result<Vec<Finding>> {
    let file = paths::root().join("xtask/budgets.json");
    let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let budgets: Vec<Budget> =
        serde_json::from_str(&text).with_context(|| format!("parsing {}", file.display()))?;

    let mut findings = Vec::new();
    for budget in &budgets {
        let size = budget.spent(dist)?;
        print_line!("{:>9} of {:>9} bytes: {}", size, budget.bytes, budget.path);
        if size > budget.bytes {
            let Budget {
                path, bytes, why, ..
            } = budget;
            findings.push(format!(
                "{path} has {size} bytes compressed, over its budget of {bytes} ({why})"
            ));
        }
    }
    for (name, _) in with_ending(dist, "wasm")? {
        if !budgets.iter().any(|budget| budget.path == name) {
            findings.push(format!(
                "{name} has no budget in {}",
                self::name(&paths::root(), &file)
            ));
        }
    }
    Ok(findings)
}

fn compressed(file: &Path, coding: Coding) -> Result<usize> {
    let bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let mut compressed = Vec::new();
    match coding {
        Coding::Gzip => {
            let mut encoder = GzEncoder::new(&mut compressed, Compression::best());
            encoder.write_all(&bytes)?;
            encoder.finish()?;
        }
        Coding::Brotli => {
            let best = BrotliEncoderParams {
                quality: 11,
                lgwin: 22,
                ..BrotliEncoderParams::default()
            };
            brotli::BrotliCompress(&mut bytes.as_slice(), &mut compressed, &best)?;
        }
    }
    Ok(compressed.len())
}
