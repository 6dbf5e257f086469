//! Reads all files of an archive that is imported, and has them kept apart from all sites.
//!
//! It must not know what becomes of them.

use futures_util::future::try_join;
use layout::{SiteJson, place::SITE_JSON};
use site::{FilePath, Settings};
use store::{Import, Imported, Version};

use super::{
    IMPORT, Job, Waiting,
    batch::{Arrived, Batches, batches},
    blob_parts::Parts,
    content::{Content, MAX_WHOLE, Taken},
    source,
};
use crate::error::PageError;

/// Longest `site.json` in bytes that is looked at here; the layout allows less.
const LONG_SITE_JSON: f64 = 1e6;

/// Read all files, and keep them apart from all sites, as long as the work goes on.
pub async fn keep_apart(
    work: &Job,
    waiting: &mut Waiting,
    import: &Import,
) -> Result<Imported, PageError> {
    let (batches, gathered) = batches();
    let both = try_join(read_all(work, waiting, batches), gathered.write(import));
    let (imported, ()) = both.await?;
    work.go_on()?;
    Ok(imported)
}

/// Read all files.
async fn read_all(
    work: &Job,
    waiting: &mut Waiting,
    mut batches: Batches,
) -> Result<Imported, PageError> {
    let live = waiting.goes_live();
    let Waiting { bundle, made, .. } = waiting;
    let mut imported = Imported {
        published: bundle.report().published.filter(|_| live),
        settings: Settings::default(),
        hosted: false,
    };
    let placed = |version| match version {
        bundle::Version::Live if live => Version::Live,
        _ => Version::Draft,
    };
    let all = bundle.report().bytes.max(1);
    let mut done = 0;
    for index in 0..bundle.files().len() {
        let Some(file) = bundle.files().get(index).cloned() else {
            break;
        };
        let (version, path) = file.in_site();
        let version = placed(version);
        let path = FilePath::parse(path)
            .map_err(|error| PageError::Input(format!("{path:?}: {error}.")))?;
        let mut reader = bundle.read(index).await?;
        let mut taken = match file.size <= MAX_WHOLE {
            true => Taken::whole(reader.leave_hash()),
            false => Taken::in_parts(file.sha256),
        };
        while let Some(bytes) = reader.next().await? {
            work.go_on()?;
            done += bytes.len() as u64;
            taken.push(bytes)?;
            let share = done as f64 / all as f64;
            work.show(IMPORT, "Reading", &path, share);
        }
        let content = taken.finish(&reader)?;
        if path.as_str() == SITE_JSON && content.blob.size() < LONG_SITE_JSON {
            imported.settings = settings(&content.blob).await;
        }
        let size = file.size;
        let file = Arrived {
            path,
            media_type: file.media_type,
            content,
        };
        batches.add(version, size, file).await?;
        work.go_on()?;
    }
    for (version, path, text) in &made.files {
        let mut parts = Parts::default();
        parts.push(text.as_bytes())?;
        let (version, size) = (placed(*version), text.len() as u64);
        let file = Arrived {
            path: FilePath::parse(path)
                .map_err(|error| PageError::Input(format!("{path:?}: {error}.")))?,
            media_type: String::new(),
            content: Content::made(parts.finish("")?),
        };
        batches.add(version, size, file).await?;
    }
    batches.finish().await?;
    Ok(imported)
}

/// The settings that a `site.json` has; those of every site if it cannot be read, which is said where it is
/// used.
async fn settings(blob: &web_sys::Blob) -> Settings {
    let bytes = source::read(blob, 0, blob.size() as u64).await;
    let parsed = bytes.ok().and_then(|bytes| SiteJson::parse(&bytes).ok());
    Settings {
        single_page_fallback: parsed.and_then(|json| json.settings.single_page_fallback),
    }
}
