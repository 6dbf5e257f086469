//! Importing a site: what was found, what will become of it, and then all of it or nothing.

use std::rc::Rc;

use bundle::Report;
use identity::SiteName;
use store::{Site, Target};
use web_sys::{Element, File, HtmlDialogElement, HtmlInputElement};
use zeroize::Zeroizing;

use super::imported::Choice;
use crate::{
    background,
    error::PageError,
    sites::{
        bundle::{
            IMPORT, Waiting,
            import_preview::{self, Age},
            job, keep_apart,
        },
        page::Page,
    },
    ui::{dom, toast},
};

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
        for part in ["import-summary", "import-choice", "import-start"] {
            dom::show(&dom::by_id::<Element>(part)?, false);
        }
        dialog.show_modal()?;
        let work = async {
            job::progress(IMPORT, "Looking into it…", None);
            let mut waiting = Waiting::open(&file).await?;
            if let Some(key) = waiting.bundle.report().key {
                waiting.present = self.shelf.present(&key).await?;
            }
            self.desk.work.go_on()?;
            self.show_found(&waiting, &file.name()).await?;
            self.desk.waiting.replace(Some(waiting));
            self.show_import_choice()
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

    /// Show what was found, and what can be done.
    async fn show_found(&self, waiting: &Waiting, file: &str) -> Result<(), PageError> {
        let report = waiting.bundle.report();
        let list = dom::by_id::<Element>("import-summary")?;
        list.set_text_content(None);
        let lines = import_preview::lines(report);
        for (word, text) in lines
            .into_iter()
            .chain(import_preview::problems(&waiting.made.problems))
        {
            let row = dom::copy_of("import-summary-row")?;
            dom::set_text(&dom::find(&row, "dt")?, word);
            dom::set_text(&dom::find(&row, "dd")?, &text);
            dom::append(&list, &row)?;
        }
        let can_move = waiting.sealed_key.is_some() && waiting.present.is_none();
        let age_beside = |site: &Site| Age::of(report.published, site.published);
        let age = waiting.present.as_ref().map(age_beside);
        let first = match (age, can_move) {
            (Some(Age::Current), _) => "replace",
            (None, true) => "move",
            // Old versions have old holes, and their signatures are as good as ever.
            (Some(Age::Older), _) | (None, false) => "new",
        };
        if let (Some(site), Some(age)) = (&waiting.present, age) {
            let text = import_preview::replacing(site, age, report.published);
            dom::set_text(&dom::by_id("import-replace-text")?, &text);
        }
        let older = dom::by_id::<Element>("import-older")?;
        dom::show(&older, age == Some(Age::Older));
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
        field("import-hosted")?.set_checked(false);
        let has_code = import_preview::has_code(waiting.bundle.files(), &waiting.made);
        let hosting = dom::by_id("import-hosted-text")?;
        dom::set_text(&hosting, import_preview::hosting(has_code));
        let fate = import_preview::fate(waiting.goes_live(), has_code);
        dom::set_text(&dom::by_id("import-outcome")?, fate);
        for part in ["import-summary", "import-choice", "import-start"] {
            dom::show(&dom::by_id::<Element>(part)?, true);
        }
        Ok(())
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
        let waiting = self.desk.waiting.borrow();
        let goes_live = waiting.as_ref().is_some_and(Waiting::goes_live);
        dom::show(
            &dom::by_id::<Element>("import-hosted-row")?,
            goes_live && chosen != Choice::Replace,
        );
        dom::show(
            &dom::by_id::<Element>("import-outcome")?,
            !goes_live || chosen == Choice::Replace,
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
            job::progress(IMPORT, "Preparing…", None);
            let target = self.target(&waiting, choice).await?;
            let import = self.shelf.begin_import().await?;
            match keep_apart(&self.desk.work, &mut waiting, &import).await {
                Ok(mut imported) => {
                    // A draft is published by its owner, which is as good as switching it on.
                    imported.hosted = field("import-hosted")?.checked() || !waiting.goes_live();
                    job::progress(IMPORT, "Putting it in place…", None);
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
            if site.hosted {
                // Not before: looking through the code runs it.
                self.look_through(site.id.as_str()).await?;
            }
            return Ok(());
        }
        match outcome {
            Err(PageError::Stopped) => toast::show("Nothing was imported."),
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
        if let (Choice::Replace, Some(site)) = (choice, &waiting.present) {
            return Ok(Target::Replace {
                site: site.id.clone(),
            });
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
        job::progress(IMPORT, "Opening the key…", None);
        // It takes a second, in which the page stands still.
        job::drawn().await;
        let passphrase = Zeroizing::new(field("import-passphrase")?.value());
        let private_key = sealed.open(&key, &passphrase)?.to_pkcs8();
        Ok(Target::Moved {
            name,
            public_key: key,
            private_key,
        })
    }
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
