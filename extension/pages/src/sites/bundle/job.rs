//! A work that shows how far it is in its dialog, and can be stopped.

use std::{cell::Cell, fmt::Display};

use gloo_timers::future::TimeoutFuture;
use web_sys::{Element, HtmlButtonElement, HtmlFieldSetElement, HtmlProgressElement};

use crate::{error::PageError, ui::dom};

/// How long, in ms, the page gets to draw itself before something that holds it up.
const DRAWING: u32 = 50;

/// How often, in ms, a share done is shown: drawing it costs more than the little work between.
const SHOWING: f64 = 50.0;

/// Whether something goes on, and whether it is to stop.
#[derive(Default)]
pub struct Job {
    goes_on: Cell<bool>,
    stopped: Cell<bool>,
    /// When the share done was last shown.
    shown: Cell<f64>,
}

impl Job {
    /// Do `work` in this dialog, one at a time: its fields cannot be changed meanwhile, and an error is
    /// shown in it. Tells whether it is done; if not, the dialog stays.
    pub async fn within(
        &self,
        dialog: &str,
        work: impl Future<Output = Result<(), PageError>>,
    ) -> Result<bool, PageError> {
        let fields = dom::by_id::<HtmlFieldSetElement>(&format!("{dialog}-fields"))?;
        let start = dom::by_id::<HtmlButtonElement>(&format!("{dialog}-start"))?;
        let progress = dom::by_id::<Element>(&format!("{dialog}-progress"))?;
        if self.goes_on.replace(true) {
            set_problem(
                dialog,
                "What you stopped has not ended yet. Close this, and try again.",
            );
            return Ok(false);
        }
        self.stopped.set(false);
        fields.set_disabled(true);
        start.set_disabled(true);
        set_problem(dialog, "");
        dom::show(&progress, true);
        let done = work.await;
        dom::show(&progress, false);
        fields.set_disabled(false);
        start.set_disabled(false);
        self.goes_on.set(false);
        match done {
            Ok(()) => Ok(true),
            // The dialog is closed already; whoever stopped it knows.
            Err(PageError::Stopped) => Err(PageError::Stopped),
            Err(error) => {
                set_problem(dialog, &error.to_string());
                Ok(false)
            }
        }
    }

    /// Have it end soon.
    pub fn stop(&self) {
        self.stopped.set(true);
    }

    /// Show how far it is: what is done with now, and the share done of all.
    pub fn show(&self, dialog: &str, doing: &str, with: &impl Display, share: f64) {
        let now = js_sys::Date::now();
        if (now - self.shown.get()).abs() >= SHOWING {
            self.shown.set(now);
            progress(dialog, &format!("{doing} {with}"), Some(share));
        }
    }

    /// Go on?
    ///
    /// # Errors
    /// [`PageError::Stopped`] once it was stopped.
    pub fn go_on(&self) -> Result<(), PageError> {
        match self.stopped.get() {
            true => Err(PageError::Stopped),
            false => Ok(()),
        }
    }
}

/// Say in the dialog what is wrong; nothing if it is empty.
pub fn set_problem(dialog: &str, trouble: &str) {
    if let Ok(line) = dom::by_id::<Element>(&format!("{dialog}-error")) {
        dom::set_text(&line, trouble);
    }
}

/// Show how far the work of a dialog, or of another part of the page, is: the share done, if it is known.
pub fn progress(part: &str, text: &str, share: Option<f64>) {
    let (Ok(line), Ok(bar)) = (
        dom::by_id::<Element>(&format!("{part}-text")),
        dom::by_id::<HtmlProgressElement>(&format!("{part}-bar")),
    ) else {
        return;
    };
    dom::set_text(&line, text);
    match share {
        Some(share) => bar.set_value(share),
        None => {
            // Without a value the bar says only that something goes on.
            let _ = bar.remove_attribute("value");
        }
    }
}

/// Let the page draw what it shows.
pub async fn drawn() {
    TimeoutFuture::new(DRAWING).await;
}
