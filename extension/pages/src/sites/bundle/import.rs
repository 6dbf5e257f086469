//! Importing a site: what was found, what will become of it, and then all of it or nothing.

use std::rc::Rc;

use bundle::{Bundle, Kind, Report, SealedKey};
use identity::{Fingerprint, SiteName};
use store::Target;
use web_sys::{Element, File, HtmlDialogElement, HtmlInputElement};
use zeroize::Zeroizing;

use super::{
    IMPORT, Page,
    archive::{self, Made},
    found,
    source::BlobSource,
    work,
};
use crate::{
    background,
    error::PageError,
    ui::{self, dom, toast},
};

/// An archive that was opened, and waits for the person's word.
pub struct Waiting {
    pub(super) bundle: Bundle<BlobSource>,
    sealed_key: Option<SealedKey>,
    /// The site of this key that is here already: its id and name.
    present: Option<(Fingerprint, String)>,
    /// What is made of its files of 2013.
    pub(super) made: Made,
}

impl Page {
    /// Look into a file, and ask what to do with it.
    pub(in crate::sites) async fn ask_import(self: Rc<Self>, file: File) -> Result<(), PageError> {
        let dialog = dom::by_id::<HtmlDialogElement>(IMPORT)?;
        if dialog.open() {
            return Ok(());
        }
        dom::set_text(
            &dom::by_id("import-title")?,
            &format!("Import “{}”", file.name()),
        );
        for part in ["import-found", "import-choice", "import-start"] {
            dom::show(&dom::by_id::<Element>(part)?, false);
        }
        dialog.show_modal()?;
        let work = async {
            work::progress(IMPORT, "Looking into it…", None);
            let waiting = self.open_archive(&file).await?;
            self.desk.work.go_on()?;
            self.show_found(&waiting, &file.name()).await?;
            self.desk.waiting.replace(Some(waiting));
            Ok(())
        };
        match self.desk.work.within(IMPORT, work).await {
            Ok(true) => {
                // Not before: what is disabled takes no focus.
                dom::focus(&dom::by_id("import-start")?);
                Ok(())
            }
            Ok(false) | Err(PageError::Stopped) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn open_archive(&self, file: &File) -> Result<Waiting, PageError> {
        let source = BlobSource::new(file.clone().into());
        let verify = async |key: &_, statement: &[u8], signature: &bundle::Signature| {
            identity::verify(key, statement, signature.as_bytes())
        };
        let mut bundle = Bundle::open(source, verify).await?;
        let sealed_key = bundle.sealed_key().await?;
        let present = match &bundle.report().key {
            Some(key) => self.shelf.present(key).await?,
            None => None,
        };
        let made = archive::made_of(&mut bundle).await?;
        Ok(Waiting {
            bundle,
            sealed_key,
            present,
            made,
        })
    }

    /// Show what was found, and what can be done.
    async fn show_found(&self, waiting: &Waiting, file: &str) -> Result<(), PageError> {
        let report = waiting.bundle.report();
        let list = dom::by_id::<Element>("import-found")?;
        list.set_text_content(None);
        let lines = found::lines(report);
        for (word, text) in lines
            .into_iter()
            .chain(found::problems(&waiting.made.problems))
        {
            let row = dom::copy_of("found-row")?;
            dom::set_text(&dom::find(&row, "dt")?, word);
            dom::set_text(&dom::find(&row, "dd")?, &text);
            dom::append(&list, &row)?;
        }
        let can_move = waiting.sealed_key.is_some() && waiting.present.is_none();
        let first = match (&waiting.present, can_move) {
            (Some(_), _) => "replace",
            (None, true) => "move",
            (None, false) => "new",
        };
        if let Some((_, name)) = &waiting.present {
            dom::set_text(
                &dom::by_id("import-replace-text")?,
                &format!(
                    "Replace “{name}”, which is here: visitors get this instead, at the same link"
                ),
            );
        }
        for (choice, offered) in [
            ("replace", waiting.present.is_some()),
            ("move", can_move),
            ("new", true),
        ] {
            dom::show(
                &dom::by_id::<Element>(&format!("import-{choice}-row"))?,
                offered,
            );
            field(&format!("import-{choice}"))?.set_checked(choice == first);
        }
        field("import-name")?.set_value(&self.free_name(report, file, first == "move").await);
        field("import-passphrase")?.set_value("");
        let fate = match goes_live(report) {
            true => "It goes live as soon as it is imported.",
            false => "It becomes a draft: publish it when you have looked at it.",
        };
        dom::set_text(&dom::by_id("import-fate")?, fate);
        for part in ["import-found", "import-choice", "import-start"] {
            dom::show(&dom::by_id::<Element>(part)?, true);
        }
        self.show_import_choice()
    }

    /// A name for the site that nobody has yet, as far as is known.
    async fn free_name(&self, report: &Report, file: &str, own: bool) -> String {
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let name = report
            .name
            .clone()
            .unwrap_or_else(|| SiteName::suggest(stem))
            .to_string();
        if own {
            // Its own key holds the name at the rendezvous.
            return name;
        }
        match background::check_name(name.clone()).await {
            Ok(
                messages::NameVerdict::Taken { suggestion }
                | messages::NameVerdict::Illegal { suggestion, .. },
            ) => suggestion,
            // A name that is taken after all is refused later, with a reason.
            _ => name,
        }
    }

    /// Show the fields that belong to what is chosen.
    pub(in crate::sites) fn show_import_choice(&self) -> Result<(), PageError> {
        let chosen = chosen()?;
        dom::show(
            &dom::by_id::<Element>("import-naming")?,
            chosen != Choice::Replace,
        );
        dom::show(
            &dom::by_id::<Element>("import-secret")?,
            chosen == Choice::Move,
        );
        Ok(())
    }

    /// Import what waits.
    pub(in crate::sites) async fn import(self: Rc<Self>) -> Result<(), PageError> {
        let Some(mut waiting) = self.desk.waiting.take() else {
            return Ok(());
        };
        let choice = chosen()?;
        let mut done = None;
        let work = async {
            work::progress(IMPORT, "Preparing…", None);
            let target = self.target(&waiting, choice).await?;
            let import = self.shelf.begin_import().await?;
            match self.keep_apart(&mut waiting, &import).await {
                Ok(imported) => {
                    work::progress(IMPORT, "Putting it in place…", None);
                    done = Some(import.finish(target, imported).await?);
                    Ok(())
                }
                Err(error) => {
                    // What cannot be removed now will be by the next import.
                    let _ = import.cancel().await;
                    Err(error)
                }
            }
        };
        let outcome = self.desk.work.within(IMPORT, work).await;
        if let Some(site) = done {
            dom::by_id::<HtmlDialogElement>(IMPORT)?.close();
            self.changed().await?;
            self.go_to(site.id.as_str()).await?;
            self.show_room().await?;
            self.clone().say_imported(&site, choice);
            self.look_through(site.id.as_str()).await?;
            return Ok(());
        }
        match outcome {
            Err(PageError::Stopped) => toast::say("Nothing was imported."),
            Err(error) => return Err(error),
            // Perhaps the passphrase was mistyped: try again.
            Ok(_) => {
                self.desk.waiting.replace(Some(waiting));
            }
        }
        Ok(())
    }

    /// What the import is to become.
    async fn target(&self, waiting: &Waiting, choice: Choice) -> Result<Target, PageError> {
        if let (Choice::Replace, Some((site, _))) = (choice, &waiting.present) {
            return Ok(Target::Replace { site: site.clone() });
        }
        let name = SiteName::parse(field("import-name")?.value().trim())
            .map_err(|error| PageError::Input(error.to_string()))?;
        if self
            .state
            .borrow()
            .sites
            .iter()
            .any(|site| site.name == name.as_str())
        {
            return Err(PageError::Input(format!(
                "Another of your sites is already called “{name}”. Choose another name."
            )));
        }
        let (Choice::Move, Some(sealed), Some(key)) =
            (choice, &waiting.sealed_key, waiting.bundle.report().key)
        else {
            return Ok(Target::New { name });
        };
        work::progress(IMPORT, "Opening the key…", None);
        // It takes a second, in which the page stands still.
        work::drawn().await;
        let passphrase = Zeroizing::new(field("import-passphrase")?.value());
        let private_key = sealed.open(&key, &passphrase)?.to_pkcs8();
        Ok(Target::Moved {
            name,
            public_key: key,
            private_key,
        })
    }

    fn say_imported(self: Rc<Self>, site: &store::Site, choice: Choice) {
        let (page, id, name) = (self, site.id.to_string(), &site.name);
        match choice {
            Choice::Replace => toast::offer_undo(&format!("Replaced “{name}”."), move || {
                ui::run(page.undo_import(id));
            }),
            Choice::Move | Choice::New => {
                toast::offer_undo(&format!("Imported “{name}”."), move || {
                    ui::run(async move {
                        page.shelf.delete(&id).await?;
                        page.changed().await
                    });
                });
            }
        }
    }

    /// Make the site what it was before the import.
    pub(in crate::sites) async fn undo_import(self: Rc<Self>, id: String) -> Result<(), PageError> {
        self.shelf.undo_import(&id).await?;
        self.changed().await?;
        self.show_files(&id).await?;
        self.show_room().await?;
        toast::say("As it was before the import.");
        Ok(())
    }

    /// Keep no longer what the site was before the import.
    pub(in crate::sites) async fn forget_previous(&self, id: &str) -> Result<(), PageError> {
        self.shelf.forget_previous(id).await?;
        self.show_files(id).await?;
        self.show_room().await
    }
}

/// The archive in a picker or a drop: a single file that is called like one.
pub fn is_archive(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".peersite") || name.ends_with(".zip")
}

/// What was published is so again; other people's zips are looked at first.
pub(super) fn goes_live(report: &Report) -> bool {
    report.has_live && matches!(report.kind, Kind::Bundle | Kind::Archive2013)
}

/// What the person chose to do.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Choice {
    /// Replace the site of this key.
    Replace,
    /// The same site with its key.
    Move,
    /// A new site.
    New,
}

fn chosen() -> Result<Choice, PageError> {
    for (id, choice) in [
        ("import-replace", Choice::Replace),
        ("import-move", Choice::Move),
    ] {
        if field(id)?.checked() {
            return Ok(choice);
        }
    }
    Ok(Choice::New)
}

fn field(id: &str) -> Result<HtmlInputElement, PageError> {
    dom::by_id(id)
}
