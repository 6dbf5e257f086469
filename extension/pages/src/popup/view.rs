//! The popup's elements, filled from a state.

use std::collections::BTreeMap;

use messages::State;
use web_sys::{Element, HtmlInputElement};

use super::{
    model::{self, Setup},
    site_row::SiteRow,
};
use crate::{error::PageError, ui::dom};

/// The popup's elements and the state that they show.
pub struct View {
    hosting: HtmlInputElement,
    headline: Element,
    problems: Element,
    shown_problems: Vec<String>,
    sites: Element,
    rows: BTreeMap<String, SiteRow>,
    state: Option<State>,
    setup: Setup,
}

impl View {
    /// Find the elements.
    pub fn new() -> Result<Self, PageError> {
        Ok(Self {
            hosting: dom::by_id("hosting")?,
            headline: dom::by_id("headline")?,
            problems: dom::by_id("problems")?,
            shown_problems: Vec::new(),
            sites: dom::by_id("sites")?,
            rows: BTreeMap::new(),
            state: None,
            setup: Setup::Done,
        })
    }

    /// The link of a site.
    pub fn link_of(&self, site: &str) -> Option<String> {
        self.rows.get(site)?.link().map(str::to_owned)
    }

    /// Open or close a site's QR code.
    pub fn toggle_qr(&mut self, site: &str) -> Result<(), PageError> {
        self.rows.get_mut(site).map_or(Ok(()), SiteRow::toggle_qr)
    }

    /// Put the switches back to the last state known.
    pub fn show_again(&mut self) {
        match self.state.clone() {
            Some(state) => {
                let _ = self.show(state);
            }
            None => {
                dom::set_text(&self.headline, "Something is wrong");
                dom::set_attribute(&self.headline, "data-tone", "error");
                if let Ok(loading) = dom::by_id::<Element>("loading") {
                    dom::show(&loading, false);
                }
            }
        }
    }

    /// Show this state.
    pub fn show(&mut self, state: State) -> Result<(), PageError> {
        let (tone, headline) = model::headline(&state);
        dom::set_text(&self.headline, &headline);
        dom::set_attribute(&self.headline, "data-tone", tone.as_str());
        self.hosting.set_disabled(false);
        self.hosting.set_checked(state.hosting);
        dom::show(&dom::by_id("loading")?, false);
        dom::show(&dom::by_id("no-sites")?, state.sites.is_empty());
        self.show_problems(model::problems(&state))?;
        self.show_setup(model::setup(&state))?;
        self.show_rendezvous(&state)?;
        self.show_sites(&state)?;
        self.state = Some(state);
        Ok(())
    }

    fn show_problems(&mut self, problems: Vec<String>) -> Result<(), PageError> {
        if self.shown_problems == problems {
            return Ok(());
        }
        self.problems.set_text_content(None);
        for problem in &problems {
            let row = dom::copy_of("problem-row")?;
            dom::set_text(&row, problem);
            dom::append(&self.problems, &row)?;
        }
        self.shown_problems = problems;
        Ok(())
    }

    fn show_setup(&mut self, setup: Setup) -> Result<(), PageError> {
        dom::show(&dom::by_id("install")?, setup == Setup::Install);
        dom::show(&dom::by_id("port")?, matches!(setup, Setup::Port(_)));
        if setup == self.setup {
            return Ok(());
        }
        // Only when it changes: what the person has typed or folded since then stays.
        match setup {
            Setup::Install => dom::by_id::<Element>("rendezvous")?.set_attribute("open", "")?,
            Setup::Port(taken) => {
                dom::set_text(&dom::by_id("port-taken")?, &taken.to_string());
                dom::by_id::<HtmlInputElement>("port-number")?
                    .set_value(&model::next_port(taken).to_string());
            }
            Setup::Done => dom::by_id::<Element>("rendezvous")?.remove_attribute("open")?,
        }
        self.setup = setup;
        Ok(())
    }

    fn show_rendezvous(&self, state: &State) -> Result<(), PageError> {
        // Not before a state is known: the text would be wrong, and its replacement would move what is about to be clicked.
        dom::show(&dom::by_id("rendezvous")?, true);
        dom::set_text(
            &dom::by_id("rendezvous-current")?,
            &model::rendezvous(state),
        );
        dom::show(
            &dom::by_id("rendezvous-reset")?,
            state.chosen_rendezvous.is_some(),
        );
        let known = self
            .state
            .as_ref()
            .and_then(|state| state.chosen_rendezvous.as_ref());
        if known != state.chosen_rendezvous.as_ref() {
            dom::by_id::<HtmlInputElement>("rendezvous-address")?
                .set_value(state.chosen_rendezvous.as_deref().unwrap_or_default());
        }
        Ok(())
    }

    fn show_sites(&mut self, state: &State) -> Result<(), PageError> {
        self.rows.retain(|id, row| {
            let stays = state.sites.iter().any(|site| &site.id == id);
            if !stays {
                row.element().remove();
            }
            stays
        });
        let focused = dom::document()?.active_element();
        let mut place = self.sites.first_element_child();
        for site in &state.sites {
            if !self.rows.contains_key(&site.id) {
                self.rows.insert(site.id.clone(), SiteRow::new(&site.id)?);
            }
            let Some(row) = self.rows.get_mut(&site.id) else {
                continue;
            };
            row.show(site, state.hosting)?;
            // A row in its place is not moved: moving takes the focus from what is in it.
            if place.as_ref() == Some(row.element()) {
                place = row.element().next_element_sibling();
            } else {
                self.sites
                    .insert_before(row.element(), place.as_ref().map(AsRef::as_ref))?;
            }
        }
        if let Some(focused) = focused
            && dom::document()?.active_element().as_ref() != Some(&focused)
        {
            dom::focus(&focused);
        }
        Ok(())
    }
}
