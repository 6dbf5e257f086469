//! Keeps what visitors ask for again and again in memory: a site's record, and its small live files.
//!
//! Spares an IndexedDB transaction (about a millisecond) a request. A version's number is part of the key, so a
//! publish, which gives a new number, needs no care beyond [`FileCache::forget`]. A live version changes only where the
//! site's own code writes or deletes a file, and then that file is forgotten ([`FileCache::forget_file`]), and what was
//! being read meanwhile is not kept, for it may be what was there before. It must not know drafts.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use identity::Fingerprint;
use js_sys::Uint8Array;
use layout::{SiteJson, place::SITE_JSON, site_json::MAX_SITE_JSON};
use site::{FileMeta, Found, Storage};
use store::{Site, Store, Version};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// Bytes: files up to this size are kept and sent in one message.
const SMALL: u64 = 128 * 1024;
/// Bytes kept in all; when it is full all is forgotten, which costs one read a file.
const ROOM: usize = 16 * 1024 * 1024;
/// Entries kept in all, for sites of many tiny files.
const ENTRIES: usize = 4_096;

/// A file's bytes: in memory or on the disk.
#[derive(Clone)]
pub enum Bytes {
    /// All of them.
    Small(Rc<[u8]>),
    /// The stored Blob.
    Stored(Blob),
}

type Key = (Fingerprint, u32, String);

type Kept = (FileMeta, Rc<[u8]>);

/// The memory.
#[derive(Default)]
pub struct FileCache {
    sites: RefCell<HashMap<Fingerprint, Rc<Site>>>,
    files: RefCell<HashMap<Key, Kept>>,
    taken: Cell<usize>,
    /// How often the sites were forgotten.
    changes: Cell<u32>,
    /// How often a file was forgotten.
    writes: Cell<u32>,
}

impl FileCache {
    /// A site's record, with what its live `site.json` sets.
    pub async fn site(&self, store: &Store, id: &Fingerprint) -> Result<Rc<Site>, store::Error> {
        if let Some(site) = self.sites.borrow().get(id) {
            return Ok(site.clone());
        }
        let changes = self.changes.get();
        let mut site = store.site(id).await?;
        if let Some(fallback) = fallback(store, id).await? {
            site.settings.single_page_fallback = Some(fallback);
        }
        let site = Rc::new(site);
        // What was read while something changed may be the old one.
        if self.changes.get() == changes {
            self.sites.borrow_mut().insert(id.clone(), site.clone());
        }
        Ok(site)
    }

    /// Something about a site has changed.
    pub fn forget(&self) {
        self.changes.set(self.changes.get().wrapping_add(1));
        self.sites.borrow_mut().clear();
    }

    /// A site's code has written or deleted this file, or may have.
    pub fn forget_file(&self, site: &Fingerprint, path: &str) {
        self.writes.set(self.writes.get().wrapping_add(1));
        let taken = &self.taken;
        self.files.borrow_mut().retain(|(of, _, at), (_, bytes)| {
            let kept = of != site || at != path;
            if !kept {
                taken.set(taken.get().saturating_sub(bytes.len()));
            }
            kept
        });
    }

    /// Keeps a file that was read since there were so many `writes`.
    fn keep(&self, key: Key, meta: &FileMeta, bytes: &Rc<[u8]>, writes: u32) {
        if self.writes.get() != writes {
            return;
        }
        let mut files = self.files.borrow_mut();
        if self.taken.get() + bytes.len() > ROOM || files.len() >= ENTRIES {
            files.clear();
            self.taken.set(0);
        }
        let old = files.insert(key, (meta.clone(), bytes.clone()));
        // Two requests may have read it at the same time.
        let old = old.map_or(0, |(_, bytes)| bytes.len());
        self.taken
            .set((self.taken.get() + bytes.len()).saturating_sub(old));
    }
}

/// What a site's live `site.json` has for pages that do not exist. One that is wrong has nothing; its owner is told.
async fn fallback(store: &Store, id: &Fingerprint) -> Result<Option<String>, store::Error> {
    let files = store.live_files(id, Version::Live);
    let found = files.find(&[SITE_JSON.to_owned()]).await?;
    let Some(found) = found.filter(|found| found.meta.size <= MAX_SITE_JSON as u64) else {
        return Ok(None);
    };
    let json = SiteJson::parse(&bytes(&found.handle).await?).unwrap_or_default();
    Ok(json.settings.single_page_fallback)
}

/// All of a stored file.
async fn bytes(blob: &Blob) -> Result<Vec<u8>, store::Error> {
    let buffer = JsFuture::from(blob.array_buffer())
        .await
        .map_err(|error| store::Error::from_js(&error))?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// The live files of a site, the small ones from memory.
pub struct CachedFiles<'a> {
    /// The memory.
    pub file_cache: &'a FileCache,
    /// Where the others are.
    pub store: &'a Store,
    /// The site.
    pub site: &'a Site,
}

impl Storage for CachedFiles<'_> {
    type Handle = Bytes;
    type Error = store::Error;

    fn normal_forms(&self, path: &str) -> [String; 2] {
        store::live::normal_forms(path)
    }

    async fn find(&self, candidates: &[String]) -> Result<Option<Found<Bytes>>, store::Error> {
        let version = self.site.live_version.unwrap_or_default();
        // The first candidate alone: a later one may be kept though an earlier one exists.
        if let Some(first) = candidates.first() {
            let key = (self.site.id.clone(), version, first.clone());
            if let Some((meta, bytes)) = self.file_cache.files.borrow().get(&key) {
                return Ok(Some(Found {
                    meta: meta.clone(),
                    handle: Bytes::Small(bytes.clone()),
                }));
            }
        }
        let writes = self.file_cache.writes.get();
        let files = self.store.live_files(&self.site.id, Version::Live);
        let Some(found) = files.find(candidates).await? else {
            return Ok(None);
        };
        if found.meta.size > SMALL {
            return Ok(Some(Found {
                meta: found.meta,
                handle: Bytes::Stored(found.handle),
            }));
        }
        let bytes: Rc<[u8]> = bytes(&found.handle).await?.into();
        let key = (self.site.id.clone(), version, found.meta.path.clone());
        self.file_cache.keep(key, &found.meta, &bytes, writes);
        Ok(Some(Found {
            meta: found.meta,
            handle: Bytes::Small(bytes),
        }))
    }
}
