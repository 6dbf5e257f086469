//! The records in the database, and their keys. Names of stored fields are camelCase and must never change.

use identity::{Fingerprint, Label, PublicKey, SiteName};
use js_sys::Array;
use serde::{Deserialize, Serialize};
use site::{FileMeta, Settings};
use wasm_bindgen::JsValue;

use crate::Error;

/// A site's id: the fingerprint of its key.
pub type SiteId = Fingerprint;

/// A site of this browser. Times are milliseconds since 1970, UTC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Its name.
    pub name: SiteName,
    /// Its Ed25519 public key.
    pub public_key: PublicKey,
    /// When it was created.
    pub created: u64,
    /// When it was last changed in any way.
    pub modified: u64,
    /// Is the switch of this site on? New sites start with it on.
    pub hosted: bool,
    /// How it is served.
    #[serde(default)]
    pub settings: Settings,
    /// Which version visitors get; `None` until the first publish.
    #[serde(default)]
    pub live_version: Option<u32>,
    /// When that version was published.
    #[serde(default)]
    pub published: Option<u64>,
    /// Does the draft differ from the live version?
    pub draft_changed: bool,
    /// When it was deleted, if it was; it can be restored until it is purged.
    #[serde(default)]
    pub deleted_at: Option<u64>,
    /// Did it come by an import, and has its owner not allowed it more than the usual limits? What its `site.json` asks
    /// for counts up to these then.
    #[serde(default)]
    pub limits_capped: bool,
    /// What an import replaced, kept until the import is undone or this is deleted.
    #[serde(default)]
    pub previous: Option<Previous>,
    /// Total size of the files that its code wrote, in a version that was live; `None` until it was counted.
    #[serde(default)]
    pub(crate) own_files: Option<OwnFiles>,
    /// Most bytes of the files that its code writes, together; `None` for [`OWN_FILES`]. The owner's alone to set: no
    /// file of the site can, for others may have written it.
    #[serde(default)]
    pub own_files_limit: Option<u64>,
}

/// Most bytes of the files that a site's code writes, together, unless its owner sets another limit: some hundred
/// photos, and no danger to a disk.
pub const OWN_FILES: u64 = 1024 * 1024 * 1024;

/// The sum of the files that a site's code wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OwnFiles {
    /// The version that they were counted in. In another they are counted anew.
    pub version: u32,
    /// Their sizes.
    pub bytes: u64,
}

/// The site as it was before an import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Previous {
    /// The number of the live version; that of the site's own if the import brought none.
    pub(crate) live: Option<u32>,
    /// The number that the draft is kept under.
    pub(crate) draft: u32,
    pub(crate) published: Option<u64>,
    pub(crate) draft_changed: bool,
    pub(crate) settings: Settings,
    pub(crate) deleted_at: Option<u64>,
    #[serde(default)]
    pub(crate) limits_capped: bool,
    /// When it was replaced.
    pub replaced: u64,
}

impl Site {
    /// Its label: `<name>-<fingerprint>`.
    pub fn label(&self) -> Label {
        Label::new(self.name.clone(), &self.public_key)
    }

    /// Has it been published?
    pub fn is_live(&self) -> bool {
        self.live_version.is_some()
    }

    /// A number that no present or kept version of the site has.
    pub(crate) fn next_version(&self) -> u32 {
        let previous = self.previous.as_ref();
        let taken = [
            self.live_version,
            previous.and_then(|previous| previous.live),
            previous.map(|previous| previous.draft),
        ];
        let last = taken.into_iter().flatten().max().unwrap_or(DRAFT);
        last.wrapping_add(1).max(1)
    }

    /// Most bytes of the files that its code writes, together.
    pub fn own_files_limit(&self) -> u64 {
        self.own_files_limit.unwrap_or(OWN_FILES)
    }

    /// Is this version kept for [`crate::Store::undo_import`]?
    pub(crate) fn keeps(&self, version: u32) -> bool {
        let previous = self.previous.as_ref();
        previous.is_some_and(|previous| previous.live == Some(version))
    }
}

/// One of the two versions of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// What the owner edits.
    Draft,
    /// What visitors get.
    Live,
}

/// The draft's number in the keys of files; live versions count from 1.
pub const DRAFT: u32 = 0;

impl Version {
    /// Its number in the keys of files; `None` for the live version of a site never published.
    pub(crate) fn number(self, site: &Site) -> Option<u32> {
        match self {
            Self::Draft => Some(DRAFT),
            Self::Live => site.live_version,
        }
    }
}

/// A file's record: its metadata and which blob holds its bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileRecord {
    pub path: String,
    pub media_type: String,
    pub size: u64,
    pub modified: u64,
    pub blob: String,
    /// Did the site's code write it? Files stored before this field existed count as the owner's.
    #[serde(default)]
    pub own: bool,
}

impl From<FileRecord> for FileMeta {
    fn from(record: FileRecord) -> Self {
        Self {
            path: record.path,
            media_type: record.media_type,
            size: record.size,
            // Other bytes are another blob, so the blob's id is the revision.
            revision: record.blob,
            modified_ms: record.modified,
        }
    }
}

/// Reads a record; `None` if there is none.
pub fn from_js<T: for<'de> Deserialize<'de>>(value: Option<JsValue>) -> Result<Option<T>, Error> {
    match value {
        Some(value) if !value.is_undefined() => Ok(Some(serde_wasm_bindgen::from_value(value)?)),
        _ => Ok(None),
    }
}

/// Writes a record.
pub fn to_js<T: Serialize>(value: &T) -> Result<JsValue, Error> {
    Ok(serde_wasm_bindgen::to_value(value)?)
}

/// The key of a file. Its owner is a site, by its id, or an import (`crate::import`).
pub fn file_key(owner: &str, version: u32, path: &str) -> JsValue {
    Array::of3(&owner.into(), &version.into(), &path.into()).into()
}

/// All files of one version: from the empty path to what sorts after every text (an array, Indexed
/// Database API 3.0 §2.4).
pub fn version_range(owner: &str, version: u32) -> Result<idb::KeyRange, Error> {
    let end = Array::of3(&owner.into(), &version.into(), &Array::new());
    Ok(idb::KeyRange::bound(
        &file_key(owner, version, ""),
        &end,
        None,
        None,
    )?)
}

/// The files of one version whose paths begin with `prefix`. U+FFFF, which is no character, sorts after all that a path
/// can go on with.
pub fn prefix_range(owner: &str, version: u32, prefix: &str) -> Result<idb::KeyRange, Error> {
    Ok(idb::KeyRange::bound(
        &file_key(owner, version, prefix),
        &file_key(owner, version, &format!("{prefix}\u{ffff}")),
        None,
        None,
    )?)
}

/// All files of all versions of an owner, or all entries of its log: both keys begin with the owner.
pub fn owner_range(owner: &str) -> Result<idb::KeyRange, Error> {
    let start = Array::of1(&owner.into());
    let end = Array::of2(&owner.into(), &Array::new());
    Ok(idb::KeyRange::bound(&start, &end, None, None)?)
}

/// Now, in milliseconds since 1970.
pub fn now() -> u64 {
    // A clock before 1970 counts as 1970.
    js_sys::Date::now().max(0.0) as u64
}
