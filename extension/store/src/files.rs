//! The files of a draft: added, listed, renamed, removed and put back.

use futures_util::future::join_all;
use idb::Query;
use site::{FileMeta, FilePath};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

use crate::content::Content;
use crate::record::{self, DRAFT, FileRecord, SiteId, Version};
use crate::schema::{BLOBS, FILES, SITES};
use crate::tx::Tx;
use crate::{Error, NewFile, Store, sites};

/// Most files in one transaction: while it writes, visitors' requests wait for it.
const MAX_BATCH_FILES: usize = 100;

/// Most bytes in one transaction, unless one file alone is larger: for the same reason, and because small
/// files are held in memory until they are written.
const MAX_BATCH_BYTES: u64 = 32 * 1024 * 1024;

/// A file that was removed from a draft: [`Store::restore_file`] puts it back. It holds the bytes by
/// itself.
#[derive(Debug, Clone)]
pub struct RemovedFile {
    site: SiteId,
    record: FileRecord,
    blob: Blob,
}

impl RemovedFile {
    /// Its path before.
    pub fn path(&self) -> &str {
        &self.record.path
    }
}

impl Store {
    /// Adds or replaces one file of the draft. See [`Store::put_files`].
    ///
    /// # Errors
    /// As for [`Store::put_files`].
    pub async fn put_file(
        &self,
        site: &SiteId,
        path: &FilePath,
        blob: &Blob,
        media_type: &str,
    ) -> Result<(), Error> {
        let file = NewFile {
            path: path.clone(),
            blob: blob.clone(),
            media_type: media_type.to_owned(),
            sha256: None,
        };
        self.put_files(site, std::slice::from_ref(&file)).await
    }

    /// Adds or replaces files of the draft, in batches that are each written as a whole. On an error the
    /// batches before it stay. A file that is there already with the same bytes stays as it is.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::Unreadable`], [`Error::Full`].
    pub async fn put_files(&self, site: &SiteId, files: &[NewFile]) -> Result<(), Error> {
        in_batches(files, async |batch| self.put_batch(site, batch).await).await
    }

    /// The files of a version, by path. A site never published has no live files.
    ///
    /// # Errors
    /// [`Error::NoSite`].
    pub async fn files(&self, site: &SiteId, version: Version) -> Result<Vec<FileMeta>, Error> {
        self.read(&[SITES, FILES], async |tx| {
            let Some(number) = version.number(&sites::get(tx, site).await?) else {
                return Ok(Vec::new());
            };
            Ok(list(tx, site.as_str(), number)
                .await?
                .into_iter()
                .map(FileMeta::from)
                .collect())
        })
        .await
    }

    /// Removes a file from the draft.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::NoFile`].
    pub async fn remove_file(&self, site: &SiteId, path: &FilePath) -> Result<RemovedFile, Error> {
        self.write(&[SITES, FILES, BLOBS], async |tx| {
            sites::touch_draft(tx, site).await?;
            let key = record::file_key(site.as_str(), DRAFT, path.as_str());
            let record = find(tx, &key)
                .await?
                .ok_or_else(|| Error::NoFile(path.to_string()))?;
            let blob = read_blob(tx, &record).await?;
            tx.store(FILES)?.delete(Query::Key(key))?.await?;
            Ok(RemovedFile {
                site: site.clone(),
                record,
                blob,
            })
        })
        .await
    }

    /// Puts a removed file back, in place of whatever took its path meanwhile.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::Full`].
    pub async fn restore_file(&self, removed: &RemovedFile) -> Result<(), Error> {
        self.put_batch(
            &removed.site,
            vec![(removed.record.clone(), removed.blob.clone())],
        )
        .await
    }

    /// Moves a file of the draft to another path.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::NoFile`], [`Error::FileExists`] if the new path is taken.
    pub async fn rename_file(
        &self,
        site: &SiteId,
        from: &FilePath,
        to: &FilePath,
    ) -> Result<(), Error> {
        self.write(&[SITES, FILES], async |tx| {
            sites::touch_draft(tx, site).await?;
            let (old, new) = (
                record::file_key(site.as_str(), DRAFT, from.as_str()),
                record::file_key(site.as_str(), DRAFT, to.as_str()),
            );
            let mut record = find(tx, &old)
                .await?
                .ok_or_else(|| Error::NoFile(from.to_string()))?;
            if from == to {
                return Ok(());
            }
            if find(tx, &new).await?.is_some() {
                return Err(Error::FileExists(to.to_string()));
            }
            record.path = to.to_string();
            // A visitor's copy of another file at the new path must not pass for this one.
            record.modified = record::now();
            tx.store(FILES)?.delete(Query::Key(old))?.await?;
            tx.store(FILES)?
                .put(&record::to_js(&record)?, Some(&new))?
                .await?;
            Ok(())
        })
        .await
    }

