//! Editing a text of the draft: opened in the editor, saved by itself a moment after the last key.

use std::{cell::Cell, rc::Rc};

use futures_util::lock::Mutex;
use gloo_timers::callback::Timeout;
use site::FilePath;
use store::{Edited, edit::MAX_EDITED};
use web_sys::{Element, HtmlElement, Storage};

use crate::{
    error::PageError,
    sites::{
        address::Address,
        components::text_editor::{Options, TextEditor},
        open_text::OpenText,
        page::Page,
        shelf,
        text::{self, Text},
    },
    ui::{self, dom, format, toast},
};

/// A change is saved after so many milliseconds in which nothing else is changed.
const SAVE_AFTER: u32 = 400;

impl Page {
    /// Open a file of the site in the editor, in place of the one that is open.
    pub(in crate::sites) async fn open_text(
        self: &Rc<Self>,
        site: &str,
        path: &str,
    ) -> Result<(), PageError> {
        let _one = self.opening_text.lock().await;
        let open = self.text.borrow().clone();
        if open.is_some_and(|open| open.site == site && open.path.as_str() == path) {
            return Ok(());
        }
        self.close_open_text().await?;
        let path =
            FilePath::parse(path).map_err(|error| PageError::Input(format!("{path}: {error}.")))?;
        let found = match self.read_text(site, &path).await {
            Ok(found) => found,
            Err(error) => {
                dom::window()?
                    .location()
                    .set_hash(&Address::of_site(site))?;
                return Err(error);
            }
        };
        dom::set_text(&dom::by_id("editor-path")?, path.as_str());
        show_status("")?;
        dom::show(&dom::by_id::<Element>("editor")?, true);
        let state = session().and_then(|kept| kept.get_item(&state_key(site, &path)).ok()?);
        let options = Options {
            path: path.as_str(),
            label: path.as_str(),
            text: &found.text.content,
            state: state.as_deref(),
        };
        let page = Rc::downgrade(self);
        let host = dom::by_id::<HtmlElement>("editor-text")?;
        let editor = TextEditor::open(&self.load_editor, &host, &options, move || {
            if let Some(page) = page.upgrade() {
                page.text_changed();
            }
        })
        .await?;
        editor.focus();
        self.text.replace(Some(Rc::new(OpenText {
            site: site.to_owned(),
            path,
            media_type: found.media_type,
            line_ends: found.text.line_ends,
            revision: found.revision.into(),
            unsaved: Cell::new(false),
            timer: None.into(),
            saving: Mutex::new(()),
            editor,
        })));
        Ok(())
    }

    /// Make the address name a file of the site that is open: the editor follows it.
    pub(in crate::sites) fn go_to_file(&self, path: &str) -> Result<(), PageError> {
        let Some(site) = self.opened() else {
            return Ok(());
        };
        Ok(dom::window()?
            .location()
            .set_hash(&Address::of_file(&site, path))?)
    }

    /// Make the address name the site alone.
    pub(in crate::sites) fn leave_file(&self) -> Result<(), PageError> {
        let Some(site) = self.opened() else {
            return Ok(());
        };
        dom::focus(&dom::by_id("files-title")?);
        Ok(dom::window()?
            .location()
            .set_hash(&Address::of_site(&site))?)
    }

    /// Save what is not saved yet, and publish the site.
    pub(in crate::sites) async fn save_and_publish(self: &Rc<Self>) -> Result<(), PageError> {
        self.save_text().await?;
        match self.site() {
            Some(site) if site.live && !site.draft_changed => {
                toast::show(&format!("“{}” is live and up to date.", site.name));
                Ok(())
            }
            _ => self.publish().await,
        }
    }

    /// Save the text that is open, if one is, and close the editor.
    pub(in crate::sites) async fn close_text(self: &Rc<Self>) -> Result<(), PageError> {
        let _one = self.opening_text.lock().await;
        self.close_open_text().await
    }

    async fn close_open_text(self: &Rc<Self>) -> Result<(), PageError> {
        self.save_text().await?;
        if let Some(text) = self.text.take() {
            keep_state(&text);
        }
        dom::show(&dom::by_id::<Element>("editor")?, false);
        Ok(())
    }

    /// Save what is not saved yet.
    pub(in crate::sites) async fn save_text(self: &Rc<Self>) -> Result<(), PageError> {
        let Some(text) = self.text.borrow().clone() else {
            return Ok(());
        };
        text.timer.take();
        let saving = text.saving.lock().await;
        if !text.unsaved.get() {
            return Ok(());
        }
        while text.unsaved.replace(false) {
            show_status("Saving…")?;
            let content = text.line_ends.write(&text.editor.text());
            if let Err(error) = self.save(&text, &content).await {
                text.unsaved.set(true);
                show_status("Not saved")?;
                return Err(error);
            }
        }
        drop(saving);
        keep_state(&text);
        show_status("Saved")?;
        self.changed().await?;
        self.show_files(&text.site).await
    }

