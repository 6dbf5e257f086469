//! What the person does on the sites page.

use std::rc::Rc;

use messages::Ask;
use site::FilePath;
use wasm_bindgen::JsCast;
use web_sys::{
    DragEvent, Element, HtmlDialogElement, HtmlElement, HtmlInputElement, HtmlSelectElement, Node,
};

use super::{
    Page, bundle,
    drop::{self, Dropped},
    file_paths,
};
use crate::{
    error::PageError,
    ui::{self, clipboard, dom, events, events::Action, format, links, toast},
};

/// Hear what the person does.
pub(super) fn listen(page: &Rc<Page>) -> Result<(), PageError> {
    events::on_actions({
        let page = page.clone();
        move |action| ui::run(page.clone().act(action))
    })?;
    bundle::listen(page)?;
    events::on(&dom::by_id("data")?, "toggle", {
        let page = page.clone();
        move |_| {
            let page = page.clone();
            ui::run(async move { page.show_data().await });
        }
    });
    listen_to_drops(page)
}

/// A drop anywhere on the page adds to the site that is open; it must never make the browser leave the
/// page for the dropped file.
fn listen_to_drops(page: &Rc<Page>) -> Result<(), PageError> {
    let document = dom::document()?;
    let zone = dom::by_id::<Element>("files")?;
    events::on(&document, "dragover", {
        let (page, zone) = (page.clone(), zone.clone());
        move |event| {
            event.prevent_default();
            let _ = zone
                .class_list()
                .toggle_with_force("drag-over", page.opened().is_some());
        }
    });
    events::on(&document, "dragleave", {
        let zone = zone.clone();
        move |event| {
            // Without a related target the pointer has left the window.
            let left = event.dyn_ref::<DragEvent>().is_none_or(|event| {
                event
                    .related_target()
                    .and_then(|to| to.dyn_into::<Node>().ok())
                    .is_none()
            });
            if left {
                let _ = zone.class_list().remove_1("drag-over");
            }
        }
    });
    events::on(&document, "drop", {
        let page = page.clone();
        move |event| {
            event.prevent_default();
            let _ = zone.class_list().remove_1("drag-over");
            let transfer = event
                .dyn_ref::<DragEvent>()
                .and_then(DragEvent::data_transfer);
            let dropped = transfer
                .map(|transfer| Dropped::of(&transfer))
                .unwrap_or_default();
            if !dropped.is_empty() {
                ui::run(page.clone().take(dropped));
            }
        }
    });
    Ok(())
}

impl Page {
    /// Ask about what looks like a whole site; add everything else to the site that is open.
    async fn take(self: Rc<Self>, dropped: Dropped) -> Result<(), PageError> {
        match dropped.single() {
            Some(name) if bundle::is_archive(&name) => {
                let given = drop::walk(dropped, |_| {}).await?;
                match given.into_iter().next() {
                    Some(given) => self.ask_import(given.file).await,
                    None => Ok(()),
                }
            }
            _ if self.opened().is_some() => self.add_dropped(dropped).await,
            _ => Ok(()),
        }
    }

