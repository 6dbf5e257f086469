//! Creates, finds, renames, deletes and restores sites.

use idb::Query;
use identity::{Fingerprint, PublicKey, SiteName};
use wasm_bindgen::JsValue;
use zeroize::Zeroizing;

use crate::record::{self, Site, SiteId};
use crate::schema::{FILES, KEYS, LOG, SITES};
use crate::tx::Tx;
use crate::{Error, Store, keys};

impl Store {
    /// Creates a site with a new key pair, an empty draft and its switch on.
    ///
    /// # Errors
    /// [`Error::NameTaken`] if another site of this browser has the name.
    pub async fn create_site(&self, name: &SiteName) -> Result<Site, Error> {
        let (pair, public_key) = keys::generate().await?;
        let site = fresh(name, public_key);
        self.write(&[SITES, KEYS], async |tx| {
            check_name(tx, name, None).await?;
            let id = JsValue::from_str(site.id.as_str());
            tx.store(KEYS)?.put(&pair, Some(&id))?.await?;
            put(tx, &site).await
        })
        .await?;
        Ok(site)
    }

    /// All sites that are not deleted, by name.
    pub async fn sites(&self) -> Result<Vec<Site>, Error> {
        let mut sites = self.read(&[SITES], all).await?;
        sites.retain(|site| site.deleted_at.is_none());
        sites.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(sites)
    }

    /// The deleted sites that can still be restored, last deleted first.
    pub async fn deleted_sites(&self) -> Result<Vec<Site>, Error> {
        let mut sites = self.read(&[SITES], all).await?;
        sites.retain(|site| site.deleted_at.is_some());
        sites.sort_by_key(|site| std::cmp::Reverse(site.deleted_at));
        Ok(sites)
    }

    /// A site, deleted or not.
    ///
    /// # Errors
    /// [`Error::NoSite`].
    pub async fn site(&self, id: &SiteId) -> Result<Site, Error> {
        self.read(&[SITES], async |tx| get_any(tx, id).await).await
    }

    /// Renames a site. Its id and key stay, its label changes.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::NameTaken`].
    pub async fn rename_site(&self, id: &SiteId, name: &SiteName) -> Result<Site, Error> {
        self.write(&[SITES], async |tx| {
            check_name(tx, name, Some(id)).await?;
            update(tx, id, |site| site.name = name.clone()).await
        })
        .await
    }

    /// Switches a site on or off.
    ///
    /// # Errors
    /// [`Error::NoSite`].
    pub async fn set_hosted(&self, id: &SiteId, on: bool) -> Result<Site, Error> {
        self.write(&[SITES], async |tx| {
            update(tx, id, |site| site.hosted = on).await
        })
        .await
    }

    /// Changes how a site is served.
    ///
    /// # Errors
    /// [`Error::NoSite`].
    pub async fn set_site_settings(
        &self,
        id: &SiteId,
        settings: &site::Settings,
    ) -> Result<Site, Error> {
        self.write(&[SITES], async |tx| {
            update(tx, id, |site| site.settings = settings.clone()).await
        })
        .await
    }

    /// Sets how many bytes the files that a site's code writes may take together; `None` for
    /// [`crate::OWN_FILES`]. What is there stays, whatever the limit.
    ///
    /// # Errors
    /// [`Error::NoSite`].
    pub async fn set_own_files_limit(
        &self,
        id: &SiteId,
        bytes: Option<u64>,
    ) -> Result<Site, Error> {
        self.write(&[SITES], async |tx| {
            update(tx, id, |site| site.own_files_limit = bytes).await
        })
        .await
    }

    /// Marks a site as deleted. It and its files stay until they are purged.
    ///
    /// # Errors
    /// [`Error::NoSite`].
    pub async fn delete_site(&self, id: &SiteId) -> Result<Site, Error> {
        self.write(&[SITES], async |tx| {
            update(tx, id, |site| site.deleted_at = Some(record::now())).await
        })
        .await
    }

    /// Undoes a deletion. Works even if another site has the name: their labels differ.
    ///
    /// # Errors
    /// [`Error::NoSite`] if it was purged.
    pub async fn restore_site(&self, id: &SiteId) -> Result<Site, Error> {
        self.write(&[SITES], async |tx| {
            let mut site = get_any(tx, id).await?;
            site.deleted_at = None;
            site.modified = record::now();
            put(tx, &site).await?;
            Ok(site)
        })
        .await
    }

