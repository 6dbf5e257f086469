//! What a site's own code reads and changes of its live version: the code itself, and its files. Must not know what code
//! does with them.
//!
//! What it writes goes to both the live version and the draft, so that the next publish keeps it and an export has it.
//! `draft_changed` stays as it is, since both versions get the same file.

use std::collections::HashMap;
use std::future::IntoFuture;

use futures_util::future::join_all;
use idb::Query;
use layout::place::{DATA, LIB, PUBLIC, ROUTES, SITE_JSON, TEMPLATES};
use site::{FileMeta, FilePath};
use wasm_bindgen::JsValue;
use web_sys::Blob;

use crate::NewFile;
use crate::content::Content;
use crate::files::{self, find, list, read_blob};
use crate::limits::{MAX_CODE, MAX_OWN_FILE, MAX_OWN_FILES};
use crate::record::{self, DRAFT, FileRecord, OwnFiles, Site, SiteId};
use crate::schema::{BLOBS, BY_BLOB, FILES, SITES};
use crate::tx::Tx;
use crate::{Error, Store, sites};

/// The folders of the files that the box receives, besides `site.json`.
const CODE_FOLDERS: [&str; 4] = [ROUTES, LIB, TEMPLATES, DATA];

/// The code of a live version.
#[derive(Debug, Clone)]
pub struct Code {
    /// The number of the version.
    pub version: u32,
    /// Paths in the site's tree, and bytes.
    pub files: Vec<(String, Blob)>,
}

impl Store {
    /// The live version of each site that has code, by the site's id.
    pub async fn live_code(&self) -> Result<HashMap<SiteId, u32>, Error> {
        self.read(&[SITES, FILES], async |tx| {
            let files = tx.store(FILES)?;
            let mut found = Vec::new();
            for site in sites::all(tx).await? {
                let Some(version) = site.live_version.filter(|_| site.deleted_at.is_none()) else {
                    continue;
                };
                let range = record::prefix_range(site.id.as_str(), version, ROUTES)?;
                let first = files.get_key(Query::KeyRange(range))?.into_future();
                found.push(async move { (site.id, version, first.await) });
            }
            let mut with_code = HashMap::new();
            for (id, version, key) in join_all(found).await {
                if key?.is_some_and(|key| !key.is_undefined()) {
                    with_code.insert(id, version);
                }
            }
            Ok(with_code)
        })
        .await
    }

    /// All files of the live version that its code consists of: `site.json`, routes, modules, templates and seed
    /// rows.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::NotLive`], [`Error::TooMuchCode`].
    pub async fn code(&self, id: &SiteId) -> Result<Code, Error> {
        self.read(&[SITES, FILES, BLOBS], async |tx| {
            let version = live(&sites::get(tx, id).await?)?;
            let settings = record::file_key(id.as_str(), version, SITE_JSON);
            let mut records: Vec<FileRecord> = find(tx, &settings).await?.into_iter().collect();
            for folder in CODE_FOLDERS {
                records.extend(with_prefix(tx, id, version, folder).await?);
            }
            let size = records
                .iter()
                .fold(0u64, |sum, record| sum.saturating_add(record.size));
            if size > MAX_CODE {
                return Err(Error::TooMuchCode(size));
            }
            let blobs = join_all(records.iter().map(|record| read_blob(tx, record))).await;
            let mut files = Vec::with_capacity(records.len());
            for (record, blob) in records.into_iter().zip(blobs) {
                files.push((record.path, blob?));
            }
            Ok(Code { version, files })
        })
        .await
    }

    /// A file of the live version, with its media type; `None` if there is none.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::NotLive`].
    pub async fn read_own(
        &self,
        id: &SiteId,
        path: &FilePath,
    ) -> Result<Option<(Blob, String)>, Error> {
        self.read(&[SITES, FILES, BLOBS], async |tx| {
            let version = live(&sites::get(tx, id).await?)?;
            let key = record::file_key(id.as_str(), version, path.as_str());
            match find(tx, &key).await? {
                Some(record) => Ok(Some((read_blob(tx, &record).await?, record.media_type))),
                None => Ok(None),
            }
        })
        .await
    }

    /// The files of the live version whose paths begin with `prefix`, by path. The empty prefix lists all.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::NotLive`].
    pub async fn list_own(&self, id: &SiteId, prefix: &str) -> Result<Vec<FileMeta>, Error> {
        self.read(&[SITES, FILES], async |tx| {
            let version = live(&sites::get(tx, id).await?)?;
            let records = match prefix {
                "" => list(tx, id.as_str(), version).await?,
                prefix => with_prefix(tx, id, version, prefix).await?,
            };
            Ok(records.into_iter().map(FileMeta::from).collect())
        })
        .await
    }

