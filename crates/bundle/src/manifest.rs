//! `bundle.json`: the list of files, whose they are, and the signature.

use identity::{PublicKey, Signature, SiteName, bundle_statement};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{EntryError, Error};
use crate::limits::{MAX_FILES, MAX_MEDIA_TYPE};
use crate::part::{self, Part};

/// The format that this crate writes, and the newest that it reads.
pub const FORMAT: u64 = 1;

/// Whose a bundle is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The site's name.
    pub name: SiteName,
    /// The site's key, if the bundle is to be signed.
    pub key: Option<PublicKey>,
    /// When the live version was published: milliseconds since 1970, UTC. `None` if never.
    pub published: Option<u64>,
}

/// A file in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// Its path in the layout.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// The media type, possibly empty.
    pub media_type: String,
    /// The hash of its bytes.
    pub sha256: Hash,
}

/// A SHA-256. In JSON 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash(pub [u8; 32]);

/// All of `bundle.json`, as it is read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    name: SiteName,
    #[serde(default)]
    public_key: Option<PublicKey>,
    #[serde(default)]
    published: Option<u64>,
    /// In ascending order of paths, byte by byte.
    pub files: Vec<Listed>,
    /// Over the statement.
    #[serde(default)]
    pub signature: Option<Signature>,
}

/// What comes before the files, as it is written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Top<'a> {
    format: u64,
    name: &'a SiteName,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<PublicKey>,
    published: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<Signature>,
}

impl Manifest {
    /// Reads and checks `bundle.json`, but for the signature.
    pub fn read(json: &[u8]) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Version {
            format: u64,
        }
        let unclear = |error: serde_json::Error| Error::Manifest(error.to_string());
        let Version { format } = serde_json::from_slice(json).map_err(unclear)?;
        if format > FORMAT {
            let known = FORMAT;
            return Err(Error::NewerFormat {
                found: format,
                known,
            });
        }
        if format == 0 {
            return Err(Error::Manifest("there is no format 0".to_owned()));
        }
        let manifest: Self = serde_json::from_slice(json).map_err(unclear)?;
        manifest.check().map(|()| manifest)
    }

    fn check(&self) -> Result<(), Error> {
        if self.files.len() > MAX_FILES {
            return Err(Error::TooManyFiles(self.files.len()));
        }
        if self.public_key.is_some() != self.signature.is_some() {
            return Err(Error::HalfSigned);
        }
        let mut before = "";
        for file in &self.files {
            if file.path.as_str() <= before {
                let out_of_order = format!("{:?} is not in its place in the list", file.path);
                return Err(Error::Manifest(out_of_order));
            }
            before = &file.path;
            part::checked(&file.path)?;
            if Part::of(&file.path).is_none() {
                return Err(EntryError::OwnName.of(&file.path));
            }
            check_media_type(&file.path, &file.media_type)?;
        }
        Ok(())
    }

    /// Whose the bundle says it is.
    pub fn head(&self) -> Head {
        Head {
            name: self.name.clone(),
            key: self.public_key,
            published: self.published,
        }
    }
}

/// A media type is a plain line: printable ASCII, not too long, possibly empty.
pub fn check_media_type(path: &str, media_type: &str) -> Result<(), Error> {
    let is_plain = media_type.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if is_plain && media_type.len() <= MAX_MEDIA_TYPE {
        Ok(())
    } else {
        Err(EntryError::MediaType.of(path))
    }
}

/// The bytes that the site's key signs; `None` without a key.
pub fn statement(head: &Head, files: &[Listed]) -> Option<Vec<u8>> {
    let key = head.key.as_ref()?;
    Some(bundle_statement(
        key,
        &head.name,
        head.published,
        &digest(files),
    ))
}

/// The SHA-256 of the list: of each file path, size, media type and hash, each field behind its length
/// (8 octets, big-endian), the size as 8 octets, big-endian.
pub fn digest(files: &[Listed]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for file in files {
        let size = file.size.to_be_bytes();
        let fields = [
            file.path.as_bytes(),
            &size,
            file.media_type.as_bytes(),
            &file.sha256.0,
        ];
        for field in fields {
            digest.update((field.len() as u64).to_be_bytes());
            digest.update(field);
        }
    }
    digest.finalize().into()
}

/// `bundle.json` as it is written: one line a file, so that people and their tools can compare two.
pub fn write(head: &Head, files: &[Listed], signature: Option<Signature>) -> Vec<u8> {
    let top = Top {
        format: FORMAT,
        name: &head.name,
        public_key: head.key,
        published: head.published,
        signature,
    };
    let mut json = line(&top);
    // Within the object: the files are its last field.
    json.pop();
    json.extend_from_slice(b",\"files\":[");
    for (place, file) in files.iter().enumerate() {
        json.extend_from_slice(if place == 0 { b"\n" } else { b",\n" });
        json.extend_from_slice(&line(file));
    }
    json.extend_from_slice(b"\n]}\n");
    json
}

