//! Adding files to the draft, with progress, a way to stop, and a way back.

use std::{collections::HashSet, rc::Rc};

use site::FilePath;
use store::NewFile;
use web_sys::Element;

use crate::{
    error::PageError,
    sites::{
        bundle::job,
        drop::{self, Dropped, Given},
        file_paths::{self, Intake},
        page::Page,
        shelf,
    },
    ui::{self, dom, format, toast},
};

/// Most files written at once: progress moves, and stopping works, between two writes.
const BATCH_FILES: usize = 32;
/// Most bytes written at once, for the same reason; one file may be larger.
const BATCH_BYTES: f64 = 16e6;

/// The id of the card that shows the work.
const ADDING: &str = "adding";

/// What was added, and what stood there before.
struct Added {
    site: String,
    new: Vec<FilePath>,
    replaced: Vec<NewFile>,
}

impl Page {
    /// Add what was dropped.
    pub(in crate::sites) async fn add_dropped(
        self: Rc<Self>,
        dropped: Dropped,
    ) -> Result<(), PageError> {
        self.clone()
            .adding(async move |page| {
                let given = drop::walk(dropped, |found| {
                    job::progress(
                        ADDING,
                        &format!(
                            "Reading folders: {} found",
                            format::count(found as u64, "file", "files")
                        ),
                        None,
                    );
                })
                .await?;
                page.add(given).await
            })
            .await
    }

    /// Add what was picked.
    pub(in crate::sites) async fn add_picked(
        self: Rc<Self>,
        given: Vec<Given>,
    ) -> Result<(), PageError> {
        self.clone()
            .adding(async move |page| page.add(given).await)
            .await
    }

    /// Do `work` with the progress shown, one work at a time.
    async fn adding(
        self: Rc<Self>,
        work: impl AsyncFnOnce(Rc<Self>) -> Result<(), PageError>,
    ) -> Result<(), PageError> {
        if self.adding.replace(true) {
            return Err(PageError::Input(
                "Files are still being added. Wait for them, or stop.".into(),
            ));
        }
        self.stopped.set(false);
        let card = dom::by_id::<Element>(ADDING)?;
        job::progress(ADDING, "Reading…", None);
        dom::show(&card, true);
        let done = work(self.clone()).await;
        dom::show(&card, false);
        self.adding.set(false);
        done
    }

    async fn add(self: Rc<Self>, given: Vec<Given>) -> Result<(), PageError> {
        let Some(site) = self.opened() else {
            return Ok(());
        };
        let paths: Vec<String> = given.iter().map(|given| given.path.clone()).collect();
        let intake = file_paths::plan(&paths);
        let files: Vec<NewFile> = intake
            .taken
            .iter()
            .filter_map(|(place, path)| {
                let file = given.get(*place)?.file.clone();
                Some(shelf::new_file(path.clone(), file.into()))
            })
            .collect();
        let mut added = Added {
            site: site.clone(),
            new: Vec::new(),
            replaced: Vec::new(),
        };
        let outcome = self.write(files, &mut added).await;
        let count = added.new.len() + added.replaced.len();
        if count > 0 {
            // Shown even when the rest failed: what was added is there.
            self.changed().await?;
            self.show_files(&site).await?;
            self.show_room().await?;
        }
        let mut text = report(&intake, count, added.replaced.len());
        if let Err(error) = &outcome {
            text = format!("{text} {error}");
        }
        if count == 0 {
            toast::fail(&text);
            return Ok(());
        }
        let page = self.clone();
        let undo = move || ui::run(page.take_back(added));
        if outcome.is_err() {
            toast::fail_with_undo(&text, undo);
        } else {
            toast::offer_undo(&text, undo);
        }
        Ok(())
    }

    /// Write the files in batches; `added` tells how far it came.
    async fn write(&self, mut files: Vec<NewFile>, added: &mut Added) -> Result<(), PageError> {
        let total = files.len();
        let known: HashSet<String> = self.shelf.paths(&added.site).await?;
        files.reverse();
        while !files.is_empty() && !self.stopped.get() {
            let batch = next_batch(&mut files);
            let done = total - files.len();
            let first = batch
                .first()
                .map(|file| file.path.to_string())
                .unwrap_or_default();
            let (now, all) = (format::grouped(done as u64), format::grouped(total as u64));
            job::progress(
                ADDING,
                &format!("Adding {now} of {all}: {first}"),
                Some((done - batch.len()) as f64 / total as f64),
            );
            let (mut new, mut replaced) = (Vec::new(), Vec::new());
            for file in &batch {
                let before = if known.contains(file.path.as_str()) {
                    self.shelf.file(&added.site, &file.path).await?
                } else {
                    None
                };
                match before {
                    Some(before) => replaced.push(before),
                    None => new.push(file.path.clone()),
                }
            }
            self.shelf.put(&added.site, &batch).await?;
            added.new.append(&mut new);
            added.replaced.append(&mut replaced);
        }
        Ok(())
    }