    async fn act(self: Rc<Self>, action: Action) -> Result<(), PageError> {
        let id = action.id.clone().unwrap_or_default();
        match action.name.as_str() {
            "new-name" => self.new_name.typed().await,
            "new-suggestion" => self.new_name.take_suggestion().await,
            "create" => self.create().await?,
            "starter" => self.name_starter()?,
            "rename-site" if action.element.tag_name() == "BUTTON" => self.ask_new_name()?,
            "rename-site" => self.rename_site().await?,
            "rename-site-name" => self.new_name_of_site.typed().await,
            "rename-suggestion" => self.new_name_of_site.take_suggestion().await,
            "delete-site" => self.delete_site().await?,
            "restore" => self.restore(&id).await?,
            "open-erase" => open_dialog("erase")?,
            "erase" => self.erase().await?,
            "publish" => self.publish().await?,
            "copy-link" => self.copy_link().await?,
            "copy-label-link" => self.copy_whole_link().await?,
            "open-link" => self.open_link().await?,
            "fallback" => self.set_fallback().await?,
            "own-files-limit" => self.set_own_files_limit().await?,
            "pick-files" => dom::by_id::<HtmlElement>("file-picker")?.click(),
            "pick-folder" => dom::by_id::<HtmlElement>("folder-picker")?.click(),
            "picked" => {
                if let Some(input) = action.element.dyn_ref::<HtmlInputElement>() {
                    let given = drop::picked(input)?;
                    self.add_picked(given).await?;
                }
            }
            "open-export" => self.ask_export().await?,
            "export-key" => self.show_export_key()?,
            "export" => self.export().await?,
            "pick-archive" => dom::by_id::<HtmlElement>("archive-picker")?.click(),
            "archive-picked" => {
                if let Some(input) = action.element.dyn_ref::<HtmlInputElement>()
                    && let Some(given) = drop::picked(input)?.into_iter().next()
                {
                    self.ask_import(given.file).await?;
                }
            }
            "import-choice" => self.show_import_choice()?,
            "import" => self.import().await?,
            "undo-import" | "forget-previous" | "allow-limits" | "host-site" => {
                self.decide(&action.name).await?;
            }
            "log-filter" => self.filter_log()?,
            "show-all-entries" => self.unfold_log()?,
            "clear-log" => self.clear_log().await?,
            "export-data" => self.export_data().await?,
            "pick-data" => dom::by_id::<HtmlElement>("data-picker")?.click(),
            "data-picked" => {
                if let Some(input) = action.element.dyn_ref::<HtmlInputElement>()
                    && let Some(given) = drop::picked(input)?.into_iter().next()
                {
                    self.import_data(given.file).await?;
                }
            }
            "stop-adding" => self.stopped.set(true),
            "show-all-files" => self.table.borrow_mut().unfold()?,
            "rename-file" if action.element.tag_name() == "BUTTON" => self.ask_new_path(id)?,
            "rename-file" => self.rename_file().await?,
            "delete-file" => self.delete_file(id).await?,
            "close-dialog" => {
                if let Some(dialog) = action.element.closest("dialog")? {
                    dialog
                        .dyn_into::<HtmlDialogElement>()
                        .map_err(|_| PageError::Markup("dialog".into()))?
                        .close();
                }
            }
            _ => {}
        }
        Ok(())
    }

    async fn create(&self) -> Result<(), PageError> {
        let Some(name) = self.new_name.free_name().await else {
            return Ok(());
        };
        let starter = self.chosen_starter()?;
        let id = self.shelf.create(&name).await?;
        self.new_name.reset(None);
        self.reset_starters()?;
        let filled = match &starter {
            Some(starter) => self.fill(&id, starter).await,
            None => Ok(()),
        };
        // Shown even if its files failed: the site is there.
        self.changed().await?;
        self.go_to(&id).await?;
        dom::focus(&dom::by_id("site")?);
        filled?;
        toast::show(&match starter {
            Some(starter) => format!(
                "“{name}” is there, with the files of “{}”. Publish it when you like.",
                starter.title
            ),
            None => format!("“{name}” is there. Now add its files."),
        });
        self.shelf.keep().await?;
        self.show_room().await
    }

    fn ask_new_name(&self) -> Result<(), PageError> {
        let Some(site) = self.site() else {
            return Ok(());
        };
        self.new_name_of_site.reset(Some(&site.name));
        open_dialog("rename-site")?;
        self.new_name_of_site.focus();
        Ok(())
    }

    async fn rename_site(self: Rc<Self>) -> Result<(), PageError> {
        let Some(site) = self.site() else {
            return Ok(());
        };
        let Some(name) = self.new_name_of_site.free_name().await else {
            return Ok(());
        };
        close_dialog("rename-site")?;
        self.shelf.rename(&site.id, &name).await?;
        self.changed().await?;
        let (page, old) = (self.clone(), site.name.clone());
        toast::offer_undo(
            &format!("Renamed “{old}” to “{name}”."),
            move || {
                ui::run(async move {
                    page.shelf.rename(&site.id, &site.name).await?;
                    page.changed().await
                });
            },
        );
        Ok(())
    }

