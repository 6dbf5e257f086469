//! The sites page: make, fill, rename, publish, delete, restore, export and import sites.
//!
//! The list and what is live come from the background's state; files come from the store. After each
//! edit the background is told to read the store again, and answers with the state to show.

mod actions;
mod add_files;
mod bundle;
mod code;
mod data;
mod drop;
mod file_paths;
mod file_table;
mod log;
mod name_check;
mod name_field;
mod open_site;
mod sidebar;
mod site_list;
mod starters;
mod storage;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures_util::future::join;
use messages::{Ask, Notice, SiteState, State};
use web_sys::Element;

use self::bundle::Desk;
use crate::{
    background::{self, Order},
    error::PageError,
    ui::{self, dom, events, toast},
};
use file_table::FileTable;
use log::LogView;
use name_field::NameField;
use site_list::Shelf;
use starters::Starter;

/// The sites page while it is open.
struct Page {
    shelf: Shelf,
    state: RefCell<State>,
    order: Order,
    /// The id of the site that is open.
    open: RefCell<Option<String>>,
    table: RefCell<FileTable>,
    new_name: Rc<NameField>,
    new_name_of_site: Rc<NameField>,
    /// The path of the file that is being renamed.
    renaming: RefCell<String>,
    /// Are files being added?
    adding: Cell<bool>,
    /// Did the person stop it?
    stopped: Cell<bool>,
    /// The site that is exported or imported.
    desk: Desk,
    /// What new sites can start with.
    starters: RefCell<Vec<Starter>>,
    /// The log of the site that is open.
    log: RefCell<LogView>,
}

/// Show the sites, keep them fresh, and act upon what the person does.
///
/// # Errors
/// [`PageError`] if the page is broken, the background silent or the store not to be opened.
pub async fn start() -> Result<(), PageError> {
    toast::listen()?;
    let (shelf, first_state) = join(Shelf::open(), background::act(Ask::State)).await;
    let page = Rc::new(Page {
        shelf: shelf?,
        state: RefCell::default(),
        order: Order::default(),
        open: RefCell::default(),
        table: RefCell::new(FileTable::new()?),
        new_name: NameField::new("new")?,
        new_name_of_site: NameField::new("rename-site")?,
        renaming: RefCell::default(),
        adding: Cell::new(false),
        stopped: Cell::new(false),
        desk: Desk::default(),
        starters: RefCell::default(),
        log: RefCell::default(),
    });
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
    /// Tell the background that the store has changed, and show the state after it.
    async fn changed(&self) -> Result<(), PageError> {
        self.ask(Ask::SitesChanged).await
    }

    /// Ask for something and show the state after it.
    async fn ask(&self, ask: Ask) -> Result<(), PageError> {
        let place = self.order.next();
        let state = background::act(ask).await?;
        if self.order.shows(place) {
            self.show(state).await?;
        }
        Ok(())
    }

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

    /// The id of the site that is open.
    fn opened(&self) -> Option<String> {
        self.open.borrow().clone()
    }

    /// The site that is open, as the background sees it.
    fn site(&self) -> Option<SiteState> {
        let open = self.opened()?;
        self.state
            .borrow()
            .sites
            .iter()
            .find(|site| site.id == open)
            .cloned()
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

    /// Open this site, and make the address name it.
    async fn go_to(&self, id: &str) -> Result<(), PageError> {
        dom::window()?.location().set_hash(&format!("site={id}"))?;
        self.open_site(Some(id.to_owned())).await
    }

    /// Open this site, or the first one if it is not there.
    async fn open_site(&self, id: Option<String>) -> Result<(), PageError> {
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
