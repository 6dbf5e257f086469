//! The site that is open: its name, its standing, its link, its settings and its files.

use layout::Place;
use messages::SiteState;
use web_sys::{Element, HtmlInputElement, HtmlSelectElement};

use super::{Page, shelf::DraftFile};
use crate::{
    error::PageError,
    ui::{dom, toast, words},
};

const MIB: u64 = 1024 * 1024;

/// The largest limit that can be entered, in MiB: far beyond any disk, and far below what numbers can hold.
const MOST_MIB: u64 = 1024 * 1024;

impl Page {
    /// Show what stands above the files.
    pub(super) fn show_head(&self) -> Result<(), PageError> {
        let Some(site) = self.site() else {
            return Ok(());
        };
        dom::set_text(&dom::by_id("site-name")?, &site.name);
        dom::document()?.set_title(&format!("{} · PeerServer", site.name));
        let badge = dom::by_id::<Element>("site-standing")?;
        let (tone, standing) = published(&site);
        dom::set_text(&badge, standing);
        dom::set_attribute(&badge, "data-tone", tone);
        let publish = dom::by_id::<web_sys::HtmlButtonElement>("publish")?;
        publish.set_disabled(tone == "live");
        dom::set_text(
            &publish,
            if tone == "live" {
                "Published"
            } else {
                "Publish"
            },
        );
        dom::show(&dom::by_id::<Element>("site-link")?, site.link.is_some());
        dom::set_text(
            &dom::by_id("site-address")?,
            site.link.as_deref().unwrap_or_default(),
        );
        Ok(())
    }

    /// Show no files until those of the site that is being opened are read: nothing may be done to one
    /// site by the rows of another.
    pub(super) fn clear_files(&self) -> Result<(), PageError> {
        let mut table = self.table.borrow_mut();
        table.fold();
        table.show(Vec::new())?;
        dom::set_text(&dom::by_id("files-sum")?, "");
        dom::show(&dom::by_id::<Element>("no-files")?, false);
        show_fallback(&[], None)
    }

    /// Read the draft's files and settings, and show them.
    pub(super) async fn show_files(&self, site: &str) -> Result<(), PageError> {
        let files = self.shelf.files(site).await?;
        let fallback = self.shelf.fallback(site).await?;
        let limit = self.shelf.site(site).await?.own_files_limit();
        let replaced = self.shelf.replaced(site).await?;
        if self.opened().as_deref() != Some(site) {
            // Another site was opened meanwhile.
            return Ok(());
        }
        let total = files.iter().map(|file| file.size).sum();
        let sum = match files.len() {
            0 => String::new(),
            number => format!(
                "{}, {}",
                words::count(number as u64, "file", "files"),
                words::size(total)
            ),
        };
        dom::set_text(&dom::by_id("files-sum")?, &sum);
        dom::show(&dom::by_id::<Element>("no-files")?, files.is_empty());
        dom::show(&dom::by_id::<Element>("previous")?, replaced.is_some());
        dom::by_id::<HtmlInputElement>("own-files-limit")?.set_value(&(limit / MIB).to_string());
        show_fallback(&files, fallback.as_deref())?;
        self.table.borrow_mut().show(files)
    }
}

impl Page {
    /// How much the files that the site's code writes may take, as the owner typed it.
    pub(super) async fn set_own_files_limit(&self) -> Result<(), PageError> {
        let Some(site) = self.opened() else {
            return Ok(());
        };
        let typed = dom::by_id::<HtmlInputElement>("own-files-limit")?.value();
        let limit = read_limit(&typed)?;
        self.shelf.set_own_files_limit(&site, limit).await?;
        toast::say("Saved.");
        self.changed().await
    }
}

/// Bytes of the files that a site's code writes; nothing typed is what sites have by themselves.
fn read_limit(typed: &str) -> Result<Option<u64>, PageError> {
    match typed.trim() {
        "" => Ok(None),
        typed => match typed.parse::<u64>() {
            Ok(mib) if mib <= MOST_MIB => Ok(Some(mib * MIB)),
            _ => Err(PageError::Input(format!(
                "Enter how many MiB the files may take together, from 0 to {MOST_MIB}."
            ))),
        },
    }
}

/// Is what visitors get what the owner sees? The badge's look, and its words.
fn published(site: &SiteState) -> (&'static str, &'static str) {
    match (site.live, site.draft_changed) {
        (false, _) => ("none", "Not published"),
        (true, true) => ("changed", "Draft changed"),
        (true, false) => ("live", "Live, up to date"),
    }
}

/// Offer every page of the site as the fallback, and the present one even if it is no longer there.
fn show_fallback(files: &[DraftFile], fallback: Option<&str>) -> Result<(), PageError> {
    let select = dom::by_id::<HtmlSelectElement>("fallback")?;
    select.set_text_content(None);
    let pages: Vec<&str> = files
        .iter()
        .filter_map(|file| match Place::of(&file.path) {
            Some(Place::Public(path)) if is_page(path) => Some(path),
            _ => None,
        })
        .collect();
    let gone = fallback.filter(|path| !pages.contains(path));
    for path in std::iter::once("").chain(pages.iter().copied()).chain(gone) {
        let option = dom::copy_of("option-row")?;
        option.set_attribute("value", path)?;
        let text = match path {
            "" => "“Not found”".to_owned(),
            path if Some(path) == gone => format!("{path} (no longer there)"),
            path => path.to_owned(),
        };
        dom::set_text(&option, &text);
        dom::append(&select, &option)?;
    }
    select.set_value(fallback.unwrap_or_default());
    Ok(())
}

fn is_page(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.ends_with(".html") || path.ends_with(".htm") || path.ends_with(".xhtml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_without_a_live_version_is_not_published_whatever_its_draft() {
        let site = SiteState::default();
        assert_eq!(published(&site).0, "none");
        assert_eq!(
            published(&SiteState {
                draft_changed: true,
                ..site.clone()
            })
            .0,
            "none"
        );
        assert_eq!(
            published(&SiteState {
                live: true,
                draft_changed: true,
                ..site.clone()
            })
            .0,
            "changed"
        );
        assert_eq!(published(&SiteState { live: true, ..site }).0, "live");
    }

    #[test]
    fn pages_are_told_by_their_extension() {
        assert!(is_page("index.html") && is_page("a/B.HTM") && is_page("x.xhtml"));
        assert!(!is_page("html") && !is_page("index.html.png"));
    }
}
