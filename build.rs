//! What the root package needs at build time: the gateway's files inside the binary, and the extension's
//! id.
//!
//! The gateway's files are those of the folder that `PEERSERVER_GATEWAY_DIR` names, as `cargo xtask build`
//! lays them. Without it the binary still builds, and says at its pages what it lacks.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use brotli::enc::BrotliEncoderParams;
use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// Names the folder with the gateway's files.
const GATEWAY_DIR: &str = "PEERSERVER_GATEWAY_DIR";

/// Brotli's window (2 to this power, in bytes): the largest that every browser takes.
const BROTLI_WINDOW: i32 = 22;

/// Brotli's qualities: the best for what is released, where it takes 20 seconds, and a quick one while developing.
const BROTLI_QUALITY: i32 = 11;
const BROTLI_QUALITY_DEBUG: i32 = 4;

/// The extension's public key: base64 of its DER on one line.
const KEY: &str = "extension/key.pub";

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match extension_id().and_then(|()| gateway()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("cargo::error={failure}");
            ExitCode::FAILURE
        }
    }
}

/// Tells the code the extension's id, as `PEERSERVER_EXTENSION_ID`.
fn extension_id() -> Result<(), Failure> {
    println!("cargo::rerun-if-changed={KEY}");
    let key = fs::read_to_string(KEY).map_err(|error| format!("{KEY} cannot be read: {error}"))?;
    let id = packaging::extension_id(&key).map_err(|error| format!("{KEY}: {error}"))?;
    println!("cargo::rustc-env=PEERSERVER_EXTENSION_ID={id}");
    Ok(())
}

/// Writes the table of the gateway's files, as a Rust expression, to `OUT_DIR/gateway.rs`.
fn gateway() -> Result<(), Failure> {
    println!("cargo::rerun-if-env-changed={GATEWAY_DIR}");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let mut files = Vec::new();
    if let Some(folder) = env::var_os(GATEWAY_DIR).map(PathBuf::from) {
        // Cargo looks at every file of a folder; one that is missing is looked for at each build.
        println!("cargo::rerun-if-changed={}", folder.display());
        if folder.is_dir() {
            list(&folder, &folder, &mut files)?;
        } else {
            println!(
                "cargo::warning={GATEWAY_DIR} names no folder; the binary has no gateway files"
            );
        }
    }
    files.sort();
    let mut table = String::from("&[\n");
    for (number, (path, file)) in files.iter().enumerate() {
        let raw = fs::read(file)?;
        let hash = HEXLOWER.encode(&Sha256::digest(&raw));
        let raw_file = out.join(format!("{number}.raw"));
        fs::write(&raw_file, &raw)?;
        let smaller = |ending: &str, compressed: Vec<u8>| -> Result<String, Failure> {
            // Compressing what does not shrink costs visitors time.
            if compressed.len() >= raw.len() {
                return Ok("None".to_owned());
            }
            let file = out.join(format!("{number}.{ending}"));
            fs::write(&file, &compressed)?;
            Ok(format!("Some(include_bytes!({file:?}))"))
        };
        let gzip = smaller("gz", gzip(&raw)?)?;
        let brotli = smaller("br", brotli(&raw)?)?;
        writeln!(
            table,
            "    Embedded {{ path: {path:?}, raw: include_bytes!({raw_file:?}), gzip: {gzip}, brotli: {brotli}, sha256: {hash:?} }},"
        )?;
    }
    table.push_str("]\n");
    fs::write(out.join("gateway.rs"), table)?;
    Ok(())
}

fn gzip(raw: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(raw)?;
    Ok(encoder.finish()?)
}

fn brotli(mut raw: &[u8]) -> Result<Vec<u8>, Failure> {
    let released = env::var_os("PROFILE").is_some_and(|profile| profile == "release");
    let parameters = BrotliEncoderParams {
        quality: if released {
            BROTLI_QUALITY
        } else {
            BROTLI_QUALITY_DEBUG
        },
        lgwin: BROTLI_WINDOW,
        ..BrotliEncoderParams::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut raw, &mut compressed, &parameters)?;
    Ok(compressed)
}

/// Adds every file under `folder` with its path below `root`, in slashes.
fn list(root: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(root, &path, files)?;
            continue;
        }
        let parts: Option<Vec<&str>> = path
            .strip_prefix(root)?
            .iter()
            .map(|part| part.to_str())
            .collect();
        let name = parts
            .ok_or("a gateway file has a name that is not Unicode")?
            .join("/");
        files.push((name, path));
    }
    Ok(())
}
