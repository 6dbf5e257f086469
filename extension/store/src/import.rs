//! Imports a site: its files are staged until the last one is there; then one transaction makes them a new site, or
//! replaces the files of a site. Until then no site has changed. Files of an import that did not finish are removed by the
//! next import, or when the extension starts.

use std::future::IntoFuture;

use futures_util::future::join_all;
use idb::Query;
use identity::{Fingerprint, PublicKey, SiteName};
use site::Settings;
use wasm_bindgen::JsValue;
use web_sys::Blob;
use zeroize::Zeroizing;

use crate::NewFile;
use crate::files::{self, in_batches};
use crate::lock::Lock;
use crate::publish::replace;
use crate::record::{self, DRAFT, FileRecord, Previous, Site, SiteId, Version};
use crate::schema::{BLOBS, FILES, KEYS, SITES};
use crate::tx::Tx;
use crate::{Error, Store, keys, sites};

/// The owner in the keys of staged files; no fingerprint looks like this. There is one import at a time, so that files
/// that were left behind can be distinguished from those of an import under way.
const STAGING_OWNER: &str = "import";

/// The number of the live version among them; the draft has its own.
const STAGING_LIVE: u32 = 1;

/// The name of the lock that an import holds, before that of the database.
const LOCK: &str = "peerserver import";

/// The site that an import creates or replaces.
#[derive(Debug, Clone)]
pub enum Target {
    /// A new site, with a new key.
    New {
        /// Its name.
        name: SiteName,
    },
    /// The same site as in another browser, with its key. If it is in this browser already, it is replaced.
    Moved {
        /// Its name.
        name: SiteName,
        /// Its public key.
        public_key: PublicKey,
        /// Its private key, in PKCS#8 (RFC 8410).
        private_key: Zeroizing<Vec<u8>>,
    },
    /// An existing site, deleted or not: its content is replaced.
    Replace {
        /// Its id.
        site: SiteId,
    },
}

/// The imported site's properties, besides its files.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// When its live version was published: milliseconds since 1970, UTC.
    pub published: Option<u64>,
    /// How it is served.
    pub settings: Settings,
    /// Is a new site hosted? A replaced one keeps its setting.
    pub hosted: bool,
}

/// An import that is under way. Dropped half-way, it leaves every site as it was.
#[derive(Debug)]
pub struct Import {
    store: Store,
    _lock: Lock,
}

impl Store {
    /// Begins an import.
    ///
    /// # Errors
    /// [`Error::Importing`] if there is one under way, in whatever page.
    pub async fn begin_import(&self) -> Result<Import, Error> {
        let lock = Lock::acquire(&format!("{LOCK} {}", self.name())).await?;
        let lock = lock.ok_or(Error::Importing)?;
        let import = Import {
            store: self.clone(),
            _lock: lock,
        };
        import.clear().await?;
        Ok(import)
    }

