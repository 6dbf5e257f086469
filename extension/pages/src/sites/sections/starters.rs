//! The choice of what a new site starts with.

use web_sys::{Element, HtmlDetailsElement, HtmlInputElement};

use crate::{
    error::PageError,
    sites::{
        page::Page,
        starter::{self, Starter},
    },
    ui::dom,
};

/// The value of the choice that has no files.
const EMPTY: &str = "";

impl Page {
    /// Offer what there is. Without a list there is the empty site still.
    pub(in crate::sites) async fn show_starters(&self) -> Result<(), PageError> {
        let starters = starter::list().await.unwrap_or_default();
        let rows = dom::by_id::<Element>("starter-list")?;
        for starter in &starters {
            let row = dom::copy_of("starter-row")?;
            let radio = dom::find::<HtmlInputElement>(&row, "input")?;
            radio.set_value(&starter.id);
            dom::set_text(&dom::find(&row, ".starter-title")?, &starter.title);
            dom::set_text(
                &dom::find(&row, ".starter-description")?,
                &starter.description,
            );
            dom::append(&rows, &row)?;
        }
        dom::show(&dom::by_id::<Element>("starters")?, !starters.is_empty());
        self.starters.replace(starters);
        Ok(())
    }

    /// The one that is chosen; `None` for the empty site.
    pub(in crate::sites) fn chosen_starter(&self) -> Result<Option<Starter>, PageError> {
        let starters = self.starters.borrow();
        for starter in &*starters {
            if radio(&starter.id)?.checked() {
                return Ok(Some(starter.clone()));
            }
        }
        Ok(None)
    }

    /// Say beside the folded list which one is chosen.
    pub(in crate::sites) fn name_starter(&self) -> Result<(), PageError> {
        let chosen = self.chosen_starter()?;
        let name = chosen.map_or_else(|| "an empty site".to_owned(), |starter| starter.title);
        dom::set_text(&dom::by_id("starter-name")?, &name);
        Ok(())
    }

    /// The next site starts empty again.
    pub(in crate::sites) fn reset_starters(&self) -> Result<(), PageError> {
        radio(EMPTY)?.set_checked(true);
        dom::by_id::<HtmlDetailsElement>("starters")?.set_open(false);
        self.name_starter()
    }
}

fn radio(id: &str) -> Result<HtmlInputElement, PageError> {
    dom::find(
        &dom::by_id("starter-list")?,
        &format!("input[value=\"{id}\"]"),
    )
}
