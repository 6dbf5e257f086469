//! A site that was imported: what its owner is told of it, and may decide.

use std::rc::Rc;

use messages::Ask;

use crate::{
    background::site_id,
    error::PageError,
    sites::page::Page,
    ui::{self, toast},
};

/// What the person chose to do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Choice {
    /// Replace the site of this key.
    Replace,
    /// The same site with its key.
    Move,
    /// A new site.
    New,
}

impl Page {
    /// Say what was imported, with a way back.
    pub(super) fn say_imported(self: Rc<Self>, site: &store::Site, choice: Choice) {
        let (page, id, name) = (self, site.id.to_string(), &site.name);
        match choice {
            Choice::Replace => toast::offer_undo(&format!("Replaced “{name}”."), move || {
                ui::run(page.undo_import(id));
            }),
            Choice::Move | Choice::New => {
                toast::offer_undo(&format!("Imported “{name}”."), move || {
                    ui::run(async move {
                        page.shelf.delete(&id).await?;
                        page.changed().await
                    });
                });
            }
        }
    }

    /// Do what was decided of the site that is open, if this is one of those actions.
    pub(in crate::sites) async fn decide(self: Rc<Self>, action: &str) -> Result<(), PageError> {
        let Some(id) = self.opened() else {
            return Ok(());
        };
        match action {
            "undo-import" => self.undo_import(id).await,
            "forget-previous" => {
                self.shelf.forget_previous(&id).await?;
                self.show_files(&id).await?;
                self.show_room().await
            }
            "allow-limits" => {
                self.shelf.allow_limits(&id).await?;
                self.changed().await?;
                self.show_files(&id).await?;
                toast::show("It has the limits that it asks for.");
                Ok(())
            }
            "host-site" => {
                let site = site_id(&id)?;
                self.ask(Ask::SetSiteHosted { site, on: true }).await?;
                self.show_head()?;
                self.look_through(&id).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Make the site what it was before the import.
    async fn undo_import(self: Rc<Self>, id: String) -> Result<(), PageError> {
        self.shelf.undo_import(&id).await?;
        self.changed().await?;
        self.show_files(&id).await?;
        self.show_room().await?;
        toast::show("As it was before the import.");
        Ok(())
    }
}