    async fn delete_site(self: Rc<Self>) -> Result<(), PageError> {
        let Some(site) = self.site() else {
            return Ok(());
        };
        self.shelf.delete(&site.id).await?;
        self.changed().await?;
        let page = self.clone();
        toast::offer_undo(&format!("Deleted “{}”.", site.name), move || {
            ui::run(async move { page.restore(&site.id).await });
        });
        Ok(())
    }

    async fn restore(&self, id: &str) -> Result<(), PageError> {
        self.shelf.restore(id).await?;
        self.changed().await?;
        self.go_to(id).await
    }

    async fn erase(&self) -> Result<(), PageError> {
        close_dialog("erase")?;
        let number = self.shelf.erase_deleted().await?;
        self.changed().await?;
        self.show_room().await?;
        toast::show(&format!(
            "Erased {}.",
            format::count(number as u64, "site", "sites")
        ));
        Ok(())
    }

    async fn publish(&self) -> Result<(), PageError> {
        let Some(site) = self.site() else {
            return Ok(());
        };
        let button = dom::by_id::<web_sys::HtmlButtonElement>("publish")?;
        button.set_disabled(true);
        dom::set_text(&button, "Publishing…");
        let done = self
            .ask(Ask::Publish {
                site: crate::background::site_id(&site.id)?,
            })
            .await;
        self.show_head()?;
        done?;
        toast::show(&format!("“{}” is live.", site.name));
        self.show_log(&site.id).await?;
        let problems = self.look_through(&site.id).await?;
        if problems > 0 {
            toast::fail(&format!(
                "“{}” is live, but its code has {}.",
                site.name,
                format::count(problems as u64, "problem", "problems")
            ));
        }
        Ok(())
    }

    fn link(&self) -> Result<String, PageError> {
        self.site()
            .and_then(|site| site.link)
            .ok_or_else(|| PageError::Input("This site has no link yet.".into()))
    }

    async fn copy_link(&self) -> Result<(), PageError> {
        clipboard::copy(&self.link()?).await?;
        toast::show("Copied.");
        Ok(())
    }

    async fn copy_whole_link(&self) -> Result<(), PageError> {
        if let Some(link) = self.site().and_then(|site| links::with_whole_label(&site)) {
            clipboard::copy(&link).await?;
            toast::show("Copied.");
        }
        Ok(())
    }

    async fn open_link(&self) -> Result<(), PageError> {
        Ok(webextension_api::pages::open_tab(&self.link()?).await?)
    }

    async fn set_fallback(&self) -> Result<(), PageError> {
        let Some(site) = self.opened() else {
            return Ok(());
        };
        let path = dom::by_id::<HtmlSelectElement>("fallback")?.value();
        self.shelf
            .set_fallback(&site, Some(path).filter(|path| !path.is_empty()))
            .await?;
        self.changed().await
    }

    fn ask_new_path(&self, path: String) -> Result<(), PageError> {
        let input = dom::by_id::<HtmlInputElement>("rename-file-path")?;
        input.set_value(&path);
        dom::set_text(&dom::by_id("rename-file-error")?, "");
        self.renaming.replace(path);
        open_dialog("rename-file")?;
        input.select();
        Ok(())
    }

    async fn rename_file(self: Rc<Self>) -> Result<(), PageError> {
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
        close_dialog("rename-file")?;
        self.table.borrow().focus_at(new.as_str(), ".file-rename");
        Ok(())
    }

    async fn delete_file(self: Rc<Self>, path: String) -> Result<(), PageError> {
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

fn open_dialog(id: &str) -> Result<(), PageError> {
    Ok(dom::by_id::<HtmlDialogElement>(id)?.show_modal()?)
}

fn close_dialog(id: &str) -> Result<(), PageError> {
    dom::by_id::<HtmlDialogElement>(id)?.close();
    Ok(())
}
