//! What the behaviour tests share: sites in memory, written and read.

#![allow(dead_code, reason = "each test file uses its own part of it")]
#![allow(clippy::unwrap_used, reason = "a test")]

pub mod raw_zip;
pub mod small;

use std::collections::BTreeMap;

use bundle::{
    Bundle, Error, FileHead, FilePath, Head, Options, PublicKey, SealedKey, Signature, SiteName,
    Writer,
};
use ed25519_dalek::{Signer as _, SigningKey};
use futures::executor::block_on;

/// Media type and bytes, by path.
pub type Site = BTreeMap<String, (String, Vec<u8>)>;

pub fn site(files: &[(&str, &[u8])]) -> Site {
    let file =
        |(path, bytes): &(&str, &[u8])| ((*path).to_owned(), (String::new(), bytes.to_vec()));
    files.iter().map(file).collect()
}

pub fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[42; 32])
}

pub fn key() -> PublicKey {
    PublicKey::from(signing_key().verifying_key().to_bytes())
}

pub fn head() -> Head {
    Head {
        name: SiteName::parse("shop").unwrap(),
        key: Some(key()),
        published: Some(1_700_000_000_000),
    }
}

pub fn heads(site: &Site) -> Vec<FileHead> {
    let head = |(path, (media_type, bytes)): (&String, &(String, Vec<u8>))| FileHead {
        path: FilePath::parse(path).unwrap(),
        size: bytes.len() as u64,
        media_type: media_type.clone(),
    };
    site.iter().map(head).collect()
}

/// A signed bundle, its bytes given in pieces of this size.
pub fn export(
    site: &Site,
    options: Options,
    sealed_key: Option<&SealedKey>,
    piece: usize,
) -> Result<Vec<u8>, Error> {
    let mut writer = Writer::new(head(), options, sealed_key, heads(site))?;
    let mut bundle = Vec::new();
    while let Some(file) = writer.next_file()? {
        let (_, bytes) = &site[file.path.as_str()];
        for piece in bytes.chunks(piece) {
            writer.write(piece)?;
            bundle.extend(writer.take());
        }
    }
    let listed = writer.list()?;
    let signature = signing_key().sign(&listed.statement().unwrap());
    bundle.extend(listed.finish(Some(Signature::from(signature.to_bytes())))?);
    Ok(bundle)
}

/// A bundle of everything.
pub fn exported(site: &Site) -> Vec<u8> {
    let all = Options {
        draft: true,
        data: true,
    };
    export(site, all, None, 4096).unwrap()
}

pub fn open(archive: &[u8]) -> Result<Bundle<Vec<u8>>, Error> {
    block_on(Bundle::open(
        archive.to_vec(),
        async |key, statement, signature| identity::verify(key, statement, signature.as_bytes()),
    ))
}

/// All files, verified.
pub fn import(archive: &[u8]) -> Result<Site, Error> {
    let mut bundle = open(archive)?;
    let files = bundle.files().to_vec();
    let mut site = Site::new();
    for (index, file) in files.into_iter().enumerate() {
        let mut bytes = Vec::new();
        let mut reader = block_on(bundle.read(index))?;
        while let Some(chunk) = block_on(reader.next())? {
            bytes.extend_from_slice(chunk);
        }
        assert_eq!(bytes.len() as u64, file.size);
        site.insert(file.path.to_string(), (file.media_type, bytes));
    }
    block_on(bundle.sealed_key())?;
    Ok(site)
}