    /// Removes the files of an import that did not finish.
    pub async fn collect_imports(&self) -> Result<(), Error> {
        match self.begin_import().await {
            // It is under way.
            Ok(_) | Err(Error::Importing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Restores a site as it was before the last import into it. Later changes are lost.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::NothingKept`].
    pub async fn undo_import(&self, id: &SiteId) -> Result<Site, Error> {
        let site = self
            .write(&[SITES, FILES], async |tx| {
                let mut site = sites::get(tx, id).await?;
                let previous = site.previous.clone().ok_or(Error::NothingKept)?;
                if previous.live != site.live_version {
                    let number = site.next_version();
                    if let Some(now) = site.live_version {
                        remove(tx, id.as_str(), now)?;
                    }
                    if let Some(old) = previous.live {
                        let records = files::list(tx, id.as_str(), old).await?;
                        replace(tx, id, number, &records)?;
                        remove(tx, id.as_str(), old)?;
                    }
                    site.live_version = previous.live.map(|_| number);
                }
                let draft = files::list(tx, id.as_str(), previous.draft).await?;
                replace(tx, id, DRAFT, &draft)?;
                remove(tx, id.as_str(), previous.draft)?;
                site.published = previous.published;
                site.draft_changed = previous.draft_changed;
                site.settings = previous.settings;
                site.deleted_at = previous.deleted_at;
                site.limits_capped = previous.limits_capped;
                site.previous = None;
                site.modified = record::now();
                sites::put(tx, &site).await?;
                Ok(site)
            })
            .await?;
        // What is not removed now is removed after the next change.
        let _ = self.collect_garbage().await;
        Ok(site)
    }

    /// Deletes what is kept of the site before the last import into it.
    ///
    /// # Errors
    /// [`Error::NoSite`].
    pub async fn forget_previous(&self, id: &SiteId) -> Result<Site, Error> {
        let site = self
            .write(&[SITES, FILES], async |tx| {
                let mut site = sites::get(tx, id).await?;
                drop_previous(tx, &mut site)?;
                sites::put(tx, &site).await?;
                Ok(site)
            })
            .await?;
        let _ = self.collect_garbage().await;
        Ok(site)
    }
}

impl Import {
    /// Stages files of a version. A later file replaces one of the same path.
    ///
    /// # Errors
    /// [`Error::Unreadable`], [`Error::Full`].
    pub async fn put_files(&self, version: Version, files: &[NewFile]) -> Result<(), Error> {
        in_batches(files, async |batch| self.put_batch(version, batch).await).await
    }

    /// Creates or replaces the site. Visitors get either all old files or all new ones, never a mixture.
    ///
    /// Without live files a new site is not published, and a replaced one stays live as it is. Without
    /// files of the draft, that is equal to the live version. Whatever limits its `site.json` sets, the usual ones hold
    /// until [`Store::allow_limits`].
    ///
    /// # Errors
    /// [`Error::NameTaken`], [`Error::NoSite`], [`Error::WrongKey`], [`Error::OtherKey`], [`Error::Full`].
    pub async fn finish(self, target: Target, imported: Imported) -> Result<Site, Error> {
        let made = match &target {
            Target::New { .. } => Some(keys::generate().await?),
            Target::Moved {
                public_key,
                private_key,
                ..
            } => Some((keys::import(private_key, public_key).await?, *public_key)),
            Target::Replace { .. } => None,
        };
        let site = self
            .store
            .write(&[SITES, KEYS, FILES], async |tx| {
                let id = match (&target, &made) {
                    (Target::Replace { site }, _) => site.clone(),
                    (_, Some((_, public_key))) => Fingerprint::of(public_key),
                    (_, None) => return Err(Error::NoSite),
                };
                let mut site = match (sites::get_any(tx, &id).await, &target, &made) {
                    (Ok(site), _, Some((_, public_key))) if site.public_key != *public_key => {
                        return Err(Error::OtherKey);
                    }
                    (Ok(mut site), ..) => {
                        keep_previous(tx, &mut site).await?;
                        site
                    }
                    (
                        Err(Error::NoSite),
                        Target::New { name } | Target::Moved { name, .. },
                        Some((pair, public_key)),
                    ) => Site {
                        hosted: imported.hosted,
                        ..create(tx, name, *public_key, pair).await?
                    },
                    (Err(error), ..) => return Err(error),
                };
                move_staged(tx, &mut site, &imported).await?;
                sites::put(tx, &site).await?;
                Ok(site)
            })
            .await?;
        let _ = self.store.collect_garbage().await;
        Ok(site)
    }

    /// Cancels the import and removes its files.
    pub async fn cancel(self) -> Result<(), Error> {
        self.clear().await
    }

    /// Removes all staged files.
    async fn clear(&self) -> Result<(), Error> {
        let found = self
            .store
            .read(&[FILES], async |tx| {
                let range = Query::KeyRange(record::owner_range(STAGING_OWNER)?);
                Ok(tx.store(FILES)?.count(Some(range))?.await?)
            })
            .await?;
        if found == 0 {
            return Ok(());
        }
        self.store
            .write(&[FILES], async |tx| {
                tx.store(FILES)?
                    .delete(record::owner_range(STAGING_OWNER)?)?
                    .await?;
                Ok(())
            })
            .await?;
        self.store.collect_garbage().await.map(drop)
    }

    async fn put_batch(
        &self,
        version: Version,
        batch: Vec<(FileRecord, Blob)>,
    ) -> Result<(), Error> {
        let number = match version {
            Version::Draft => DRAFT,
            Version::Live => STAGING_LIVE,
        };
        self.store
            .write(&[FILES, BLOBS], async |tx| {
                let (files, blobs) = (tx.store(FILES)?, tx.store(BLOBS)?);
                let mut present = Vec::with_capacity(batch.len());
                for (record, _) in &batch {
                    let key = Query::Key(JsValue::from_str(&record.blob));
                    present.push(blobs.get_key(key)?.into_future());
                }
                // The transaction fails if any of these requests does.
                for ((record, blob), key) in batch.iter().zip(join_all(present).await) {
                    if key?.is_none_or(|key| key.is_undefined()) {
                        blobs.put(blob, Some(&JsValue::from_str(&record.blob)))?;
                    }
                    let key = record::file_key(STAGING_OWNER, number, &record.path);
                    files.put(&record::to_js(record)?, Some(&key))?;
                }
                Ok(())
            })
            .await
    }
}

async fn create(
    tx: &Tx,
    name: &SiteName,
    public_key: PublicKey,
    pair: &JsValue,
) -> Result<Site, Error> {
    sites::check_name(tx, name, None).await?;
    let site = sites::fresh(name, public_key);
    let id = JsValue::from_str(site.id.as_str());
    tx.store(KEYS)?.put(pair, Some(&id))?.await?;
    Ok(site)
}

/// Keeps the site's versions for [`Store::undo_import`], in place of those kept before.
async fn keep_previous(tx: &Tx, site: &mut Site) -> Result<(), Error> {
    drop_previous(tx, site)?;
    let draft = site.next_version();
    let records = files::list(tx, site.id.as_str(), DRAFT).await?;
    replace(tx, &site.id, draft, &records)?;
    site.previous = Some(Previous {
        live: site.live_version,
        draft,
        published: site.published,
        draft_changed: site.draft_changed,
        settings: site.settings.clone(),
        deleted_at: site.deleted_at,
        limits_capped: site.limits_capped,
        replaced: record::now(),
    });
    Ok(())
}

fn drop_previous(tx: &Tx, site: &mut Site) -> Result<(), Error> {
    let Some(previous) = site.previous.take() else {
        return Ok(());
    };
    remove(tx, site.id.as_str(), previous.draft)?;
    match previous.live {
        Some(live) if Some(live) != site.live_version => remove(tx, site.id.as_str(), live),
        _ => Ok(()),
    }
}

/// Makes the staged files those of the site.
async fn move_staged(tx: &Tx, site: &mut Site, imported: &Imported) -> Result<(), Error> {
    let live = files::list(tx, STAGING_OWNER, STAGING_LIVE).await?;
    let draft = files::list(tx, STAGING_OWNER, DRAFT).await?;
    let number = site.next_version();
    if !live.is_empty() {
        replace(tx, &site.id, number, &live)?;
        site.live_version = Some(number);
        site.published = imported.published;
    }
    let edited = if draft.is_empty() { &live } else { &draft };
    replace(tx, &site.id, DRAFT, edited)?;
    site.draft_changed = !same(&live, edited);
    site.settings = imported.settings.clone();
    site.limits_capped = true;
    site.deleted_at = None;
    site.modified = record::now();
    tx.store(FILES)?
        .delete(record::owner_range(STAGING_OWNER)?)?;
    Ok(())
}

fn same(a: &[FileRecord], b: &[FileRecord]) -> bool {
    let facts = |record: &FileRecord| {
        let FileRecord {
            path,
            media_type,
            blob,
            ..
        } = record.clone();
        (path, media_type, blob)
    };
    a.iter().map(facts).eq(b.iter().map(facts))
}

fn remove(tx: &Tx, owner: &str, version: u32) -> Result<(), Error> {
    tx.store(FILES)?
        .delete(record::version_range(owner, version)?)?;
    Ok(())
}