/// The most bytes that a file of this path and media type takes in [`write()`].
pub fn line_length(path: &str, media_type: &str) -> u64 {
    /// The longest hash, the longest size that is possible, the names of the fields.
    const REST: usize = 64 + 13 + 64;
    (line(&path).len() + line(&media_type).len() + REST) as u64
}

/// Plain data always has a JSON.
fn line(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&base16ct::lower::encode_string(&self.0))
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{self:?}"))
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        let mut hash = [0; 32];
        match base16ct::lower::decode(text.as_bytes(), &mut hash) {
            Ok(all) if all.len() == 32 => Ok(Self(hash)),
            _ => Err(serde::de::Error::custom(
                "a SHA-256 is 64 lower-case hexadecimal digits",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(path: &str) -> Listed {
        Listed {
            path: path.to_owned(),
            size: 258,
            media_type: "text/\"x\"".to_owned(),
            sha256: Hash([7; 32]),
        }
    }

    fn head() -> Head {
        Head {
            name: SiteName::parse("shop").unwrap(),
            key: Some(PublicKey::from([1; 32])),
            published: Some(1_700_000_000_000),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let files = [listed("public/a"), listed("public/ü\"")];
        let json = write(&head(), &files, Some(Signature::from([2; 64])));
        let read = Manifest::read(&json).unwrap();
        assert_eq!(read.head(), head());
        assert_eq!(read.files, files);
        assert_eq!(read.signature, Some(Signature::from([2; 64])));
        let mut unsigned = head();
        (unsigned.key, unsigned.published) = (None, None);
        let read = Manifest::read(&write(&unsigned, &[], None)).unwrap();
        assert_eq!(read.head(), unsigned);
    }

    #[test]
    fn a_line_is_not_longer_than_foretold() {
        let mut file = listed("public/\"ü\u{e000}");
        file.size = crate::limits::MAX_TOTAL;
        let foretold = line_length(&file.path, &file.media_type);
        assert!(line(&file).len() as u64 + 2 <= foretold, "{foretold}");
    }

    #[test]
    fn the_signed_digest_is_the_documented_one() {
        let mut bytes = b"\0\0\0\0\0\0\0\x08public/a".to_vec();
        bytes.extend(b"\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\x01\x02");
        bytes.extend(b"\0\0\0\0\0\0\0\x08text/\"x\"");
        bytes.extend(b"\0\0\0\0\0\0\0\x20");
        bytes.extend([7; 32]);
        let expected: [u8; 32] = Sha256::digest(&bytes).into();
        assert_eq!(digest(&[listed("public/a")]), expected);
    }

    #[test]
    fn each_wrong_manifest_is_refused_with_the_reason() {
        let file = r#"{"path":"public/a","size":1,"mediaType":"","sha256":"$"}"#
            .replace('$', &"0a".repeat(32));
        let with = |files: &str| format!(r#"{{"format":1,"name":"shop","files":[{files}]}}"#);
        assert!(Manifest::read(with(&file).as_bytes()).is_ok());
        let newer = br#"{"format":2,"unheard":[]}"#;
        assert_eq!(
            Manifest::read(newer).unwrap_err(),
            Error::NewerFormat { found: 2, known: 1 }
        );
        for (json, says) in [
            ("".to_owned(), "EOF"),
            ("[]".to_owned(), "expected struct"),
            (r#"{"format":0}"#.to_owned(), "no format 0"),
            (r#"{"format":-1}"#.to_owned(), "invalid value"),
            (with("").replace("shop", "Shop"), "line 1"),
            (with(&format!("{file},{file}")), "not in its place"),
            (with(&file.replace("public/a", "../a")), "another folder"),
            (with(&file.replace("public/a", "c:/a")), "a drive"),
            (with(&file.replace("0a", "0A")), "64 lower-case"),
            (
                with(&file.replace(r#"e":"""#, r#"e":"a\nb""#)),
                "media type",
            ),
            (with(&file.replace("1", "-1")), "invalid value"),
            (
                with(&file).replace("\"files\"", "\"format\":1,\"files\""),
                "duplicate field",
            ),
            (
                with(&file).replace("\"files\"", r#""signature":"","files""#),
                "a signature",
            ),
        ] {
            let error = Manifest::read(json.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(says), "{json}\n{error}");
        }
        let half = with(&file).replace(
            "\"files\"",
            &format!("\"publicKey\":\"{}\",\"files\"", PublicKey::from([1; 32])),
        );
        assert_eq!(
            Manifest::read(half.as_bytes()).unwrap_err(),
            Error::HalfSigned
        );
    }
}
