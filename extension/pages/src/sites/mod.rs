//! The sites page: make, fill, rename, publish, delete, restore, export and import sites.
//!
//! The list and what is live come from the background's state; files come from the store. After each
//! edit the background is told to read the store again, and answers with the state to show.
//!
//! Each floor uses only those below it:
//!
//! 1. this file starts the page; `actions` finds out what the person does, and which edit or section does it;
//! 2. `edits`: what changes sites;
//! 3. `navigation`: which site is open, and that it is shown as it is now;
//! 4. `sections`: the parts of the page, each of which shows one thing;
//! 5. `page`: the page while it is open;
//! 6. what knows no page: `components`, `shelf` (the store), `bundle`, `starter`, `drop`, `file_paths`.

mod actions;
mod bundle;
mod components;
mod drop;
mod edits;
mod file_paths;
mod navigation;
mod page;
mod sections;
mod shelf;
mod starter;

use std::rc::Rc;

use futures_util::future::join;
use messages::{Ask, Notice};

use self::{page::Page, shelf::Shelf};
use crate::{
    background,
    error::PageError,
    ui::{self, dom, events, toast},
};

/// Show the sites, keep them fresh, and act upon what the person does.
///
/// # Errors
/// [`PageError`] if the page is broken, the background silent or the store not to be opened.
pub async fn start() -> Result<(), PageError> {
    toast::listen()?;
    let (shelf, first_state) = join(Shelf::open(), background::act(Ask::State)).await;
    let page = Rc::new(Page::new(shelf?)?);
    actions::listen(&page)?;
    background::on_notice({
        let page = page.clone();
        move |notice| match notice {
            Notice::Changed => ui::run(page.clone().refresh()),
            Notice::Log { site } => ui::run(page.clone().logged(site.to_string())),
        }
    });
    events::on(&dom::window()?.into(), "hashchange", {
        let page = page.clone();
        move |_| ui::run(page.clone().follow_address())
    });
    dom::show(&dom::by_id("loading")?, false);
    page.state.replace(first_state?);
    page.clone().follow_address().await?;
    page.show_starters().await?;
    // What changed before notices were listened to.
    page.clone().refresh().await?;
    page.show_room().await
}

impl Page {
    async fn refresh(self: Rc<Self>) -> Result<(), PageError> {
        self.ask(Ask::State).await
    }

    /// A site's log has other entries.
    async fn logged(self: Rc<Self>, site: String) -> Result<(), PageError> {
        match self.opened() == Some(site.clone()) {
            true => self.show_log(&site).await,
            false => Ok(()),
        }
    }

    /// Open what the address names: `#site=<id>`, `#export=<id>` to export that site, `#new` for the field of a
    /// new site, or `#import` for the button that imports one.
    async fn follow_address(self: Rc<Self>) -> Result<(), PageError> {
        let hash = dom::window()?.location().hash()?;
        if hash == "#new" {
            self.new_name.focus();
        }
        if hash == "#import" {
            // A click has to follow: browsers let no page open a file dialog by itself.
            dom::focus(&dom::by_id("import-pick")?);
        }
        let exported = hash.strip_prefix("#export=");
        let named = hash.strip_prefix("#site=").or(exported).map(str::to_owned);
        let first = self
            .state
            .borrow()
            .sites
            .first()
            .map(|site| site.id.clone());
        self.open_site(named.or(self.opened()).or(first)).await?;
        match exported {
            Some(id) => {
                // Else loading the page again would ask again.
                dom::window()?.location().set_hash(&format!("site={id}"))?;
                self.ask_export().await
            }
            None => Ok(()),
        }
    }
}
