//! Packs a folder into a bundle.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use bundle::kind::Found as Shape;
use bundle::limits::{MAX_CHUNK, MAX_MANIFEST};
use bundle::manifest::Manifest;
use bundle::part::{MANIFEST, Part, SEALED_KEY};
use bundle::sealed::RANDOM;
use bundle::{
    FileHead, FilePath, Head, Kind, Options, PublicKey, SealedKey, SiteName, Unsigned, Writer,
};
use site::media_type::content_type;

use super::folder::{self, FolderFile, Listing};
use super::key::{self, Key};
use super::output::Output;
use super::{Interrupt, file};
use crate::Error;

/// What to pack, and how.
#[derive(Debug, Clone)]
pub struct PackOptions {
    /// The folder: a site's tree, or a plain web site.
    pub folder: PathBuf,
    /// The bundle.
    pub file: PathBuf,
    /// May a file there be replaced?
    pub replace: bool,
    /// The site's name; without it, that of the folder's `bundle.json`, or the folder's.
    pub name: Option<SiteName>,
    /// Which key signs.
    pub key: key::KeySource,
    /// Which parts of the site go into the bundle.
    pub contents: Options,
    /// The file with the passphrase that seals the site's key in the bundle; without it the key is left out.
    pub passphrase: Option<PathBuf>,
}

/// What was packed.
pub struct Packed {
    /// Whose the bundle is.
    pub head: Head,
    /// The key that signed.
    pub key: Option<Key>,
    /// What the folder was.
    pub kind: Kind,
    /// How many files are in it.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// How many files `contents` left out.
    pub left_out: usize,
    /// What tools left behind, which is not in it.
    pub litter: Vec<String>,
    /// The key that the folder's `bundle.json` names, if it is another.
    pub other_key: Option<PublicKey>,
}

/// Packs, or leaves nothing behind.
///
/// # Errors
/// [`Error::File`], [`Error::Bundle`], [`Error::Exists`], [`Error::Unpackable`], [`Error::Key`],
/// [`Error::OtherKey`], [`Error::Usage`], [`Error::Interrupted`].
pub fn pack(options: &PackOptions, interrupt: &Interrupt) -> Result<Packed, Error> {
    let mut output = Output::new(&options.file, options.replace)?;
    let wrong = file::of(&options.file);
    let Listing { files, litter } = folder::list(&options.folder)?;
    let before = manifest(&options.folder)?;
    let plan = plan(files, before.as_ref(), options)?;
    let name = name(options, before.as_ref());
    check_key(options, &name, before.as_ref())?;
    let key = Key::get(&options.key, &name)?;
    let public = key.as_ref().map(Key::public);
    let named = before.as_ref().and_then(|manifest| manifest.head().key);
    let published = match before.as_ref().map(Manifest::head) {
        Some(head) => head.published,
        // Nobody published a folder: when it was last changed says as much.
        None => plan.places.values().map(|found| found.modified).max(),
    };
    let head = Head {
        name,
        key: public,
        published,
    };
    let sealed = seal(options, key.as_ref())?;
    let all = plan.heads.len();
    let kept = plan
        .heads
        .iter()
        .filter(|file| options.contents.takes(file.path.as_str()));
    let (count, bytes) = kept.fold((0, 0), |(n, sum), file| (n + 1, sum + file.size));
    let writer = Writer::new(head.clone(), options.contents, sealed.as_ref(), plan.heads);
    let mut to = output.make_file()?;
    let mut write = |bytes: &[u8]| {
        to.write_all(bytes)
            .map_err(Error::file("write", &options.file))
    };
    let listed = write_files(
        writer.map_err(&wrong)?,
        &plan.places,
        &wrong,
        interrupt,
        &mut write,
    )?;
    let signature = listed
        .statement()
        .zip(key.as_ref())
        .map(|(statement, key)| key.sign(&statement));
    write(&listed.finish(signature).map_err(&wrong)?)?;
    to.sync_all().map_err(Error::file("write", &options.file))?;
    output.finish()?;
    Ok(Packed {
        other_key: named.filter(|named| public.is_some_and(|public| public != *named)),
        head,
        key,
        kind: plan.kind,
        files: count,
        bytes,
        left_out: all - count,
        litter,
    })
}

/// The folder's files under their paths in the bundle.
struct Plan {
    kind: Kind,
    heads: Vec<FileHead>,
    places: HashMap<FilePath, FolderFile>,
}

