//! A version of a site as the engine's `Storage`. Must not know how requests are handled.

use std::future::IntoFuture;

use futures_util::future::join_all;
use idb::Query;
use js_sys::JsString;
use site::{FileMeta, Found, Storage};
use web_sys::Blob;

use crate::record::{self, FileRecord, SiteId, Version};
use crate::schema::{BLOBS, FILES, SITES};
use crate::{Error, Store, files, sites};

/// The files of one version of one site. Each request reads the present version: one after a publish gets the new files.
#[derive(Debug, Clone)]
pub struct LiveFiles {
    store: Store,
    site: SiteId,
    version: Version,
}

impl Store {
    /// The files of a version, for the engine.
    pub fn live_files(&self, site: &SiteId, version: Version) -> LiveFiles {
        LiveFiles {
            store: self.clone(),
            site: site.clone(),
            version,
        }
    }
}

/// A path in NFC and in NFD, by the browser's tables.
pub fn normal_forms(path: &str) -> [String; 2] {
    let path = JsString::from(path);
    ["NFC", "NFD"].map(|form| path.normalize(form).into())
}

impl Storage for LiveFiles {
    type Handle = Blob;
    type Error = Error;

    fn normal_forms(&self, path: &str) -> [String; 2] {
        normal_forms(path)
    }

    async fn find(&self, candidates: &[String]) -> Result<Option<Found<Blob>>, Error> {
        self.store
            .read(&[SITES, FILES, BLOBS], async |tx| {
                let site = sites::get(tx, &self.site).await?;
                let Some(version) = self.version.number(&site) else {
                    return Ok(None);
                };
                let files = tx.store(FILES)?;
                let mut requests = Vec::with_capacity(candidates.len());
                for path in candidates {
                    let key = record::file_key(self.site.as_str(), version, path);
                    requests.push(files.get(Query::Key(key))?.into_future());
                }
                for value in join_all(requests).await {
                    if let Some(record) = record::from_js::<FileRecord>(value?)? {
                        let handle = files::read_blob(tx, &record).await?;
                        return Ok(Some(Found {
                            meta: FileMeta::from(record),
                            handle,
                        }));
                    }
                }
                Ok(None)
            })
            .await
    }
}
