//! Making, renaming and deleting files of the draft.

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
        let Some(path) = self.free_path("new-file", &site, None).await? else {
            return Ok(());
        };
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
        let Some(new) = self.free_path("rename-file", &site, Some(&old)).await? else {
            return Ok(());
        };
        if new.as_str() != old {
            self.shelf.rename_file(&site, &listed(&old)?, &new).await?;
            self.changed().await?;
            self.show_files(&site).await?;
        }
        dom::close_dialog("rename-file")?;
        self.table.borrow().focus_at(new.as_str(), ".file-rename");
        Ok(())
    }

    /// The path in the field of `dialog`, if a file can get it: no other than `renamed` has it. Else the dialog shows why
    /// not.
    async fn free_path(
        &self,
        dialog: &str,
        site: &str,
        renamed: Option<&str>,
    ) -> Result<Option<FilePath>, PageError> {
        let typed = dom::by_id::<HtmlInputElement>(&format!("{dialog}-path"))?.value();
        let why = match file_paths::site_path(typed.trim(), "") {
            Err(error) => format!("This cannot be: {error}."),
            Ok(path) if renamed == Some(path.as_str()) => return Ok(Some(path)),
            Ok(path) => match self.shelf.file(site, &path).await? {
                None => return Ok(Some(path)),
                Some(_) => "There is a file with this path already.".to_owned(),
            },
        };
        dom::set_text(&dom::by_id(&format!("{dialog}-error"))?, &why);
        Ok(None)
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
