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
mod address;
mod bundle;
mod components;
mod drop;
mod edits;
mod file_paths;
mod navigation;
mod open_text;
mod page;
mod sections;
mod shelf;
mod starter;
mod text;

use std::rc::Rc;

use futures_util::future::join;
use messages::{Ask, Notice};

use self::{address::Address, page::Page, shelf::Shelf};
use crate::{
    background,
    error::PageError,
    ui::{self, dom, events, toast},
};

/// Show the sites, keep them fresh, and act upon what the person does.
///
/// # Errors
/// [`PageError`] if the page is broken, the background silent or the store not to be opened.
pub async fn start(load_editor: js_sys::Function) -> Result<(), PageError> {
    toast::listen()?;
    let (shelf, first_state) = join(Shelf::open(), background::act(Ask::State)).await;
    let page = Rc::new(Page::new(shelf?, load_editor)?);
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
        self.ask(Ask::State).await?;
        self.refresh_text().await
    }

    /// A site's log has other entries.
    async fn logged(self: Rc<Self>, site: String) -> Result<(), PageError> {
        match self.opened() == Some(site.clone()) {
            true => self.show_log(&site).await,
            false => Ok(()),
        }
    }

    /// Open what the address names.
    async fn follow_address(self: Rc<Self>) -> Result<(), PageError> {
        let location = dom::window()?.location();
        let first = self
            .state
            .borrow()
            .sites
            .first()
            .map(|site| site.id.clone());
        let present = self.opened().or(first);
        match Address::parse(&location.hash()?) {
            Address::Site { id, file } => {
                self.open_site(Some(id.clone())).await?;
                match file {
                    Some(path) if self.opened() == Some(id.clone()) => {
                        self.open_text(&id, &path).await
                    }
                    _ => self.close_text().await,
                }
            }
            Address::Export(id) => {
                self.open_site(Some(id.clone())).await?;
                // Else loading the page again would ask again.
                location.set_hash(&Address::of_site(&id))?;
                self.ask_export().await
            }
            Address::New => {
                self.new_name.focus();
                self.open_site(present).await
            }
            Address::Import => {
                // A click has to follow: browsers let no page open a file dialog by itself.
                dom::focus(&dom::by_id("import-pick")?);
                self.open_site(present).await
            }
            Address::Unknown => self.open_site(present).await,
        }
    }
}
