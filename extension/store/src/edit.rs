//! Saving a file of the draft that a person is editing, without losing what somebody else saved meanwhile.
//!
//! It must not know what the file is, nor who edits it.

use idb::Query;
use wasm_bindgen::JsValue;

use crate::content::Content;
use crate::files::{find, record_of};
use crate::record::{self, DRAFT, SiteId};
use crate::schema::{BLOBS, FILES, SITES};
use crate::{Error, NewFile, Store, sites};

/// Largest file that can be edited, in bytes. Files up to here have the hash of their bytes as their revision, so equal
/// bytes are no conflict.
pub const MAX_EDITED: u64 = 2 * 1024 * 1024;

/// What became of an edited file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// It is in the draft, with this revision.
    Saved {
        /// What to give as `base` the next time.
        revision: String,
    },
    /// The draft has another version than the one that was edited; nothing was changed.
    Conflict,
}

impl Store {
    /// Puts a file into the draft if the draft still has the revision `base` of it, or the very same bytes. A file that
    /// was removed meanwhile is put back.
    ///
    /// # Errors
    /// [`Error::NoSite`], [`Error::Unreadable`], [`Error::Full`].
    pub async fn edit_file(
        &self,
        site: &SiteId,
        file: &NewFile,
        base: &str,
    ) -> Result<Edited, Error> {
        let content = Content::of(file).await?;
        let record = record_of(file, &content);
        self.write(&[SITES, FILES, BLOBS], async |tx| {
            sites::get(tx, site).await?;
            let key = record::file_key(site.as_str(), DRAFT, &record.path);
            let revision = record.blob.clone();
            match find(tx, &key).await? {
                Some(old) if old.blob == revision => return Ok(Edited::Saved { revision }),
                Some(old) if old.blob != base => return Ok(Edited::Conflict),
                _ => {}
            }
            let blob = JsValue::from_str(&record.blob);
            let known = tx.store(BLOBS)?.get_key(Query::Key(blob.clone()))?.await?;
            if known.is_none_or(|key| key.is_undefined()) {
                tx.store(BLOBS)?.put(&content.blob, Some(&blob))?;
            }
            tx.store(FILES)?
                .put(&record::to_js(&record)?, Some(&key))?
                .await?;
            sites::touch_draft(tx, site).await?;
            Ok(Edited::Saved { revision })
        })
        .await
    }
}
