//! Making, renaming, deleting, restoring and publishing a site.

use std::rc::Rc;

use messages::Ask;

use crate::{
    background,
    error::PageError,
    sites::{page::Page, starter::Starter},
    ui::{self, dom, format, toast},
};

impl Page {
    /// Make a site of the name in the field, with the files of the starter that is chosen.
    pub(in crate::sites) async fn create(&self) -> Result<(), PageError> {
        let Some(name) = self.new_name.free_name().await else {
            return Ok(());
        };
        let starter = self.chosen_starter()?;
        let id = self.shelf.create(&name).await?;
        self.new_name.reset(None);
        self.reset_starters()?;
        let filled = match &starter {
            Some(starter) => self.fill(&id, starter).await,
            None => Ok(()),
        };
        // Shown even if its files failed: the site is there.
        self.changed().await?;
        self.go_to(&id).await?;
        dom::focus(&dom::by_id("site")?);
        filled?;
        toast::show(&match starter {
            Some(starter) => format!(
                "“{name}” is there, with the files of “{}”. Publish it when you like.",
                starter.title
            ),
            None => format!("“{name}” is there. Now add its files."),
        });
        self.shelf.keep().await?;
        self.show_room().await
    }

    /// Give a new site the files of a starter.
    async fn fill(&self, site: &str, starter: &Starter) -> Result<(), PageError> {
        self.shelf.put(site, &starter.files().await?).await
    }

    /// Ask for another name for the site that is open.
    pub(in crate::sites) fn ask_new_name(&self) -> Result<(), PageError> {
        let Some(site) = self.site() else {
            return Ok(());
        };
        self.new_name_of_site.reset(Some(&site.name));
        dom::open_dialog("rename-site")?;
        self.new_name_of_site.focus();
        Ok(())
    }

    /// Give the site that is open the name in the field.
    pub(in crate::sites) async fn rename_site(self: Rc<Self>) -> Result<(), PageError> {
        let Some(site) = self.site() else {
            return Ok(());
        };
        let Some(name) = self.new_name_of_site.free_name().await else {
            return Ok(());
        };
        dom::close_dialog("rename-site")?;
        self.shelf.rename(&site.id, &name).await?;
        self.changed().await?;
        let (page, old) = (self.clone(), site.name.clone());
        toast::offer_undo(
            &format!("Renamed “{old}” to “{name}”."),
            move || {
                ui::run(async move {
                    page.shelf.rename(&site.id, &site.name).await?;
                    page.changed().await
                });
            },
        );
        Ok(())
    }

    /// Delete the site that is open, so that it can be restored.
    pub(in crate::sites) async fn delete_site(self: Rc<Self>) -> Result<(), PageError> {
        let Some(site) = self.site() else {
            return Ok(());
        };
        self.shelf.delete(&site.id).await?;
        self.changed().await?;
        let page = self.clone();
        toast::offer_undo(&format!("Deleted “{}”.", site.name), move || {
            ui::run(async move { page.restore(&site.id).await });
        });
        Ok(())
    }

    /// Restore a deleted site, and open it.
    pub(in crate::sites) async fn restore(&self, id: &str) -> Result<(), PageError> {
        self.shelf.restore(id).await?;
        self.changed().await?;
        self.go_to(id).await
    }

    /// Remove all deleted sites for good.
    pub(in crate::sites) async fn erase(&self) -> Result<(), PageError> {
        dom::close_dialog("erase")?;
        let number = self.shelf.erase_deleted().await?;
        self.changed().await?;
        self.show_room().await?;
        toast::show(&format!(
            "Erased {}.",
            format::count(number as u64, "site", "sites")
        ));
        Ok(())
    }

    /// Make the draft of the site that is open its live version, and look through its code.
    pub(in crate::sites) async fn publish(&self) -> Result<(), PageError> {
        let Some(site) = self.site() else {
            return Ok(());
        };
        let button = dom::by_id::<web_sys::HtmlButtonElement>("publish")?;
        button.set_disabled(true);
        dom::set_text(&button, "Publishing…");
        let done = self
            .ask(Ask::Publish {
                site: background::site_id(&site.id)?,
            })
            .await;
        self.show_head()?;
        done?;
        toast::show(&format!("“{}” is live.", site.name));
        self.show_log(&site.id).await?;
        let problems = self.look_through(&site.id).await?;
        if problems > 0 {
            toast::fail(&format!(
                "“{}” is live, but its code has {}.",
                site.name,
                format::count(problems as u64, "problem", "problems")
            ));
        }
        Ok(())
    }
}
