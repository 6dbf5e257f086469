//! The parts of a site's worker in one script: a browser asks for few files, and keeps a worker's scripts where no page
//! of the site reaches them. Among them are the files that the worker answers with by itself, as strings. It must not
//! know with which headers: those depend on the gateway.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The scripts, in the folder of what belongs to sites' origins. They are served as a part of the whole only.
const SCRIPTS: [&str; 3] = ["cookies.js", "headers.js", "exchange.js"];

/// The files that the worker answers with, in the same folder.
const FILES: [&str; 6] = [
    "bootstrap.html",
    "bootstrap.js",
    "bridge.html",
    "bridge.js",
    "status.css",
    "status.js",
];

/// What is written there.
const WHOLE: &str = "parts.js";

/// Puts the parts together.
pub fn write(folder: &Path) -> Result<()> {
    let mut whole = String::new();
    for name in SCRIPTS {
        whole.push_str(&read(folder, name)?);
        let file = folder.join(name);
        fs::remove_file(&file).with_context(|| format!("removing {}", file.display()))?;
    }
    let mut texts = BTreeMap::new();
    for name in FILES {
        texts.insert(name, read(folder, name)?);
    }
    let texts = serde_json::to_string(&texts)?;
    whole.push_str(&format!("const FILES = {texts};\n"));
    let file = folder.join(WHOLE);
    fs::write(&file, whole).with_context(|| format!("writing {}", file.display()))
}

fn read(folder: &Path, name: &str) -> Result<String> {
    let file = folder.join(name);
    fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))
}