    /// Makes or replaces a file in `public/` of the live version, and of the draft. All files that the site's code has
    /// written may have `max_total` bytes afterwards, or the owner's limit if that is less.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::NotLive`], [`Error::NotPublic`], [`Error::OwnFileTooLarge`],
    /// [`Error::TooManyOwnFiles`], [`Error::OwnFilesFull`], [`Error::Full`].
    pub async fn write_own(
        &self,
        id: &SiteId,
        file: &NewFile,
        max_total: u64,
    ) -> Result<(), Error> {
        is_public(&file.path)?;
        // Whole numbers below 2^53 (File API).
        let size = file.blob.size() as u64;
        if size > MAX_OWN_FILE {
            return Err(Error::OwnFileTooLarge(size));
        }
        let content = Content::read(&file.blob, file.path.as_str()).await?;
        let record = FileRecord {
            path: file.path.to_string(),
            media_type: file.media_type.clone(),
            size: content.size,
            modified: record::now(),
            blob: content.id,
            own: true,
        };
        self.write(&[SITES, FILES, BLOBS], async |tx| {
            let mut site = sites::get(tx, id).await?;
            let copies = copies_of(tx, &site, &file.path).await?;
            update_own_files(tx, &mut site, &copies, Some(&record), max_total).await?;
            let files = tx.store(FILES)?;
            if copies.first().is_some_and(|(_, old)| old.is_none()) {
                let range = record::version_range(id.as_str(), live(&site)?)?;
                if files.count(Some(Query::KeyRange(range)))?.await? >= MAX_OWN_FILES {
                    return Err(Error::TooManyOwnFiles);
                }
            }
            let id = JsValue::from_str(&record.blob);
            let known = tx.store(BLOBS)?.get_key(Query::Key(id.clone()))?.await?;
            if known.is_none_or(|key| key.is_undefined()) {
                tx.store(BLOBS)?.put(&content.blob, Some(&id))?;
            }
            let value = record::to_js(&record)?;
            for (key, old) in &copies {
                let same = old.as_ref().is_some_and(|old| {
                    old.own && old.blob == record.blob && old.media_type == record.media_type
                });
                if !same {
                    files.put(&value, Some(key))?;
                }
            }
            delete_unreferenced(tx, &copies).await
        })
        .await
    }

    /// Deletes a file in `public/` from the live version, and from the draft. Returns whether there was one.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::NotLive`], [`Error::NotPublic`].
    pub async fn delete_own(&self, id: &SiteId, path: &FilePath) -> Result<bool, Error> {
        is_public(path)?;
        self.write(&[SITES, FILES, BLOBS], async |tx| {
            let mut site = sites::get(tx, id).await?;
            let copies = copies_of(tx, &site, path).await?;
            update_own_files(tx, &mut site, &copies, None, u64::MAX).await?;
            let files = tx.store(FILES)?;
            for (key, old) in &copies {
                if old.is_some() {
                    files.delete(Query::Key(key.clone()))?;
                }
            }
            delete_unreferenced(tx, &copies).await?;
            Ok(copies.first().is_some_and(|(_, old)| old.is_some()))
        })
        .await
    }
}

fn live(site: &Site) -> Result<u32, Error> {
    site.live_version.ok_or(Error::NotLive)
}

fn is_public(path: &FilePath) -> Result<(), Error> {
    match path.as_str().strip_prefix(PUBLIC) {
        Some(_) => Ok(()),
        None => Err(Error::NotPublic(path.to_string())),
    }
}

/// The keys and records of a file's copies: in the live version, in the draft, and in the draft before an import if that
/// import did not replace the live version.
async fn copies_of(
    tx: &Tx,
    site: &Site,
    path: &FilePath,
) -> Result<Vec<(JsValue, Option<FileRecord>)>, Error> {
    let live = live(site)?;
    let kept = site.previous.as_ref().filter(|_| site.keeps(live));
    let versions = [Some(live), Some(DRAFT), kept.map(|kept| kept.draft)];
    let mut copies = Vec::with_capacity(versions.len());
    for version in versions.into_iter().flatten() {
        let key = record::file_key(site.id.as_str(), version, path.as_str());
        let record = find(tx, &key).await?;
        copies.push((key, record));
    }
    Ok(copies)
}

/// Updates the total size of the files that the site's code wrote, in the site's record: `written` replaces the first of
/// `old_copies`.
async fn update_own_files(
    tx: &Tx,
    site: &mut Site,
    old_copies: &[(JsValue, Option<FileRecord>)],
    written: Option<&FileRecord>,
    max_total: u64,
) -> Result<(), Error> {
    let version = live(site)?;
    let own = |record: &FileRecord| if record.own { record.size } else { 0 };
    let before = match site.own_files.filter(|known| known.version == version) {
        Some(known) => known.bytes,
        None => {
            let records = with_prefix(tx, &site.id, version, PUBLIC).await?;
            records.iter().map(own).fold(0, u64::saturating_add)
        }
    };
    let old = old_copies
        .first()
        .and_then(|(_, old)| old.as_ref())
        .map_or(0, own);
    let bytes = before
        .saturating_sub(old)
        .saturating_add(written.map_or(0, own));
    let limit = site.own_files_limit().min(max_total);
    // Beyond a limit that was lowered, code may still replace files by smaller ones.
    if bytes > limit && bytes > before {
        return Err(Error::OwnFilesFull { limit });
    }
    let counted = Some(OwnFiles { version, bytes });
    if site.own_files != counted {
        site.own_files = counted;
        sites::put(tx, site).await?;
    }
    Ok(())
}

/// Deletes the blobs of replaced copies unless another file refers to them. To be called last: it counts the references
/// after the change.
async fn delete_unreferenced(
    tx: &Tx,
    old_copies: &[(JsValue, Option<FileRecord>)],
) -> Result<(), Error> {
    let by_blob = tx.store(FILES)?.index(BY_BLOB)?;
    for blob in old_copies
        .iter()
        .filter_map(|(_, old)| Some(&old.as_ref()?.blob))
    {
        let id = JsValue::from_str(blob);
        if by_blob.count(Some(Query::Key(id.clone())))?.await? == 0 {
            tx.store(BLOBS)?.delete(Query::Key(id))?;
        }
    }
    Ok(())
}

/// The records of a version whose paths begin with `prefix`.
async fn with_prefix(
    tx: &Tx,
    id: &SiteId,
    version: u32,
    prefix: &str,
) -> Result<Vec<FileRecord>, Error> {
    files::records(tx, record::prefix_range(id.as_str(), version, prefix)?).await
}
