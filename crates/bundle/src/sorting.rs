//! Sorts an archive's entries: which an import brings, under which path, and which it leaves out.

use std::collections::HashMap;

use crate::error::{EntryError, Error};
use crate::kind::Found;
use crate::limits::MAX_FILES;
use crate::litter::is_litter;
use crate::manifest::{Hash, Listed, Manifest};
use crate::names;
use crate::part::{self, MANIFEST, Part};
use crate::report::{File, Kind, LeftOut, Report, SignatureState, Why};
use crate::zip::entry::Entry;

/// What became of the entries.
#[derive(Debug)]
pub(crate) struct Sorted {
    /// By path.
    pub files: Vec<File>,
    /// The place of `key.json` among the entries, and its hash.
    pub sealed_key: Option<(usize, Hash)>,
    /// The place of `bundle.json` among them, if this is a bundle.
    pub manifest: Option<usize>,
    pub report: Report,
}

/// What becomes of the entries.
pub(crate) struct Sorting<'a> {
    found: Found<'a>,
    entries: &'a [Entry],
    sorted: Sorted,
}

impl<'a> Sorting<'a> {
    pub fn new(found: Found<'a>, entries: &'a [Entry]) -> Self {
        let backslashes = entries
            .iter()
            .filter(|entry| entry.had_backslash && !entry.is_folder);
        let report = Report {
            kind: found.kind,
            name: None,
            key: None,
            signature: SignatureState::Unsigned,
            published: None,
            top_folder: found.top.map(str::to_owned),
            files: 0,
            bytes: 0,
            has_live: false,
            has_draft: false,
            has_data: false,
            has_key: false,
            not_understood: Vec::new(),
            left_out: Vec::new(),
            by_backslash: backslashes.count(),
            case_only: Vec::new(),
        };
        Self {
            found,
            entries,
            sorted: Sorted {
                files: Vec::new(),
                sealed_key: None,
                manifest: None,
                report,
            },
        }
    }

    /// Every entry's name without the top folder; `None` beside that.
    fn names(&self) -> impl Iterator<Item = Option<&'a str>> + use<'a> {
        let (entries, top) = (self.entries, self.found.top);
        entries.iter().map(move |entry| match top {
            Some(top) => entry.name.strip_prefix(top)?.strip_prefix('/'),
            None => Some(entry.name.as_str()),
        })
    }

