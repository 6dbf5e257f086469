//! What the person does on the sites page, and which part of the page does it.
//!
//! It must not know how anything is done.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{
    DragEvent, Element, HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent, Node,
};

use super::{
    bundle::{self, EXPORT, IMPORT},
    drop::{self, Dropped},
    page::Page,
};
use crate::{
    error::PageError,
    ui::{self, dom, events, events::Action},
};

/// Hear what the person does.
pub(super) fn listen(page: &Rc<Page>) -> Result<(), PageError> {
    events::on_actions({
        let page = page.clone();
        move |action| ui::run(page.clone().act(action))
    })?;
    stop_with_dialogs(page)?;
    listen_to_keys(page)?;
    save_when_hidden(page)?;
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

/// Ctrl-S, or Cmd-S, publishes.
fn listen_to_keys(page: &Rc<Page>) -> Result<(), PageError> {
    let page = page.clone();
    events::on(&dom::document()?.into(), "keydown", move |event| {
        let Some(key) = event.dyn_ref::<KeyboardEvent>() else {
            return;
        };
        let command = (key.ctrl_key() || key.meta_key()) && !key.alt_key() && !key.shift_key();
        if command && key.key() == "s" && page.opened().is_some() {
            event.prevent_default();
            let page = page.clone();
            ui::run(async move { page.save_and_publish().await });
        }
    });
    Ok(())
}

/// A page that is hidden may be ended at any moment.
fn save_when_hidden(page: &Rc<Page>) -> Result<(), PageError> {
    let page = page.clone();
    events::on(&dom::document()?.into(), "visibilitychange", move |_| {
        let page = page.clone();
        ui::run(async move { page.save_text().await });
    });
    Ok(())
}

/// Closing a dialog, with the button or with Escape, stops what goes on in it.
fn stop_with_dialogs(page: &Rc<Page>) -> Result<(), PageError> {
    for id in [EXPORT, IMPORT] {
        let page = page.clone();
        events::on(&dom::by_id(id)?, "close", move |_| {
            page.desk.work.stop();
            page.desk.waiting.take();
        });
    }
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
            "open-erase" => dom::open_dialog("erase")?,
            "erase" => self.erase().await?,
            "publish" => self.save_and_publish().await?,
            "edit-file" => self.go_to_file(&id)?,
            "close-file" => self.leave_file()?,
            "open-new-file" => self.ask_new_file()?,
            "new-file" => self.create_file().await?,
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
            "log-filter" => self.log.borrow_mut().filter()?,
            "show-all-entries" => self.log.borrow_mut().unfold()?,
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
}
