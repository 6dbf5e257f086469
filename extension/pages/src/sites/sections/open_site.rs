//! The site that is open: its name, its standing, its link, its settings and its files.

use layout::Place;
use messages::SiteState;
use web_sys::{Element, HtmlInputElement, HtmlSelectElement};

use crate::{
    error::PageError,
    sites::{page::Page, shelf::DraftFile},
    ui::{dom, format, links},
};

/// Files shown before the others are read: what a large window has room for.
const AT_ONCE: u32 = 50;

const MIB: u64 = 1024 * 1024;

impl Page {
    /// Show what stands above the files.
    pub(in crate::sites) fn show_head(&self) -> Result<(), PageError> {
        let Some(site) = self.site() else {
            return Ok(());
        };
        dom::set_text(&dom::by_id("site-name")?, &site.name);
        dom::document()?.set_title(&format!("{} · PeerServer", site.name));
        let badge = dom::by_id::<Element>("site-status")?;
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
        let whole = links::with_whole_label(&site).is_some();
        dom::show(&dom::by_id::<Element>("copy-label-link")?, whole);
        let is_off = site.live && !site.hosted;
        dom::show(&dom::by_id::<Element>("unhosted")?, is_off);
        Ok(())
    }

    /// Show no files until those of the site that is being opened are read: nothing may be done to one
    /// site by the rows of another.
    pub(in crate::sites) fn clear_files(&self) -> Result<(), PageError> {
        let mut table = self.table.borrow_mut();
        table.fold();
        table.show(Vec::new())?;
        dom::set_text(&dom::by_id("files-sum")?, "");
        dom::show(&dom::by_id::<Element>("no-files")?, false);
        show_fallback(&[], None)
    }

    /// Show the draft's first files, and how many it has: reading all of them may take a while.
    pub(in crate::sites) async fn show_first_files(&self, site: &str) -> Result<(), PageError> {
        let (files, count) = self.shelf.first_files(site, AT_ONCE).await?;
        if self.opened().as_deref() == Some(site) && count > 0 {
            dom::set_text(&dom::by_id("files-sum")?, &files_count(count.into()));
            self.table.borrow_mut().show(files)?;
        }
        Ok(())
    }

    /// Read the draft's files and settings, and show them.
    pub(in crate::sites) async fn show_files(&self, site: &str) -> Result<(), PageError> {
        let files = self.shelf.files(site).await?;
        let standing = self.shelf.standing(site).await?;
        if self.opened().as_deref() != Some(site) {
            // Another site was opened meanwhile.
            return Ok(());
        }
        let total = files.iter().map(|file| file.size).sum();
        let sum = match files.len() {
            0 => String::new(),
            number => format!("{}, {}", files_count(number as u64), format::size(total)),
        };
        dom::set_text(&dom::by_id("files-sum")?, &sum);
        dom::show(&dom::by_id::<Element>("no-files")?, files.is_empty());
        self.show_imported(&standing)?;
        let limit = standing.own_files_limit / MIB;
        dom::by_id::<HtmlInputElement>("own-files-limit")?.set_value(&limit.to_string());
        show_fallback(&files, standing.fallback.as_deref())?;
        self.table.borrow_mut().show(files)
    }
}

fn files_count(count: u64) -> String {
    format::count(count, "file", "files")
}

/// Is what visitors get what the owner sees? The badge's look, and its words.
fn published(site: &SiteState) -> (&'static str, &'static str) {
    match (site.live, site.draft_changed) {
        (false, _) => ("none", "Not published"),
        (true, true) => ("changed", "Draft changed"),
        (true, false) => ("live", "Live, up to date"),
    }
}

/// Most pages offered as the fallback: thousands of them take the browser seconds, and nobody reads on.
const MOST_PAGES: usize = 200;

