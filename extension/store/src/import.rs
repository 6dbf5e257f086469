//! Importing a site: its files are kept apart until the last one is there; then one transaction makes them
//! a site, or puts them in the place of what a site was. Until that moment, whatever happens, nothing has
//! changed; what is left of an import that died is removed by the next one, or when the extension starts.

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

/// Whose the files of an import are until it is complete: no site, for no fingerprint looks like this. There
/// is one import at a time, so that what is left over is told from what is under way.
const STAGED: &str = "import";

/// The number of the live version among them; the draft has its own.
const STAGED_LIVE: u32 = 1;

/// The name of the lock that an import holds, before that of the database.
const LOCK: &str = "peerserver import";

/// What an import becomes.
#[derive(Debug, Clone)]
pub enum Target {
    /// A new site, with a new key.
    New {
        /// Its name.
        name: SiteName,
    },
    /// The site that it was elsewhere, with its key. If that site is here already, it is replaced.
    Moved {
        /// Its name.
        name: SiteName,
        /// Its public key.
        public_key: PublicKey,
        /// Its private key, in PKCS#8 (RFC 8410).
        private_key: Zeroizing<Vec<u8>>,
    },
    /// The new content of this site, deleted or not.
    Replace {
        /// Which.
        site: SiteId,
    },
}

/// What is known of the imported site beside its files.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// When its live version was published: milliseconds since 1970, UTC.
    pub published: Option<u64>,
    /// How it is served.
    pub settings: Settings,
    /// Is a new site's switch on? A site that is replaced keeps its own.
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

    /// Removes what is left of an import that died.
    pub async fn collect_imports(&self) -> Result<(), Error> {
        match self.begin_import().await {
            // It lives.
            Ok(_) | Err(Error::Importing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Makes a site what it was before the last import into it. What was changed since is lost.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::NothingKept`].
    pub async fn undo_import(&self, id: &SiteId) -> Result<Site, Error> {
        let site = self
            .write(&[SITES, FILES], async |tx| {
                let mut site = sites::get(tx, id).await?;
                let kept = site.previous.clone().ok_or(Error::NothingKept)?;
                if kept.live != site.live_version {
                    let number = site.next_version();
                    if let Some(now) = site.live_version {
                        remove(tx, id.as_str(), now)?;
                    }
                    if let Some(old) = kept.live {
                        let records = files::list(tx, id.as_str(), old).await?;
                        replace(tx, id, number, &records)?;
                        remove(tx, id.as_str(), old)?;
                    }
                    site.live_version = kept.live.map(|_| number);
                }
                let draft = files::list(tx, id.as_str(), kept.draft).await?;
                replace(tx, id, DRAFT, &draft)?;
                remove(tx, id.as_str(), kept.draft)?;
                site.published = kept.published;
                site.draft_changed = kept.draft_changed;
                site.settings = kept.settings;
                site.deleted_at = kept.deleted_at;
                site.limits_capped = kept.limits_capped;
                site.previous = None;
                site.modified = record::now();
                sites::put(tx, &site).await?;
                Ok(site)
            })
            .await?;
        // What the collector fails to remove, the next one will.
        let _ = self.collect_garbage().await;
        Ok(site)
    }

    /// Forgets what a site was before the last import into it.
    ///
    /// # Errors
    /// [`Error::NoSite`].
    pub async fn forget_previous(&self, id: &SiteId) -> Result<Site, Error> {
        let site = self
            .write(&[SITES, FILES], async |tx| {
                let mut site = sites::get(tx, id).await?;
                forget(tx, &mut site)?;
                sites::put(tx, &site).await?;
                Ok(site)
            })
            .await?;
        let _ = self.collect_garbage().await;
        Ok(site)
    }
}

impl Import {
    /// Takes files of a version. Those that come later replace those of the same path.
    ///
    /// # Errors
    /// [`Error::Unreadable`], [`Error::Full`].
    pub async fn put_files(&self, version: Version, files: &[NewFile]) -> Result<(), Error> {
        in_batches(files, async |batch| self.put_batch(version, batch).await).await
    }

    /// Puts all of it in place. Visitors get either what was there before or what came, never a mixture.
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
                        set_aside(tx, &mut site).await?;
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
                place(tx, &mut site, &imported).await?;
                sites::put(tx, &site).await?;
                Ok(site)
            })
            .await?;
        let _ = self.store.collect_garbage().await;
        Ok(site)
    }

    /// Gives it up, and removes its files.
    pub async fn cancel(self) -> Result<(), Error> {
        self.clear().await
    }

    /// Removes all files that are kept apart.
    async fn clear(&self) -> Result<(), Error> {
        let found = self
            .store
            .read(&[FILES], async |tx| {
                let range = Query::KeyRange(record::owner_range(STAGED)?);
                Ok(tx.store(FILES)?.count(Some(range))?.await?)
            })
            .await?;
        if found == 0 {
            return Ok(());
        }
        self.store
            .write(&[FILES], async |tx| {
                tx.store(FILES)?
                    .delete(record::owner_range(STAGED)?)?
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
            Version::Live => STAGED_LIVE,
        };
        self.store
            .write(&[FILES, BLOBS], async |tx| {
                let (files, blobs) = (tx.store(FILES)?, tx.store(BLOBS)?);
                let mut present = Vec::with_capacity(batch.len());
                for (record, _) in &batch {
                    let key = Query::Key(JsValue::from_str(&record.blob));
                    present.push(blobs.get_key(key)?.into_future());
                }
                // The transaction's end tells how the writing went: the first request that fails aborts it.
                for ((record, blob), key) in batch.iter().zip(join_all(present).await) {
                    if key?.is_none_or(|key| key.is_undefined()) {
                        blobs.put(blob, Some(&JsValue::from_str(&record.blob)))?;
                    }
                    let key = record::file_key(STAGED, number, &record.path);
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

/// Keeps what the site is for [`Store::undo_import`], and no longer what it was before that.
async fn set_aside(tx: &Tx, site: &mut Site) -> Result<(), Error> {
    forget(tx, site)?;
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

fn forget(tx: &Tx, site: &mut Site) -> Result<(), Error> {
    let Some(kept) = site.previous.take() else {
        return Ok(());
    };
    remove(tx, site.id.as_str(), kept.draft)?;
    match kept.live {
        Some(live) if Some(live) != site.live_version => remove(tx, site.id.as_str(), live),
        _ => Ok(()),
    }
}

/// Makes the files that were kept apart those of the site.
async fn place(tx: &Tx, site: &mut Site, imported: &Imported) -> Result<(), Error> {
    let live = files::list(tx, STAGED, STAGED_LIVE).await?;
    let draft = files::list(tx, STAGED, DRAFT).await?;
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
    tx.store(FILES)?.delete(record::owner_range(STAGED)?)?;
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
