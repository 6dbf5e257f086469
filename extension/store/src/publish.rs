//! Publishes drafts and discards them, each in one transaction; then removes the blobs that nothing refers to any more.

use std::collections::HashSet;

use idb::Query;
use wasm_bindgen::JsValue;

use crate::record::{self, DRAFT, FileRecord, Site, SiteId};
use crate::schema::{BLOBS, FILES, SITES};
use crate::tx::Tx;
use crate::{Error, Store, files, sites};

impl Store {
    /// Makes the draft live. Visitors get either the old version or the new one, never a mixture.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::NothingToPublish`], [`Error::Full`].
    pub async fn publish(&self, id: &SiteId) -> Result<Site, Error> {
        let site = self
            .write(&[SITES, FILES], async |tx| {
                let mut site = sites::get(tx, id).await?;
                let draft = files::list(tx, id.as_str(), DRAFT).await?;
                if draft.is_empty() {
                    return Err(Error::NothingToPublish);
                }
                let old = site.live_version;
                let new = site.next_version();
                if let Some(old) = old.filter(|old| !site.keeps(*old)) {
                    tx.store(FILES)?
                        .delete(record::version_range(id.as_str(), old)?)?;
                }
                replace(tx, id, new, &draft)?;
                site.live_version = Some(new);
                site.draft_changed = false;
                site.modified = record::now();
                site.published = Some(site.modified);
                sites::put(tx, &site).await?;
                Ok(site)
            })
            .await?;
        // The publish has succeeded. What is not removed now is removed after the next change.
        let _ = self.collect_garbage().await;
        Ok(site)
    }

    /// Allows an imported site the limits that its `site.json` sets. The live version gets another number, so that its box
    /// is updated.
    ///
    /// # Errors
    /// [`Error::NoSite`].
    pub async fn allow_limits(&self, id: &SiteId) -> Result<Site, Error> {
        self.write(&[SITES, FILES], async |tx| {
            let mut site = sites::get(tx, id).await?;
            site.limits_capped = false;
            site.modified = record::now();
            if let Some(old) = site.live_version {
                let live = files::list(tx, id.as_str(), old).await?;
                let new = site.next_version();
                replace(tx, id, new, &live)?;
                if !site.keeps(old) {
                    tx.store(FILES)?
                        .delete(record::version_range(id.as_str(), old)?)?;
                }
                site.live_version = Some(new);
            }
            sites::put(tx, &site).await?;
            Ok(site)
        })
        .await
    }

    /// Makes the draft equal to the live version again.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::NothingLive`].
    pub async fn discard_draft(&self, id: &SiteId) -> Result<Site, Error> {
        let site = self
            .write(&[SITES, FILES], async |tx| {
                let mut site = sites::get(tx, id).await?;
                let live = files::list(
                    tx,
                    id.as_str(),
                    site.live_version.ok_or(Error::NothingLive)?,
                )
                .await?;
                replace(tx, id, DRAFT, &live)?;
                site.draft_changed = false;
                site.modified = record::now();
                sites::put(tx, &site).await?;
                Ok(site)
            })
            .await?;
        let _ = self.collect_garbage().await;
        Ok(site)
    }

    /// Removes the blobs that no file refers to; returns their number. Bytes that are being read, or that a
    /// [`crate::RemovedFile`] holds, stay readable to the reader.
    pub async fn collect_garbage(&self) -> Result<usize, Error> {
        self.write(&[FILES, BLOBS], async |tx| {
            // One transaction finds and deletes them, and writers add blob and reference in one: no change can
            // come between.
            let records = tx.store(FILES)?.get_all(None, None)?.await?;
            let mut used = HashSet::with_capacity(records.len());
            for record in records {
                used.insert(serde_wasm_bindgen::from_value::<FileRecord>(record)?.blob);
            }
            let blobs = tx.store(BLOBS)?;
            let mut removed = 0;
            for key in blobs.get_all_keys(None, None)?.await? {
                if key.as_string().is_none_or(|id| !used.contains(&id)) {
                    blobs.delete(Query::Key(key))?;
                    removed += 1;
                }
            }
            Ok(removed)
        })
        .await
    }
}

/// Makes a version consist of these records. The transaction fails if any of these requests does.
pub(crate) fn replace(
    tx: &Tx,
    site: &SiteId,
    version: u32,
    records: &[FileRecord],
) -> Result<(), Error> {
    let files = tx.store(FILES)?;
    files.delete(record::version_range(site.as_str(), version)?)?;
    for record in records {
        let key: JsValue = record::file_key(site.as_str(), version, &record.path);
        files.put(&record::to_js(record)?, Some(&key))?;
    }
    Ok(())
}