    async fn put_batch(&self, site: &SiteId, batch: Vec<(FileRecord, Blob)>) -> Result<(), Error> {
        self.write(&[SITES, FILES, BLOBS], async |tx| {
            sites::get(tx, site).await?;
            let (files, blobs) = (tx.store(FILES)?, tx.store(BLOBS)?);
            let mut present = Vec::with_capacity(batch.len());
            for (record, _) in &batch {
                let file = files
                    .get(Query::Key(record::file_key(
                        site.as_str(),
                        DRAFT,
                        &record.path,
                    )))?
                    .into_future();
                let blob = blobs
                    .get_key(Query::Key(JsValue::from_str(&record.blob)))?
                    .into_future();
                present.push(futures_util::future::join(file, blob));
            }
            let mut changed = false;
            for ((record, blob), (file, key)) in batch.iter().zip(join_all(present).await) {
                let old: Option<FileRecord> = record::from_js(file?)?;
                if old.is_some_and(|old| {
                    old.blob == record.blob && old.media_type == record.media_type
                }) {
                    continue;
                }
                changed = true;
                // The transaction fails if any of these requests does.
                if key?.is_none_or(|key| key.is_undefined()) {
                    blobs.put(blob, Some(&JsValue::from_str(&record.blob)))?;
                }
                files.put(
                    &record::to_js(record)?,
                    Some(&record::file_key(site.as_str(), DRAFT, &record.path)),
                )?;
            }
            if changed {
                sites::touch_draft(tx, site).await
            } else {
                Ok(())
            }
        })
        .await
    }
}

/// Reads files and calls `write` with batches that fit a transaction.
pub(crate) async fn in_batches(
    files: &[NewFile],
    write: impl AsyncFn(Vec<(FileRecord, Blob)>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut batch = Vec::new();
    let mut bytes = 0u64;
    for file in files {
        let content = Content::of(file).await?;
        let too_much = bytes.saturating_add(content.size) > MAX_BATCH_BYTES;
        if !batch.is_empty() && (batch.len() >= MAX_BATCH_FILES || too_much) {
            write(std::mem::take(&mut batch)).await?;
            bytes = 0;
        }
        bytes = bytes.saturating_add(content.size);
        batch.push((record_of(file, &content), content.blob));
    }
    if batch.is_empty() {
        Ok(())
    } else {
        write(batch).await
    }
}

/// The record of a file that its owner puts into the draft.
pub(crate) fn record_of(file: &NewFile, content: &Content) -> FileRecord {
    FileRecord {
        path: file.path.to_string(),
        media_type: file.media_type.clone(),
        size: content.size,
        modified: record::now(),
        blob: content.id.clone(),
        own: false,
    }
}

/// The records of a version, by path.
pub(crate) async fn list(tx: &Tx, owner: &str, version: u32) -> Result<Vec<FileRecord>, Error> {
    records(tx, record::version_range(owner, version)?).await
}

/// The records of these keys, in their order.
pub(crate) async fn records(tx: &Tx, range: idb::KeyRange) -> Result<Vec<FileRecord>, Error> {
    let values = tx
        .store(FILES)?
        .get_all(Some(Query::KeyRange(range)), None)?
        .await?;
    values
        .into_iter()
        .map(|value| Ok(serde_wasm_bindgen::from_value(value)?))
        .collect()
}

/// The blob that a record refers to.
pub(crate) async fn read_blob(tx: &Tx, record: &FileRecord) -> Result<Blob, Error> {
    let value = tx
        .store(BLOBS)?
        .get(Query::Key(JsValue::from_str(&record.blob)))?
        .await?;
    value
        .and_then(|value| value.dyn_into().ok())
        .ok_or_else(|| Error::Damaged(format!("the bytes of {:?} are missing", record.path)))
}

pub(crate) async fn find(tx: &Tx, key: &JsValue) -> Result<Option<FileRecord>, Error> {
    record::from_js(tx.store(FILES)?.get(Query::Key(key.clone()))?.await?)
}
