//! Lists the files of a version fast: tens of thousands in a moment.
//!
//! One request, and of each record only the fields that a list shows: decoding whole records takes several times as long
//! as reading them.

use idb::Query;
use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::record::{self, SiteId, Version};
use crate::schema::{FILES, SITES};
use crate::{Error, Store, sites};

/// A file as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// Its path.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// The media type that was stored with it, possibly empty.
    pub media_type: String,
}

/// Some files of a version, and how many it has.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstFiles {
    /// The first ones by path.
    pub files: Vec<ListedFile>,
    /// All of them.
    pub count: u32,
}

impl Store {
    /// The first `most` files of a version by path, and how many there are. Counting takes a hundredth of the time of
    /// reading.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::Damaged`].
    pub async fn first_files(
        &self,
        site: &SiteId,
        version: Version,
        most: u32,
    ) -> Result<FirstFiles, Error> {
        let (records, count) = self
            .read(&[SITES, FILES], async |tx| {
                let Some(number) = version.number(&sites::get(tx, site).await?) else {
                    return Ok((Vec::new(), 0));
                };
                let range = || record::version_range(site.as_str(), number).map(Query::KeyRange);
                let files = tx.store(FILES)?;
                let first = files.get_all(Some(range()?), Some(most))?;
                let count = files.count(Some(range()?))?;
                Ok((first.await?, count.await?))
            })
            .await?;
        let files = listed(&records)?;
        Ok(FirstFiles { files, count })
    }

    /// The files of a version, by path. A site never published has no live files.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::Damaged`].
    pub async fn list_files(
        &self,
        site: &SiteId,
        version: Version,
    ) -> Result<Vec<ListedFile>, Error> {
        let records = self
            .read(&[SITES, FILES], async |tx| {
                let Some(number) = version.number(&sites::get(tx, site).await?) else {
                    return Ok(Vec::new());
                };
                let range = record::version_range(site.as_str(), number)?;
                let all = tx.store(FILES)?.get_all(Some(Query::KeyRange(range)), None);
                Ok(all?.await?)
            })
            .await?;
        listed(&records)
    }
}

fn listed(records: &[JsValue]) -> Result<Vec<ListedFile>, Error> {
    let names = FieldNames::new();
    records.iter().map(|record| names.listed(record)).collect()
}

/// The names of a record's fields as JavaScript strings, created once.
struct FieldNames {
    path: JsValue,
    size: JsValue,
    media_type: JsValue,
}

impl FieldNames {
    fn new() -> Self {
        Self {
            path: "path".into(),
            size: "size".into(),
            media_type: "mediaType".into(),
        }
    }

    fn listed(&self, record: &JsValue) -> Result<ListedFile, Error> {
        let field = |name: &JsValue| Reflect::get(record, name).ok();
        let text = |name: &JsValue| field(name).and_then(|value| value.as_string());
        let read = || {
            Some(ListedFile {
                path: text(&self.path)?,
                // A whole number below 2^53.
                size: field(&self.size)?.as_f64()? as u64,
                media_type: text(&self.media_type)?,
            })
        };
        read().ok_or_else(|| Error::Damaged("a file's record is not one".to_owned()))
    }
}
