//! Which site is open, and that the page shows it as it is now: after each change the background is told to read the
//! store again, and what it answers is shown by the sections.
//!
//! It must not know what was done.

use messages::{Ask, State};
use web_sys::Element;

use super::{address::Address, page::Page};
use crate::{background, error::PageError, ui::dom};

impl Page {
    /// Tell the background that the store has changed, and show the state after it.
    pub(super) async fn changed(&self) -> Result<(), PageError> {
        self.ask(Ask::SitesChanged).await
    }

    /// Ask for something and show the state after it.
    pub(super) async fn ask(&self, ask: Ask) -> Result<(), PageError> {
        let place = self.order.next();
        let state = background::act(ask).await?;
        if self.order.shows(place) {
            self.show(state).await?;
        }
        Ok(())
    }

    async fn show(&self, state: State) -> Result<(), PageError> {
        let same_sites = {
            let known = self.state.borrow();
            let ids = |state: &State| {
                state
                    .sites
                    .iter()
                    .map(|site| site.id.clone())
                    .collect::<Vec<_>>()
            };
            ids(&known) == ids(&state)
        };
        self.state.replace(state);
        self.show_side().await?;
        if same_sites {
            self.show_head()
        } else {
            self.open_site(self.opened()).await
        }
    }

    /// Open this site, and make the address name it.
    pub(super) async fn go_to(&self, id: &str) -> Result<(), PageError> {
        dom::window()?.location().set_hash(&Address::of_site(id))?;
        self.open_site(Some(id.to_owned())).await
    }

    /// Open this site, or the first one if it is not there.
    pub(super) async fn open_site(&self, id: Option<String>) -> Result<(), PageError> {
        let id = {
            let state = self.state.borrow();
            id.filter(|id| state.sites.iter().any(|site| &site.id == id))
                .or_else(|| state.sites.first().map(|site| site.id.clone()))
        };
        let another = self.open.replace(id.clone()) != id;
        dom::show(&dom::by_id::<Element>("site")?, id.is_some());
        dom::show(&dom::by_id::<Element>("no-site")?, id.is_none());
        self.show_side().await?;
        if let Some(id) = id {
            if another {
                self.clear_files()?;
                self.clear_problems()?;
                self.clear_log_view()?;
                self.clear_data()?;
            }
            self.show_head()?;
            if another {
                self.show_first_files(&id).await?;
            }
            self.show_files(&id).await?;
            self.show_log(&id).await?;
        }
        Ok(())
    }
}