    /// What another page did to the text that is open is shown, unless this page has changed it as well.
    pub(in crate::sites) async fn refresh_text(self: &Rc<Self>) -> Result<(), PageError> {
        let Some(text) = self.text.borrow().clone() else {
            return Ok(());
        };
        let _saving = text.saving.lock().await;
        if text.unsaved.get() {
            return Ok(());
        }
        let there = self.opened().as_ref() == Some(&text.site);
        let found = match there {
            true => self.read_text(&text.site, &text.path).await.ok(),
            false => None,
        };
        if text.unsaved.get() {
            // Typed while the file was read: saving it finds out whether both have to be kept.
            return Ok(());
        }
        match found {
            Some(found) if found.revision == *text.revision.borrow() => {}
            Some(found) => {
                text.editor.replace(&found.text.content);
                text.unsaved.set(false);
                text.timer.take();
                text.revision.replace(found.revision);
                show_status("")?;
            }
            None => {
                // The site or the file is gone.
                self.text.take();
                dom::show(&dom::by_id::<Element>("editor")?, false);
                let site = Address::of_site(&self.opened().unwrap_or_default());
                dom::window()?.location().set_hash(&site)?;
            }
        }
        Ok(())
    }

    fn text_changed(self: &Rc<Self>) {
        let Some(text) = self.text.borrow().clone() else {
            return;
        };
        text.unsaved.set(true);
        let _ = show_status("Changed");
        let page = self.clone();
        let timer = Timeout::new(SAVE_AFTER, move || {
            ui::run(async move { page.save_text().await });
        });
        text.timer.replace(Some(timer));
    }

    async fn save(self: &Rc<Self>, text: &OpenText, content: &str) -> Result<(), PageError> {
        if content.len() as u64 > MAX_EDITED {
            return Err(too_large());
        }
        let base = text.revision.borrow().clone();
        let blob = shelf::text_blob(content, &text.media_type)?;
        let file = shelf::new_file(text.path.clone(), blob);
        match self.shelf.edit(&text.site, &file, &base).await? {
            Edited::Saved { revision } => drop(text.revision.replace(revision)),
            Edited::Conflict => self.keep_both(text, file.blob).await?,
        }
        Ok(())
    }

    /// Keep a text whose file was changed elsewhere meanwhile beside the other one, and go on editing it there.
    async fn keep_both(
        self: &Rc<Self>,
        text: &OpenText,
        blob: web_sys::Blob,
    ) -> Result<(), PageError> {
        let paths = self.shelf.paths(&text.site).await?;
        let path = text::conflict_path(text.path.as_str(), |path| paths.contains(path));
        let kept = FilePath::parse(&path)
            .map_err(|error| PageError::Input(format!("{path}: {error}.")))?;
        let file = shelf::new_file(kept, blob);
        self.shelf
            .put(&text.site, std::slice::from_ref(&file))
            .await?;
        let address = Address::of_file(&text.site, &path);
        dom::window()?.location().set_hash(&address)?;
        toast::fail(&format!(
            "“{}” was changed in another place meanwhile. Your text is kept in “{path}”.",
            text.path
        ));
        Ok(())
    }

    async fn read_text(&self, site: &str, path: &FilePath) -> Result<Found, PageError> {
        let Some((blob, meta)) = self.shelf.draft_file(site, path).await? else {
            return Err(PageError::Input(format!("There is no “{path}”.")));
        };
        if meta.size > MAX_EDITED {
            return Err(too_large());
        }
        let bytes = shelf::bytes_of(&blob).await?;
        let text = Text::read(bytes).ok_or_else(|| {
            PageError::Input(format!("“{path}” is no text and cannot be edited here."))
        })?;
        Ok(Found {
            text,
            revision: meta.revision,
            media_type: meta.media_type,
        })
    }
}

/// A text as it is in the draft.
struct Found {
    text: Text,
    revision: String,
    media_type: String,
}

fn too_large() -> PageError {
    PageError::Input(format!(
        "Files of more than {} cannot be edited here.",
        format::size(MAX_EDITED)
    ))
}

fn show_status(status: &str) -> Result<(), PageError> {
    dom::set_text(&dom::by_id("editor-status")?, status);
    Ok(())
}

/// Keep the selection and what can be undone for a reload of this tab.
fn keep_state(text: &OpenText) {
    if let Some(session) = session() {
        // A full storage costs the history alone.
        let _ = session.set_item(&state_key(&text.site, &text.path), &text.editor.state());
    }
}

fn session() -> Option<Storage> {
    dom::window().ok()?.session_storage().ok()?
}

fn state_key(site: &str, path: &FilePath) -> String {
    format!("text {site} {path}")
}
