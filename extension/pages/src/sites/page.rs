//! The sites page while it is open: what it shows, and what is kept of it between two events.
//!
//! It must not know how anything is shown, nor what can be done on the page.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures_util::lock::Mutex;
use js_sys::Function;
use messages::{SiteState, State};

use super::{
    bundle::Desk,
    components::{file_table::FileTable, log_list::LogList, name_field::NameField},
    open_text::OpenText,
    shelf::Shelf,
    starter::Starter,
};
use crate::{background::Order, error::PageError};

/// The sites page while it is open.
pub(super) struct Page {
    pub(super) shelf: Shelf,
    /// Gives the promise of the editor's module.
    pub(super) load_editor: Function,
    pub(super) state: RefCell<State>,
    pub(super) order: Order,
    /// The id of the site that is open.
    pub(super) open: RefCell<Option<String>>,
    pub(super) table: RefCell<FileTable>,
    pub(super) new_name: Rc<NameField>,
    pub(super) new_name_of_site: Rc<NameField>,
    /// The path of the file that is being renamed.
    pub(super) renaming: RefCell<String>,
    /// Are files being added?
    pub(super) adding: Cell<bool>,
    /// Did the person stop it?
    pub(super) stopped: Cell<bool>,
    /// The site that is exported or imported.
    pub(super) desk: Desk,
    /// What new sites can start with.
    pub(super) starters: RefCell<Vec<Starter>>,
    /// The text that is edited.
    pub(super) text: RefCell<Option<Rc<OpenText>>>,
    /// Held by who opens or closes a text.
    pub(super) opening_text: Mutex<()>,
    /// The log of the site that is open.
    pub(super) log: RefCell<LogList>,
}

impl Page {
    /// Over these sites, with nothing shown yet.
    ///
    /// # Errors
    /// [`PageError::Markup`] if the page lacks what is to be filled in.
    pub(super) fn new(shelf: Shelf, load_editor: Function) -> Result<Self, PageError> {
        Ok(Self {
            shelf,
            load_editor,
            text: RefCell::default(),
            opening_text: Mutex::default(),
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
        })
    }

    /// The id of the site that is open.
    pub(super) fn opened(&self) -> Option<String> {
        self.open.borrow().clone()
    }

    /// The site that is open, as the background sees it.
    pub(super) fn site(&self) -> Option<SiteState> {
        let open = self.opened()?;
        self.state
            .borrow()
            .sites
            .iter()
            .find(|site| site.id == open)
            .cloned()
    }
}