    /// Removes for ever the sites that were deleted at least so many milliseconds ago, with their keys, files
    /// and logs. Returns their ids.
    pub async fn purge_deleted(&self, older_than_ms: u64) -> Result<Vec<SiteId>, Error> {
        let until = record::now().saturating_sub(older_than_ms);
        let purged = self
            .write(&[SITES, KEYS, FILES, LOG], async |tx| {
                let mut purged = Vec::new();
                for site in all(tx).await? {
                    if site.deleted_at.is_some_and(|at| at <= until) {
                        let id = JsValue::from_str(site.id.as_str());
                        for store in [FILES, LOG] {
                            tx.store(store)?
                                .delete(record::owner_range(site.id.as_str())?)?
                                .await?;
                        }
                        tx.store(KEYS)?.delete(Query::Key(id.clone()))?.await?;
                        tx.store(SITES)?.delete(Query::Key(id))?.await?;
                        purged.push(site.id);
                    }
                }
                Ok(purged)
            })
            .await?;
        if !purged.is_empty() {
            self.collect_garbage().await?;
        }
        Ok(purged)
    }

    /// Signs with a site's key: 64 bytes (RFC 8032). The caller decides which bytes may be signed.
    ///
    /// # Errors
    /// [`Error::NoSite`].
    pub async fn sign(&self, id: &SiteId, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        keys::sign(&self.key_pair(id).await?, bytes).await
    }

    /// A site's private key in PKCS#8 (RFC 8410), for moving the site to another browser. The caller
    /// encrypts it at once: it must never be stored or shown as it is.
    ///
    /// # Errors
    /// [`Error::NoSite`].
    pub async fn private_key(&self, id: &SiteId) -> Result<Zeroizing<Vec<u8>>, Error> {
        keys::export(&self.key_pair(id).await?).await
    }

    async fn key_pair(&self, id: &SiteId) -> Result<JsValue, Error> {
        self.read(&[SITES, KEYS], async |tx| {
            get(tx, id).await?;
            let key = JsValue::from_str(id.as_str());
            let pair = tx.store(KEYS)?.get(Query::Key(key))?.await?;
            pair.ok_or_else(|| Error::Damaged("a site has no key".to_owned()))
        })
        .await
    }
}

/// A site without files, its switch on.
pub(crate) fn fresh(name: &SiteName, public_key: PublicKey) -> Site {
    let now = record::now();
    Site {
        id: Fingerprint::of(&public_key),
        name: name.clone(),
        public_key,
        created: now,
        modified: now,
        hosted: true,
        settings: site::Settings::default(),
        live_version: None,
        published: None,
        draft_changed: false,
        deleted_at: None,
        limits_capped: false,
        previous: None,
        own_files: None,
        own_files_limit: None,
    }
}

/// A site that is not deleted.
pub(crate) async fn get(tx: &Tx, id: &SiteId) -> Result<Site, Error> {
    match get_any(tx, id).await? {
        site if site.deleted_at.is_none() => Ok(site),
        _ => Err(Error::NoSite),
    }
}

/// Writes a site's record.
pub(crate) async fn put(tx: &Tx, site: &Site) -> Result<(), Error> {
    let id = JsValue::from_str(site.id.as_str());
    tx.store(SITES)?
        .put(&record::to_js(site)?, Some(&id))?
        .await?;
    Ok(())
}

/// Notes that a site's draft was changed.
pub(crate) async fn touch_draft(tx: &Tx, id: &SiteId) -> Result<(), Error> {
    update(tx, id, |site| site.draft_changed = true)
        .await
        .map(|_| ())
}

pub(crate) async fn get_any(tx: &Tx, id: &SiteId) -> Result<Site, Error> {
    let value = tx
        .store(SITES)?
        .get(Query::Key(JsValue::from_str(id.as_str())))?
        .await?;
    record::from_js(value)?.ok_or(Error::NoSite)
}

pub(crate) async fn all(tx: &Tx) -> Result<Vec<Site>, Error> {
    let values = tx.store(SITES)?.get_all(None, None)?.await?;
    values
        .into_iter()
        .map(|value| Ok(serde_wasm_bindgen::from_value(value)?))
        .collect()
}

async fn update(tx: &Tx, id: &SiteId, change: impl FnOnce(&mut Site)) -> Result<Site, Error> {
    let mut site = get(tx, id).await?;
    change(&mut site);
    site.modified = record::now();
    put(tx, &site).await?;
    Ok(site)
}

pub(crate) async fn check_name(
    tx: &Tx,
    name: &SiteName,
    own: Option<&SiteId>,
) -> Result<(), Error> {
    let taken = all(tx)
        .await?
        .iter()
        .any(|site| site.deleted_at.is_none() && site.name == *name && Some(&site.id) != own);
    if taken {
        Err(Error::NameTaken(name.to_string()))
    } else {
        Ok(())
    }
}
