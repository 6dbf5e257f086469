//! No wasm file may import from `env`: that is where a C library or a part of std that no browser has would be looked
//! for, and the module could not be loaded.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wasmparser::{Parser, Payload};

use super::files::with_ending;
use super::finding::Finding;

/// Looks at every wasm file of the product.
pub fn check(dist: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (name, file) in with_ending(dist, "wasm")? {
        let module = fs::read(&file).with_context(|| format!("reading {name}"))?;
        for import in from_env(&module).with_context(|| format!("parsing {name}"))? {
            findings.push(format!("{name} imports `{import}` from `env`"));
        }
    }
    Ok(findings)
}

fn from_env(module: &[u8]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for part in Parser::new(0).parse_all(module) {
        if let Payload::ImportSection(imports) = part? {
            for import in imports.into_imports() {
                let import = import?;
                if import.module == "env" {
                    found.push(import.name.to_owned());
                }
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with one type `() -> ()` and one import of it: `<module>.f`.
    fn importing(module: &str) -> Vec<u8> {
        let length = u8::try_from(module.len()).unwrap();
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        bytes.extend([1, 4, 1, 0x60, 0, 0]);
        bytes.extend([2, length + 6, 1, length]);
        bytes.extend(module.as_bytes());
        bytes.extend([1, b'f', 0, 0]);
        bytes
    }

    #[test]
    fn an_import_from_env_is_found() {
        assert_eq!(from_env(&importing("env")).unwrap(), ["f"]);
        assert!(from_env(&importing("wbg")).unwrap().is_empty());
    }
}
