//! Sites as the sites page needs them. The one module that touches the store.

use std::collections::HashSet;

use bundle::Part;
use identity::{PublicKey, SiteName};
use layout::{
    Place, SiteJson,
    capped::{Raised, raised},
    place::SITE_JSON,
    site_json::MAX_SITE_JSON,
};
use site::{FileMeta, FilePath, Storage, media_type};
use store::{
    Edited, Import, ListedFile, LogEntry, NewFile, RemovedFile, Site, SiteId, Store, Version,
};
use web_sys::{Blob, BlobPropertyBag};
use zeroize::Zeroizing;

use super::bundle::read;
use crate::error::PageError;

/// A file of a draft, as it is listed.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftFile {
    /// Its path.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// The media type that was stored with it, possibly empty.
    pub media_type: String,
}

impl From<ListedFile> for DraftFile {
    fn from(file: ListedFile) -> Self {
        Self {
            path: file.path,
            size: file.size,
            media_type: file.media_type,
        }
    }
}

impl DraftFile {
    /// What it is for: the media type that visitors get, or its part in the site.
    pub fn kind(&self) -> String {
        match Place::of(&self.path) {
            Some(Place::Public(path)) => {
                let full = media_type::content_type(path, &self.media_type);
                // The character set is the same for every text.
                full.split(';').next().unwrap_or_default().to_owned()
            }
            Some(Place::SiteJson) => "settings".to_owned(),
            Some(Place::Route(_)) => "route".to_owned(),
            Some(Place::Lib(_)) => "module".to_owned(),
            Some(Place::Template(_)) => "template".to_owned(),
            Some(Place::Data(_)) => "first data".to_owned(),
            None => "not used".to_owned(),
        }
    }
}

/// The site that is open, as its record has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The file that answers for pages that do not exist.
    pub fallback: Option<String>,
    /// Did an import replace it, and is what it was before kept?
    pub is_replaced: bool,
    /// Bytes that the files of its code may take.
    pub own_files_limit: u64,
    /// What its `site.json` asks for beyond the usual limits, and does not get.
    pub capped: Vec<Raised>,
}

/// A deleted site that can be restored.
#[derive(Debug, Clone, PartialEq)]
pub struct Deleted {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// The room that all sites take together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    /// Bytes taken.
    pub used: u64,
    /// Bytes that can be taken in all.
    pub quota: u64,
}

/// The store, with ids as the page has them.
pub struct Shelf {
    store: Store,
}

impl Shelf {
    /// Open the store.
    pub async fn open() -> Result<Self, PageError> {
        Ok(Self {
            store: Store::open().await?,
        })
    }

    /// Create a site; its id.
    pub async fn create(&self, name: &str) -> Result<String, PageError> {
        Ok(self
            .store
            .create_site(&name_of(name)?)
            .await?
            .id
            .to_string())
    }

    /// Give a site another name.
    pub async fn rename(&self, site: &str, name: &str) -> Result<(), PageError> {
        self.store.rename_site(&id(site)?, &name_of(name)?).await?;
        Ok(())
    }

    /// Delete a site, so that it can be restored.
    pub async fn delete(&self, site: &str) -> Result<(), PageError> {
        self.store.delete_site(&id(site)?).await?;
        Ok(())
    }

    /// Restore a deleted site.
    pub async fn restore(&self, site: &str) -> Result<(), PageError> {
        self.store.restore_site(&id(site)?).await?;
        Ok(())
    }

    /// Remove all deleted sites for good; how many they were.
    pub async fn erase_deleted(&self) -> Result<usize, PageError> {
        Ok(self.store.purge_deleted(0).await?.len())
    }

    /// The deleted sites, last deleted first.
    pub async fn deleted(&self) -> Result<Vec<Deleted>, PageError> {
        let sites = self.store.deleted_sites().await?;
        Ok(sites
            .into_iter()
            .map(|site| Deleted {
                id: site.id.to_string(),
                name: site.name.to_string(),
            })
            .collect())
    }

    /// The files of a draft, by path.
    pub async fn files(&self, site: &str) -> Result<Vec<DraftFile>, PageError> {
        let files = self.store.list_files(&id(site)?, Version::Draft).await?;
        Ok(files.into_iter().map(DraftFile::from).collect())
    }

    /// The paths of a draft's files.
    pub async fn paths(&self, site: &str) -> Result<HashSet<String>, PageError> {
        let files = self.files(site).await?;
        Ok(files.into_iter().map(|file| file.path).collect())
    }

