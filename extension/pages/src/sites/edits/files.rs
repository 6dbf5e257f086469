//! Renaming and deleting files of the draft.

use std::rc::Rc;

use layout::place::PUBLIC;
use site::FilePath;
use web_sys::HtmlInputElement;

use crate::{
    error::PageError,
    sites::{file_paths, page::Page, shelf},
    ui::{self, dom, toast},
};

impl Page {
    /// Ask for the path of a new file.
    pub(in crate::sites) fn ask_new_file(&self) -> Result<(), PageError> {
        let input = dom::by_id::<HtmlInputElement>("new-file-path")?;
        input.set_value(PUBLIC);
        dom::set_text(&dom::by_id("new-file-error")?, "");
        dom::open_dialog("new-file")?;
        dom::focus(&input);
        Ok(())
    }

    /// Make an empty file at the path in the field, and open it.
    pub(in crate::sites) async fn create_file(&self) -> Result<(), PageError> {
        let Some(site) = self.opened() else {
            return Ok(());
        };
        let typed = dom::by_id::<HtmlInputElement>("new-file-path")?.value();
        let refuse = |why: &str| {
            dom::set_text(&dom::by_id("new-file-error")?, why);
            Ok(())
        };
        let path = match file_paths::site_path(typed.trim(), "") {
            Ok(path) => path,
            Err(error) => return refuse(&format!("This cannot be: {error}.")),
        };
        if self.shelf.file(&site, &path).await?.is_some() {
            return refuse("There is a file with this path already.");
        }
        let file = shelf::new_file(path.clone(), shelf::text_blob("", "")?);
        self.shelf.put(&site, std::slice::from_ref(&file)).await?;
        dom::close_dialog("new-file")?;
        self.changed().await?;
        self.show_files(&site).await?;
        self.go_to_file(path.as_str())
    }

    /// Ask for another path for a file.
    pub(in crate::sites) fn ask_new_path(&self, path: String) -> Result<(), PageError> {
        let input = dom::by_id::<HtmlInputElement>("rename-file-path")?;
        input.set_value(&path);
        dom::set_text(&dom::by_id("rename-file-error")?, "");
        self.renaming.replace(path);
        dom::open_dialog("rename-file")?;
        input.select();
        Ok(())
    }

    /// Give the file whose path was asked for the one in the field.
    pub(in crate::sites) async fn rename_file(self: Rc<Self>) -> Result<(), PageError> {
        let Some(site) = self.opened() else {
            return Ok(());
        };
        let old = self.renaming.borrow().clone();
        let typed = dom::by_id::<HtmlInputElement>("rename-file-path")?.value();
        let refuse = |why: &str| {
            dom::set_text(&dom::by_id("rename-file-error")?, why);
            Ok(())
        };
        let new = match file_paths::site_path(typed.trim(), "") {
            Ok(path) => path,
            Err(error) => return refuse(&format!("This cannot be: {error}.")),
        };
        if new.as_str() != old {
            if self.shelf.file(&site, &new).await?.is_some() {
                return refuse("There is a file with this path already.");
            }
            self.shelf.rename_file(&site, &listed(&old)?, &new).await?;
            self.changed().await?;
            self.show_files(&site).await?;
        }
        dom::close_dialog("rename-file")?;
        self.table.borrow().focus_at(new.as_str(), ".file-rename");
        Ok(())
    }

    /// Delete a file, with a way back.
    pub(in crate::sites) async fn delete_file(
        self: Rc<Self>,
        path: String,
    ) -> Result<(), PageError> {
        let Some(site) = self.opened() else {
            return Ok(());
        };
        let removed = self.shelf.remove(&site, &listed(&path)?).await?;
        self.changed().await?;
        self.show_files(&site).await?;
        self.table.borrow().focus_at(&path, ".file-delete");
        let page = self.clone();
        toast::offer_undo(&format!("Deleted {path}."), move || {
            ui::run(async move {
                page.shelf.put_back(&removed).await?;
                page.changed().await?;
                page.show_files(&site).await
            });
        });
        Ok(())
    }
}

/// The path of a file that is in the table.
fn listed(path: &str) -> Result<FilePath, PageError> {
    FilePath::parse(path).map_err(|error| PageError::Store(error.to_string()))
}
