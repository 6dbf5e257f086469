//! A site that was imported: what its owner is told of it, and may decide.

use std::rc::Rc;

use layout::capped::Raised;
use messages::Ask;
use web_sys::Element;

use super::{Page, import::Choice};
use crate::{
    background::site_id,
    error::PageError,
    sites::site_list::Standing,
    ui::{self, dom, toast},
};

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

    /// Show what can be decided of the site that is open.
    pub(in crate::sites) fn show_imported(&self, standing: &Standing) -> Result<(), PageError> {
        dom::show(&dom::by_id::<Element>("previous")?, standing.is_replaced);
        dom::show(
            &dom::by_id::<Element>("limits")?,
            !standing.capped.is_empty(),
        );
        dom::set_text(&dom::by_id("limits-text")?, &limits(&standing.capped));
        Ok(())
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

/// What the code asks for, and what it gets.
fn limits(capped: &[Raised]) -> String {
    let each: Vec<String> = capped
        .iter()
        .map(
            |Raised {
                 name,
                 wanted,
                 usual,
             }| format!("{name} {wanted} instead of {usual}"),
        )
        .collect();
    format!(
        "This site was imported, and its site.json asks for more of this computer than usual: {}. It gets the usual until \
         you allow more.",
        each.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_named_as_in_site_json_with_both_values() {
        let raised = |name, wanted, usual| Raised {
            name,
            wanted,
            usual,
        };
        let text = limits(&[raised("memoryMiB", 128, 32), raised("cpuMs", 10_000, 1_000)]);
        assert!(
            text.contains("usual: memoryMiB 128 instead of 32, cpuMs 10000 instead of 1000. It"),
            "{text}"
        );
    }
}