    async fn take_back(self: Rc<Self>, added: Added) -> Result<(), PageError> {
        self.clone()
            .adding(async move |page| {
                let total = added.new.len();
                for (done, path) in added.new.iter().enumerate() {
                    if done % BATCH_FILES == 0 {
                        job::progress(
                            ADDING,
                            "Taking the files out again…",
                            Some(done as f64 / total as f64),
                        );
                    }
                    page.shelf.remove(&added.site, path).await?;
                }
                page.shelf.put(&added.site, &added.replaced).await?;
                page.changed().await?;
                page.show_files(&added.site).await?;
                page.show_room().await
            })
            .await?;
        toast::show("As it was before.");
        Ok(())
    }
}

/// Take the next files to write at once from the end of `files`: a few small ones, or a single large one.
/// The store writes as many in one piece, so that what failed is known to the file.
fn next_batch(files: &mut Vec<NewFile>) -> Vec<NewFile> {
    let mut batch = Vec::new();
    let mut bytes = 0.0;
    while let Some(file) = files.pop() {
        bytes += file.blob.size();
        if !batch.is_empty() && (batch.len() >= BATCH_FILES || bytes > BATCH_BYTES) {
            files.push(file);
            break;
        }
        batch.push(file);
    }
    batch
}

/// What became of the files, in a few sentences.
fn report(intake: &Intake, added: usize, replaced: usize) -> String {
    let mut sentences = Vec::new();
    match added {
        0 => sentences.push("No file was added.".to_owned()),
        _ => {
            let files = match intake.taken.len() {
                planned if planned > added => format!(
                    "{} of {}",
                    format::grouped(added as u64),
                    format::count(planned as u64, "file", "files")
                ),
                _ => format::count(added as u64, "file", "files"),
            };
            let from = intake
                .unpacked
                .as_ref()
                .map_or_else(String::new, |folder| format!(" from “{folder}”"));
            let to = match (intake.tree, &intake.unpacked) {
                (false, _) => " to public/",
                (true, Some(_)) => ", which is a site’s own tree",
                (true, None) => " of a site’s own tree",
            };
            let over = match replaced {
                0 => String::new(),
                _ => format!(", {} of them replaced", format::grouped(replaced as u64)),
            };
            sentences.push(format!("Added {files}{from}{to}{over}."));
        }
    }
    if intake.litter > 0 {
        let files = format::count(intake.litter as u64, "file", "files");
        sentences.push(format!("Left out {files} such as .git or .DS_Store."));
    }
    if let Some((path, reason)) = intake.illegal.first() {
        let others = match intake.illegal.len() {
            1 => String::new(),
            number => format!(" (and {} more)", format::grouped(number as u64 - 1)),
        };
        sentences.push(format!("Left out “{path}”{others}: {reason}."));
    }
    sentences.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(paths: &[&str]) -> Intake {
        file_paths::plan(
            &paths
                .iter()
                .map(|&path| path.to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn the_report_leaves_nothing_out() {
        assert_eq!(report(&plan(&["a.txt"]), 1, 0), "Added 1 file to public/.");
        assert_eq!(
            report(&plan(&["guests/routes/a.js"]), 1, 0),
            "Added 1 file from “guests”, which is a site’s own tree."
        );
        assert_eq!(
            report(&plan(&["site.json"]), 1, 1),
            "Added 1 file of a site’s own tree, 1 of them replaced."
        );
        assert_eq!(
            report(
                &plan(&["s/index.html", "s/.git/x", "s/a//b", "s/c/../d"]),
                1,
                1
            ),
            "Added 1 file from “s” to public/, 1 of them replaced. Left out 1 file such as .git or .DS_Store. \
             Left out “a//b” (and 1 more): the path has an empty part (two slashes in a row, or one at the end)."
        );
        assert_eq!(
            report(&plan(&["a", "b", "c"]), 2, 0),
            "Added 2 of 3 files to public/."
        );
        assert_eq!(report(&plan(&[]), 0, 0), "No file was added.");
    }
}