    /// The first files of a draft, by path, and how many it has.
    pub async fn first_files(
        &self,
        site: &str,
        most: u32,
    ) -> Result<(Vec<DraftFile>, u32), PageError> {
        let site = id(site)?;
        let first = self.store.first_files(&site, Version::Draft, most).await?;
        let files = first.files.into_iter().map(DraftFile::from);
        Ok((files.collect(), first.count))
    }

    /// What the site's record says for the page.
    pub async fn standing(&self, site: &str) -> Result<Standing, PageError> {
        let site = self.store.site(&id(site)?).await?;
        let capped = match site.limits_capped {
            true => self.raised(&site).await?,
            false => Vec::new(),
        };
        Ok(Standing {
            is_replaced: site.previous.is_some(),
            own_files_limit: site.own_files_limit(),
            fallback: site.settings.single_page_fallback,
            capped,
        })
    }

    /// What the `site.json` that visitors get, or would get, asks for beyond the usual limits.
    async fn raised(&self, site: &Site) -> Result<Vec<Raised>, PageError> {
        let version = match site.is_live() {
            true => Version::Live,
            false => Version::Draft,
        };
        let files = self.store.live_files(&site.id, version);
        let Some(found) = files.find(&[SITE_JSON.to_owned()]).await? else {
            return Ok(Vec::new());
        };
        let bytes = read(&found.handle, 0, found.meta.size.min(MAX_SITE_JSON as u64));
        let bytes = bytes.await.map_err(PageError::Store)?;
        // One that is wrong asks for nothing; what is wrong is shown elsewhere.
        let parsed = SiteJson::parse(&bytes).ok();
        Ok(parsed.map_or_else(Vec::new, |parsed| raised(&parsed.limits)))
    }

    /// Let a site have the limits that it asks for.
    pub async fn allow_limits(&self, site: &str) -> Result<(), PageError> {
        self.store.allow_limits(&id(site)?).await?;
        Ok(())
    }

    /// The file that a draft has at this path, to put it back later.
    pub async fn file(&self, site: &str, path: &FilePath) -> Result<Option<NewFile>, PageError> {
        let found = self.draft_file(site, path).await?;
        Ok(found.map(|(blob, meta)| NewFile {
            path: path.clone(),
            blob,
            media_type: meta.media_type,
            sha256: None,
        }))
    }

    /// The file that a draft has at this path.
    pub async fn draft_file(
        &self,
        site: &str,
        path: &FilePath,
    ) -> Result<Option<(Blob, FileMeta)>, PageError> {
        let files = self.store.live_files(&id(site)?, Version::Draft);
        let found = files.find(&[path.to_string()]).await?;
        Ok(found.map(|found| (found.handle, found.meta)))
    }

    /// Put an edited file into a draft, if the draft still has the revision `base` of it.
    pub async fn edit(&self, site: &str, file: &NewFile, base: &str) -> Result<Edited, PageError> {
        Ok(self.store.edit_file(&id(site)?, file, base).await?)
    }

    /// Add files to a draft, or replace those that it has.
    pub async fn put(&self, site: &str, files: &[NewFile]) -> Result<(), PageError> {
        Ok(self.store.put_files(&id(site)?, files).await?)
    }

    /// Remove a file from a draft.
    pub async fn remove(&self, site: &str, path: &FilePath) -> Result<RemovedFile, PageError> {
        Ok(self.store.remove_file(&id(site)?, path).await?)
    }

    /// Put a removed file back.
    pub async fn put_back(&self, removed: &RemovedFile) -> Result<(), PageError> {
        Ok(self.store.restore_file(removed).await?)
    }

    /// Give a file of a draft another path.
    pub async fn rename_file(
        &self,
        site: &str,
        from: &FilePath,
        to: &FilePath,
    ) -> Result<(), PageError> {
        Ok(self.store.rename_file(&id(site)?, from, to).await?)
    }

    /// Set the file that answers for pages that do not exist.
    pub async fn set_fallback(&self, site: &str, path: Option<String>) -> Result<(), PageError> {
        let site = id(site)?;
        let mut settings = self.store.site(&site).await?.settings;
        settings.single_page_fallback = path;
        self.store.set_site_settings(&site, &settings).await?;
        Ok(())
    }

    /// Set how many bytes the files that a site's code writes may take; `None` for the usual.
    pub async fn set_own_files_limit(
        &self,
        site: &str,
        bytes: Option<u64>,
    ) -> Result<(), PageError> {
        self.store.set_own_files_limit(&id(site)?, bytes).await?;
        Ok(())
    }

    /// A site's record.
    pub async fn site(&self, site: &str) -> Result<Site, PageError> {
        Ok(self.store.site(&id(site)?).await?)
    }

