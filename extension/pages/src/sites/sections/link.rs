//! The link of the site that is open: to copy, and to open.

use crate::{
    error::PageError,
    sites::page::Page,
    ui::{clipboard, links, toast},
};

impl Page {
    /// Copy the link of the site that is open.
    pub(in crate::sites) async fn copy_link(&self) -> Result<(), PageError> {
        clipboard::copy(&self.link()?).await?;
        toast::show("Copied.");
        Ok(())
    }

    /// Copy the link with the whole label, which nobody else can have.
    pub(in crate::sites) async fn copy_whole_link(&self) -> Result<(), PageError> {
        if let Some(link) = self.site().and_then(|site| links::with_whole_label(&site)) {
            clipboard::copy(&link).await?;
            toast::show("Copied.");
        }
        Ok(())
    }

    /// Open the site in a tab, as a visitor.
    pub(in crate::sites) async fn open_link(&self) -> Result<(), PageError> {
        Ok(webextension_api::pages::open_tab(&self.link()?).await?)
    }

    fn link(&self) -> Result<String, PageError> {
        self.site()
            .and_then(|site| site.link)
            .ok_or_else(|| PageError::Input("This site has no link yet.".into()))
    }
}
