//! The table of the draft's files.

use web_sys::Element;

use crate::{
    error::PageError,
    sites::shelf::DraftFile,
    ui::{dom, format},
};

/// Rows shown before the person asks for all: more make the page slow to build and long to scroll.
const FIRST_ROWS: usize = 500;

/// The table, and the files in it by path.
pub struct FileTable {
    table: Element,
    rows: Element,
    more: Element,
    files: Vec<DraftFile>,
    /// How many of them have a row.
    shown: usize,
    all: bool,
}

impl FileTable {
    /// Find the table.
    pub fn new() -> Result<Self, PageError> {
        Ok(Self {
            table: dom::by_id("file-table")?,
            rows: dom::by_id("file-rows")?,
            more: dom::by_id("show-all-files")?,
            files: Vec::new(),
            shown: 0,
            all: false,
        })
    }

    /// Show the first rows only, from the next time on.
    pub fn fold(&mut self) {
        self.all = false;
    }

    /// Show all rows.
    pub fn unfold(&mut self) -> Result<(), PageError> {
        self.all = true;
        let files = self.files.clone();
        self.show(files)
    }

    /// Show these files. Rows that say the same already stay: a browser forgets what is dropped on a row that
    /// is replaced at that moment.
    pub fn show(&mut self, mut files: Vec<DraftFile>) -> Result<(), PageError> {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let count = match self.all {
            true => files.len(),
            false => files.len().min(FIRST_ROWS),
        };
        let stay = count >= self.shown && files.get(..self.shown) == self.files.get(..self.shown);
        let kept = if stay { self.shown } else { 0 };
        if kept == 0 {
            self.rows.set_text_content(None);
        }
        for file in files.iter().take(count).skip(kept) {
            dom::append(&self.rows, &row(file)?)?;
        }
        (self.files, self.shown) = (files, count);
        dom::show(&self.table, !self.files.is_empty());
        dom::show(&self.more, count < self.files.len());
        dom::set_text(
            &self.more,
            &format!("Show all {}", format::grouped(self.files.len() as u64)),
        );
        Ok(())
    }

    /// Move the keyboard to the button of the row that now stands where `path` stood: else it would start
    /// again at the top of the page.
    pub fn focus_at(&self, path: &str, button: &str) {
        let place = self
            .files
            .iter()
            .position(|file| file.path.as_str() >= path);
        let place = place.unwrap_or(self.files.len().saturating_sub(1));
        let row = self
            .rows
            .children()
            .item(u32::try_from(place).unwrap_or(u32::MAX));
        if let Some(button) = row.and_then(|row| dom::find::<Element>(&row, button).ok()) {
            dom::focus(&button);
        }
    }
}

fn row(file: &DraftFile) -> Result<Element, PageError> {
    let row = dom::copy_of("file-row")?;
    row.set_attribute("data-id", &file.path)?;
    let (folder, name) = file
        .path
        .split_at(file.path.rfind('/').map_or(0, |end| end + 1));
    dom::set_text(&dom::find(&row, ".folder")?, folder);
    dom::set_text(&dom::find(&row, ".file")?, name);
    dom::set_text(&dom::find(&row, ".number")?, &format::size(file.size));
    dom::set_text(&dom::find(&row, ".kind")?, &file.kind());
    for (button, verb) in [(".file-rename", "Rename"), (".file-delete", "Delete")] {
        dom::find::<Element>(&row, button)?
            .set_attribute("aria-label", &format!("{verb} {}", file.path))?;
    }
    Ok(row)
}