    /// The site with this key, deleted or not. A fingerprint alone can be another key's.
    pub async fn present(&self, key: &PublicKey) -> Result<Option<Site>, PageError> {
        match self.store.site(&SiteId::of(key)).await {
            Ok(site) if site.public_key != *key => Err(store::Error::OtherKey.into()),
            Ok(site) => Ok(Some(site)),
            Err(store::Error::NoSite) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Has a site files that are data?
    pub async fn has_data(&self, site: &str) -> Result<bool, PageError> {
        let site = id(site)?;
        for version in [Version::Live, Version::Draft] {
            let files = self.store.files(&site, version).await?;
            if files.iter().any(|file| is_data(&file.path)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Has a site's live version code?
    pub async fn has_live_code(&self, site: &str) -> Result<bool, PageError> {
        Ok(self.store.live_code().await?.contains_key(&id(site)?))
    }

    /// A site's log, the newest entry first.
    pub async fn log(&self, site: &str) -> Result<Vec<LogEntry>, PageError> {
        Ok(self.store.log(&id(site)?).await?)
    }

    /// Empty a site's log.
    pub async fn clear_log(&self, site: &str) -> Result<(), PageError> {
        Ok(self.store.clear_log(&id(site)?).await?)
    }

    /// Put entries back into a site's log, the oldest first.
    pub async fn append_log(&self, site: &str, entries: &[LogEntry]) -> Result<(), PageError> {
        Ok(self.store.append_log(&id(site)?, entries).await?)
    }

    /// All files of a version, as the store has them.
    pub async fn metas(&self, site: &SiteId, version: Version) -> Result<Vec<FileMeta>, PageError> {
        Ok(self.store.files(site, version).await?)
    }

    /// The bytes of a file, unless it is another one by now.
    pub async fn bytes(
        &self,
        site: &SiteId,
        version: Version,
        file: &FileMeta,
    ) -> Result<Option<Blob>, PageError> {
        let files = self.store.live_files(site, version);
        let found = files.find(std::slice::from_ref(&file.path)).await?;
        let found = found.filter(|found| found.meta.revision == file.revision);
        Ok(found.map(|found| found.handle))
    }

    /// A site's private key in PKCS#8, to be sealed at once.
    pub async fn private_key(&self, site: &SiteId) -> Result<Zeroizing<Vec<u8>>, PageError> {
        Ok(self.store.private_key(site).await?)
    }

    /// Begin an import.
    pub async fn begin_import(&self) -> Result<Import, PageError> {
        Ok(self.store.begin_import().await?)
    }

    /// Make a site what it was before the last import.
    pub async fn undo_import(&self, site: &str) -> Result<(), PageError> {
        self.store.undo_import(&id(site)?).await?;
        Ok(())
    }

    /// Keep no longer what a site was before the last import.
    pub async fn forget_previous(&self, site: &str) -> Result<(), PageError> {
        self.store.forget_previous(&id(site)?).await?;
        Ok(())
    }

    /// How much room there is.
    pub async fn room(&self) -> Result<Room, PageError> {
        let usage = self.store.usage().await?;
        Ok(Room {
            used: usage.used,
            quota: usage.quota,
        })
    }

    /// Ask the browser to keep the sites even when the disk is nearly full. It may refuse.
    pub async fn keep(&self) -> Result<bool, PageError> {
        Ok(self.store.persist().await?)
    }
}

/// Is this file data, which comes along only if it is asked for?
pub fn is_data(path: &str) -> bool {
    Part::of(path) == Some(Part::Data)
}

/// All bytes of a file.
pub async fn bytes_of(blob: &Blob) -> Result<Vec<u8>, PageError> {
    // The size is a whole number below 2^53 (File API).
    read(blob, 0, blob.size() as u64)
        .await
        .map_err(PageError::Store)
}

/// A text as the bytes of a file.
pub fn text_blob(text: &str, media_type: &str) -> Result<Blob, PageError> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let parts = js_sys::Array::of1(&text.into());
    Ok(Blob::new_with_str_sequence_and_options(&parts, &options)?)
}

/// A file as the store takes it.
pub fn new_file(path: FilePath, blob: Blob) -> NewFile {
    NewFile {
        path,
        media_type: blob.type_(),
        blob,
        sha256: None,
    }
}

fn id(text: &str) -> Result<SiteId, PageError> {
    SiteId::parse(text).map_err(|error| PageError::Store(error.to_string()))
}

fn name_of(text: &str) -> Result<SiteName, PageError> {
    SiteName::parse(text).map_err(|error| PageError::Input(error.to_string()))
}

impl From<store::Error> for PageError {
    fn from(error: store::Error) -> Self {
        Self::Store(error.to_string())
    }
}
