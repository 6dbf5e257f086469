//! The files of a starter, and the site that they make.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use database::transfer::Import;
use layout::Place;
use serde_json::Value;

use crate::common::Site;

/// A starter's files by their paths in the site's tree.
pub struct Tree {
    pub files: BTreeMap<String, String>,
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../extension/starters")
}

/// What the sites page offers.
pub fn offered() -> Vec<Value> {
    let list = fs::read_to_string(folder().join("starters.json")).unwrap();
    serde_json::from_str(&list).unwrap()
}

impl Tree {
    pub fn of(id: &str) -> Self {
        let root = folder().join(id);
        let mut files = BTreeMap::new();
        read(&root, &root, &mut files);
        assert!(!files.is_empty(), "{id}");
        Self { files }
    }

    /// A site of these files, with its seeds: as it is when it was just made of the starter.
    pub fn site(&self) -> Site {
        let files = self.files.iter().map(|(p, t)| (p.as_str(), t.as_str()));
        let files: Vec<_> = files.collect();
        let site = Site::new(&files);
        assert_eq!(site.program.problems(), []);
        for (path, text) in &self.files {
            match Place::of(path) {
                Some(Place::Data(name)) => {
                    let collection = site.database.collection(name).unwrap();
                    let mut count = 0_u8;
                    let mut random = |bytes: &mut [u8]| {
                        count += 1;
                        bytes.fill(count);
                    };
                    let seeds = collection.import(path, text, Import::Seed, &mut random);
                    assert!(seeds.unwrap() > 0, "{path}");
                }
                Some(Place::Public(_)) => {
                    let bytes = text.clone().into_bytes();
                    site.files.borrow_mut().insert(path.clone(), bytes);
                }
                _ => {}
            }
        }
        site
    }
}

fn read(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(root, &path, files);
            continue;
        }
        let parts = path.strip_prefix(root).unwrap().iter();
        let parts: Vec<_> = parts.map(|part| part.to_str().unwrap()).collect();
        files.insert(parts.join("/"), fs::read_to_string(&path).unwrap());
    }
}