    /// Every file of the archive with its place among the entries, by its name without the top folder.
    fn by_name(&self) -> HashMap<&'a str, (usize, &'a Entry)> {
        let entries = self.entries.iter().enumerate().zip(self.names());
        let named = |((place, entry), name): ((usize, &'a Entry), Option<&'a str>)| {
            (!entry.is_folder).then_some((name?, (place, entry)))
        };
        entries.filter_map(named).collect()
    }

    /// The file of this name, the top folder aside.
    pub fn named(&self, name: &str) -> Option<&'a Entry> {
        self.by_name().get(name).map(|(_, entry)| *entry)
    }

    /// Takes what a bundle lists, which has to be all that is there.
    pub fn take_listed(&mut self, manifest: &Manifest) -> Result<(), Error> {
        let head = manifest.head();
        self.sorted.report.name = Some(head.name);
        self.sorted.report.published = head.published;
        self.sorted.report.key = head.key;
        if head.key.is_some() {
            self.sorted.report.signature = SignatureState::Valid;
        }
        let mut there = self.by_name();
        self.sorted.manifest = there.get(MANIFEST).map(|(place, _)| *place);
        for listed in &manifest.files {
            let found = there.remove(listed.path.as_str());
            let (place, entry) = found.ok_or_else(|| EntryError::Missing.of(&listed.path))?;
            if listed.size != entry.size {
                let (listed, found) = (listed.size, entry.size);
                return Err(EntryError::ListedSize { listed, found }.of(&entry.name));
            }
            self.take(place, entry, &listed.media_type, Some(listed))?;
        }
        there.remove(MANIFEST);
        self.leave_out_litter(&there)
    }

    /// Who unpacks a bundle and zips it again may bring litter in. Nothing else may be there unlisted.
    fn leave_out_litter(&mut self, unlisted: &HashMap<&str, (usize, &Entry)>) -> Result<(), Error> {
        let entries = self.entries;
        let names = self.names();
        for (entry, name) in entries.iter().zip(names) {
            let is_left = match name {
                // Beside the top folder there is nothing but litter, or it would not be the top.
                None => !entry.is_folder,
                Some(name) => unlisted.contains_key(name),
            };
            if !is_left {
                continue;
            }
            if !is_litter(&entry.name) {
                return Err(EntryError::Unlisted.of(&entry.name));
            }
            self.sorted.report.left_out.push(LeftOut {
                entry: entry.name.clone(),
                why: Why::Litter,
            });
        }
        Ok(())
    }

    /// Takes what is no bundle.
    pub fn take_all(&mut self) -> Result<(), Error> {
        let entries = self.entries;
        for (place, entry) in entries.iter().enumerate() {
            if !entry.is_folder {
                self.take(place, entry, "", None)?;
            }
        }
        Ok(())
    }

    fn take(
        &mut self,
        place: usize,
        entry: &Entry,
        media_type: &str,
        listed: Option<&Listed>,
    ) -> Result<(), Error> {
        let mut leave_out = |reason| {
            let entry = entry.name.clone();
            self.sorted
                .report
                .left_out
                .push(LeftOut { entry, why: reason });
        };
        let path = match self.found.place(&entry.name) {
            Ok(path) => part::checked(&path).map_err(|error| error.of_entry(&entry.name))?,
            Err(reason) => {
                leave_out(reason);
                return Ok(());
            }
        };
        let sha256 = listed.map(|listed| listed.sha256);
        match (Part::of(path.as_str()), sha256) {
            (Some(Part::Key), Some(sha256)) => self.sorted.sealed_key = Some((place, sha256)),
            // Nobody vouches for such a key.
            (Some(Part::Key) | None, _) => leave_out(Why::OwnName),
            (Some(part), sha256) => {
                if !part::is_understood(path.as_str()) {
                    self.sorted.report.not_understood.push(path.clone());
                }
                self.sorted.files.push(File {
                    path,
                    size: entry.size,
                    media_type: media_type.to_owned(),
                    part,
                    sha256,
                    entry: place,
                });
            }
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<Sorted, Error> {
        if self.sorted.files.is_empty() {
            return Err(Error::Empty);
        }
        if self.sorted.files.len() > MAX_FILES {
            return Err(Error::TooManyFiles(self.sorted.files.len()));
        }
        self.sorted.files.sort_by(|a, b| a.path.cmp(&b.path));
        let paths = || self.sorted.files.iter().map(|file| file.path.as_str());
        let case_only = match self.sorted.report.kind {
            Kind::Bundle => {
                names::fit_any_disk(paths())?;
                Vec::new()
            }
            Kind::Tree | Kind::Web | Kind::Archive2013 => {
                names::fit_one_site(paths())?;
                names::case_only(paths())
            }
        };
        self.sorted.report.case_only = case_only;
        let any = |parts: &[Part]| {
            self.sorted
                .files
                .iter()
                .any(|file| parts.contains(&file.part))
        };
        self.sorted.report.has_live = any(&[Part::Live]);
        self.sorted.report.has_draft = any(&[Part::Draft]);
        self.sorted.report.has_data = any(&[Part::Data, Part::DraftData]);
        self.sorted.report.has_key = self.sorted.sealed_key.is_some();
        self.sorted.report.files = self.sorted.files.len();
        self.sorted.report.bytes = self.sorted.files.iter().map(|file| file.size).sum();
        Ok(self.sorted)
    }
}
