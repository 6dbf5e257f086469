//! The settings that the owner makes on the page, beside those in `site.json`.

use web_sys::{HtmlInputElement, HtmlSelectElement};

use crate::{
    error::PageError,
    sites::page::Page,
    ui::{dom, toast},
};

const MIB: u64 = 1024 * 1024;

/// The largest limit that can be entered, in MiB: far beyond any disk, and far below what numbers can hold.
const MOST_MIB: u64 = 1024 * 1024;

impl Page {
    /// Set the page that answers for those that do not exist, as it was chosen.
    pub(in crate::sites) async fn set_fallback(&self) -> Result<(), PageError> {
        let Some(site) = self.opened() else {
            return Ok(());
        };
        let path = dom::by_id::<HtmlSelectElement>("fallback")?.value();
        self.shelf
            .set_fallback(&site, Some(path).filter(|path| !path.is_empty()))
            .await?;
        self.changed().await
    }

    /// How much the files that the site's code writes may take, as the owner typed it.
    pub(in crate::sites) async fn set_own_files_limit(&self) -> Result<(), PageError> {
        let Some(site) = self.opened() else {
            return Ok(());
        };
        let typed = dom::by_id::<HtmlInputElement>("own-files-limit")?.value();
        let limit = read_limit(&typed)?;
        self.shelf.set_own_files_limit(&site, limit).await?;
        toast::show("Saved.");
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
