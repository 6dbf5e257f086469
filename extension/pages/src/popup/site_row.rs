//! One site's row in the popup.

use messages::SiteState;
use web_sys::{Element, HtmlInputElement};

use super::model;
use crate::{
    error::PageError,
    ui::{dom, links, qr},
};

/// A row, kept as long as its site is there, so that focus and an open QR code stay.
pub struct SiteRow {
    root: Element,
    name: Element,
    line: Element,
    note: Element,
    hosted: HtmlInputElement,
    link_box: Element,
    link_text: Element,
    copy_link: Element,
    copy_with_label: Element,
    qr_button: Element,
    open: Element,
    qr: Element,
    publish: Element,
    export: Element,
    link: Option<String>,
    qr_open: bool,
}

impl SiteRow {
    /// An empty row for the site with this id.
    pub fn new(id: &str) -> Result<Self, PageError> {
        let root = dom::copy_of("site-row")?;
        root.set_attribute("data-id", id)?;
        Ok(Self {
            name: dom::find(&root, ".site-name")?,
            line: dom::find(&root, ".site-line")?,
            note: dom::find(&root, ".site-note")?,
            hosted: dom::find(&root, ".site-hosted")?,
            link_box: dom::find(&root, ".site-link")?,
            link_text: dom::find(&root, ".link")?,
            copy_link: dom::find(&root, ".link-copy")?,
            copy_with_label: dom::find(&root, ".link-with-label")?,
            qr_button: dom::find(&root, ".link-qr")?,
            open: dom::find(&root, ".link-open")?,
            qr: dom::find(&root, ".qr")?,
            publish: dom::find(&root, ".site-publish")?,
            export: dom::find(&root, ".site-export")?,
            root,
            link: None,
            qr_open: false,
        })
    }

    /// The row itself.
    pub fn element(&self) -> &Element {
        &self.root
    }

    /// The site's link, while there is one.
    pub fn link(&self) -> Option<&str> {
        self.link.as_deref()
    }

    /// Show the site as it is now.
    pub fn show(&mut self, site: &SiteState, hosting: bool) -> Result<(), PageError> {
        dom::set_text(&self.name, &site.name);
        dom::set_text(&self.line, &model::site_line(site, hosting));
        self.hosted.set_checked(site.hosted);
        let note = model::site_note(site);
        dom::show(&self.note, note.is_some());
        dom::set_text(&self.note, note.as_deref().unwrap_or_default());
        dom::show(&self.publish, !site.live || site.draft_changed);
        for (button, verb) in [
            (&self.copy_link, "Copy link of"),
            (&self.copy_with_label, "Copy link with the whole label of"),
            (&self.qr_button, "QR code of"),
            (&self.open, "Open"),
            (&self.publish, "Publish"),
            (&self.export, "Export"),
        ] {
            dom::set_attribute(button, "aria-label", &format!("{verb} {}", site.name));
        }
        if self.link != site.link {
            self.link.clone_from(&site.link);
            let link = site.link.as_deref().unwrap_or_default();
            dom::set_text(&self.link_text, model::without_scheme(link));
            dom::set_attribute(&self.link_text, "title", link);
            dom::show(&self.link_box, site.link.is_some());
            let whole = links::with_whole_label(site);
            dom::show(&self.copy_with_label, whole.is_some());
            dom::set_attribute(
                &self.copy_with_label,
                "data-text",
                whole.as_deref().unwrap_or_default(),
            );
            self.draw_qr()?;
        }
        Ok(())
    }

    /// Open or close the QR code.
    pub fn toggle_qr(&mut self) -> Result<(), PageError> {
        self.qr_open = !self.qr_open;
        self.draw_qr()
    }

    fn draw_qr(&mut self) -> Result<(), PageError> {
        self.qr_open &= self.link.is_some();
        self.qr.set_text_content(None);
        if let (true, Some(link)) = (self.qr_open, &self.link) {
            dom::append(&self.qr, &qr::draw(link)?)?;
        }
        dom::show(&self.qr, self.qr_open);
        dom::set_attribute(
            &self.qr_button,
            "aria-expanded",
            if self.qr_open { "true" } else { "false" },
        );
        Ok(())
    }
}