/// Offer the site's pages as the fallback, those at the top first, and the present one even if it is not among them.
fn show_fallback(files: &[DraftFile], fallback: Option<&str>) -> Result<(), PageError> {
    let select = dom::by_id::<HtmlSelectElement>("fallback")?;
    select.set_text_content(None);
    let Offered {
        pages,
        more,
        chosen,
    } = Offered::of(files, fallback);
    let row = |value: &str, text: &str| {
        let option = dom::copy_of("option-row")?;
        option.set_attribute("value", value)?;
        dom::set_text(&option, text);
        dom::append(&select, &option)?;
        Ok::<_, PageError>(option)
    };
    row("", "“Not found”")?;
    for page in pages {
        row(page, page)?;
    }
    match chosen {
        Chosen::Offered => {}
        Chosen::There(page) => drop(row(page, page)?),
        Chosen::Gone(page) => drop(row(page, &format!("{page} (no longer there)"))?),
    }
    if more > 0 {
        let text = format!(
            "{} more: name one in site.json",
            format::count(more as u64, "page", "pages")
        );
        row("", &text)?.set_attribute("disabled", "")?;
    }
    select.set_value(fallback.unwrap_or_default());
    Ok(())
}

/// The pages that can be chosen as the fallback.
#[derive(Debug, PartialEq)]
struct Offered<'a> {
    /// Those nearest to the top, by path.
    pages: Vec<&'a str>,
    /// How many there are beside them.
    more: usize,
    /// The present one.
    chosen: Chosen<'a>,
}

/// The page that is the fallback.
#[derive(Debug, PartialEq)]
enum Chosen<'a> {
    /// None, or one that is offered.
    Offered,
    /// One of the others.
    There(&'a str),
    /// One that is not there any more.
    Gone(&'a str),
}

impl<'a> Offered<'a> {
    fn of(files: &'a [DraftFile], fallback: Option<&'a str>) -> Self {
        let page = |file: &'a DraftFile| match Place::of(&file.path) {
            Some(Place::Public(path)) if is_page(path) => Some(path),
            _ => None,
        };
        let mut pages: Vec<&str> = files.iter().filter_map(page).collect();
        let is_there = fallback.is_some_and(|fallback| pages.contains(&fallback));
        pages.sort_by_key(|path| path.bytes().filter(|byte| *byte == b'/').count());
        let more = pages.len().saturating_sub(MOST_PAGES);
        pages.truncate(MOST_PAGES);
        let chosen = match fallback {
            Some(path) if !is_there => Chosen::Gone(path),
            Some(path) if !pages.contains(&path) => Chosen::There(path),
            _ => Chosen::Offered,
        };
        Self {
            pages,
            more,
            chosen,
        }
    }
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

    fn file(path: String) -> DraftFile {
        DraftFile {
            path,
            size: 1,
            media_type: String::new(),
        }
    }

    #[test]
    fn of_thousands_of_pages_those_at_the_top_are_offered_and_the_present_one() {
        let mut files: Vec<DraftFile> = (0..5_000)
            .map(|n| file(format!("public/a/{n:05}.html")))
            .collect();
        files.push(file("public/index.html".into()));
        files.push(file("public/logo.png".into()));
        files.push(file("routes/a.html".into()));
        let offered = Offered::of(&files, Some("a/04000.html"));
        assert_eq!(offered.pages.len(), MOST_PAGES);
        assert_eq!(offered.pages[..2], ["index.html", "a/00000.html"]);
        assert_eq!(offered.more, 5_001 - MOST_PAGES);
        assert_eq!(offered.chosen, Chosen::There("a/04000.html"));
        assert_eq!(Offered::of(&files, None).chosen, Chosen::Offered);
        assert_eq!(
            Offered::of(&files, Some("index.html")).chosen,
            Chosen::Offered
        );
        assert_eq!(
            Offered::of(&files, Some("x.html")).chosen,
            Chosen::Gone("x.html")
        );
        assert_eq!(Offered::of(&files[..3], None).more, 0);
    }

    #[test]
    fn pages_are_told_by_their_extension() {
        assert!(is_page("index.html") && is_page("a/B.HTM") && is_page("x.xhtml"));
        assert!(!is_page("html") && !is_page("index.html.png"));
    }
}
