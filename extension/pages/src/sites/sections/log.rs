//! A site's log: what its code, and what runs it, had to say; the newest entry first.

use std::rc::Rc;

use web_sys::Element;

use crate::{
    error::PageError,
    sites::page::Page,
    ui::{self, dom, toast},
};

impl Page {
    /// Show no log until that of the site that is being opened is read.
    pub(in crate::sites) fn clear_log_view(&self) -> Result<(), PageError> {
        self.log.borrow_mut().clear()?;
        dom::show(&dom::by_id::<Element>("log")?, false);
        Ok(())
    }

    /// Read the log, and show it. A site that has no code, and never had any, has none; nor has it data.
    pub(in crate::sites) async fn show_log(&self, site: &str) -> Result<(), PageError> {
        let entries = self.shelf.log(site).await?;
        let has_code = self.shelf.has_live_code(site).await?;
        if self.opened().as_deref() != Some(site) {
            // Another site was opened meanwhile.
            return Ok(());
        }
        let logs = has_code || !entries.is_empty();
        dom::show(&dom::by_id::<Element>("log")?, logs);
        dom::show(&dom::by_id::<Element>("data")?, has_code);
        self.log.borrow_mut().show(entries)
    }

    /// Empty the log.
    pub(in crate::sites) async fn clear_log(self: Rc<Self>) -> Result<(), PageError> {
        let Some(site) = self.opened() else {
            return Ok(());
        };
        let mut entries = self.shelf.log(&site).await?;
        self.shelf.clear_log(&site).await?;
        self.show_log(&site).await?;
        // The button is gone, and the focus with it.
        dom::focus(&dom::by_id("log-title")?);
        // Oldest first, as they came.
        entries.reverse();
        let page = self.clone();
        toast::offer_undo("Cleared the log.", move || {
            ui::run(async move {
                page.shelf.append_log(&site, &entries).await?;
                page.show_log(&site).await
            });
        });
        Ok(())
    }
}