fn plan(
    mut files: Vec<FolderFile>,
    before: Option<&Manifest>,
    options: &PackOptions,
) -> Result<Plan, Error> {
    // The bundle itself, packed into the folder that it is made from.
    let own = fs::canonicalize(&options.file).ok();
    files.retain(|found| own.is_none() || fs::canonicalize(&found.file).ok() != own);
    let names: Vec<&str> = files.iter().map(|found| found.path.as_str()).collect();
    let shape = Shape::in_names(&names);
    let kind = shape.kind;
    let known = before
        .map(|manifest| manifest.files.as_slice())
        .unwrap_or_default();
    let known: HashMap<&str, &str> = known
        .iter()
        .map(|file| (file.path.as_str(), file.media_type.as_str()))
        .collect();
    let paths: Vec<Option<FilePath>> = files
        .iter()
        .map(|found| match shape.place(&found.path) {
            Ok(path) if path == MANIFEST || path == SEALED_KEY => Ok(None),
            Err(_) => Ok(None),
            Ok(path) => FilePath::parse(&path)
                .map(Some)
                .map_err(|reason| Error::Unpackable {
                    path: found.file.clone(),
                    problem: reason.to_string(),
                }),
        })
        .collect::<Result<_, _>>()?;
    let (mut heads, mut places) = (Vec::new(), HashMap::new());
    for (path, found) in paths.into_iter().zip(files) {
        let Some(path) = path.filter(|path| Part::of(path.as_str()) != Some(Part::Key)) else {
            continue;
        };
        let media_type = match known.get(path.as_str()) {
            Some(media_type) => (*media_type).to_owned(),
            None => content_type(path.as_str(), ""),
        };
        heads.push(FileHead {
            path: path.clone(),
            size: found.size,
            media_type,
        });
        places.insert(path, found);
    }
    Ok(Plan {
        kind,
        heads,
        places,
    })
}

/// The `bundle.json` of a folder that was unpacked from a bundle.
fn manifest(folder: &Path) -> Result<Option<Manifest>, Error> {
    let file = folder.join(MANIFEST);
    let Ok(open) = File::open(&file) else {
        return Ok(None);
    };
    let mut json = Vec::new();
    open.take(MAX_MANIFEST)
        .read_to_end(&mut json)
        .map_err(Error::file("read", &file))?;
    Manifest::read(&json).map(Some).map_err(file::of(folder))
}

fn name(options: &PackOptions, before: Option<&Manifest>) -> SiteName {
    let folder = || {
        let folder = fs::canonicalize(&options.folder).ok();
        let name = folder.as_deref().and_then(Path::file_name);
        SiteName::suggest(&name.unwrap_or_default().to_string_lossy())
    };
    let before = before.map(|manifest| manifest.head().name);
    options.name.clone().or(before).unwrap_or_else(folder)
}

/// Is the kept key that of the site that the folder was unpacked from? A stranger's bundle chooses its name, and must
/// not be signed by the key that is kept for that name unless the person asks for it.
///
/// # Errors
/// [`Error::OtherKey`] if the folder's `bundle.json` alone has the name, and names another key or none.
fn check_key(
    options: &PackOptions,
    name: &SiteName,
    before: Option<&Manifest>,
) -> Result<(), Error> {
    let (key::KeySource::Kept, None, Some(before)) = (&options.key, &options.name, before) else {
        return Ok(());
    };
    let named = before.head().key;
    let kept = Key::kept(name)?.map(|key| key.public());
    // A new key for a bundle that nobody signed takes nothing from anybody.
    let is_new = kept.is_none() && named.is_none();
    match is_new || kept == named {
        true => Ok(()),
        false => Err(Error::OtherKey {
            folder: options.folder.clone(),
            name: name.clone(),
            is_signed: named.is_some(),
        }),
    }
}

fn seal(options: &PackOptions, key: Option<&Key>) -> Result<Option<SealedKey>, Error> {
    let Some(file) = &options.passphrase else {
        return Ok(None);
    };
    let key = key.ok_or(Error::Usage(
        "--with-key needs a key, and --unsigned has none",
    ))?;
    let passphrase = key::passphrase(file)?;
    let mut random = [0; RANDOM];
    key::random(&mut random)?;
    SealedKey::seal(key.secret(), &key.public(), &passphrase, &random)
        .map(Some)
        .map_err(file::of(file))
}

fn write_files(
    mut writer: Writer,
    places: &HashMap<FilePath, FolderFile>,
    wrong: &impl Fn(bundle::Error) -> Error,
    interrupt: &Interrupt,
    write: &mut impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<Unsigned, Error> {
    let mut chunk = vec![0; MAX_CHUNK];
    while let Some(file) = writer.next_file().map_err(wrong)? {
        let Some(found) = places.get(&file.path) else {
            continue;
        };
        let failed = |error| Error::file("read", &found.file)(error);
        let mut open = File::open(&found.file).map_err(failed)?;
        loop {
            interrupt.check()?;
            let length = open.read(&mut chunk).map_err(failed)?;
            let bytes = chunk.get(..length).unwrap_or_default();
            if bytes.is_empty() {
                break;
            }
            writer.write(bytes).map_err(wrong)?;
            write(&writer.take())?;
        }
    }
    writer.list().map_err(wrong)
}
