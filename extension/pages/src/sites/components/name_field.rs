//! A field for a site's name that is checked while it is typed.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::future::TimeoutFuture;
use web_sys::{Element, HtmlInputElement};

use super::name_check::{NameCheck, Tone, Turn};
use crate::{background, error::PageError, ui::dom};

/// How long, in ms, typing has to pause before a name is checked: shorter than a person waits for, longer
/// than between two keys.
const PAUSE: u32 = 250;

/// The field, what is said of it, the free name offered instead, and the button that uses the name.
pub struct NameField {
    input: HtmlInputElement,
    verdict: Element,
    suggestion: Element,
    submit: Element,
    check: RefCell<NameCheck>,
}

impl NameField {
    /// The field in this form or dialog.
    pub fn new(form: &str) -> Result<Rc<Self>, PageError> {
        let form = dom::by_id::<Element>(form)?;
        Ok(Rc::new(Self {
            input: dom::find(&form, ".name-input")?,
            verdict: dom::find(&form, ".field-message")?,
            suggestion: dom::find(&form, ".suggestion")?,
            submit: dom::find(&form, ".name-submit")?,
            check: RefCell::default(),
        }))
    }

    /// Empty the field, or fill it with the site's own name.
    pub fn reset(&self, own: Option<&str>) {
        self.input.set_value(own.unwrap_or_default());
        self.check.borrow_mut().reset(own.map(str::to_owned));
        self.show();
    }

    /// Move the keyboard there.
    pub fn focus(&self) {
        dom::focus(&self.input);
        self.input.select();
    }

    /// The field was typed in: check once typing pauses.
    pub async fn typed(&self) {
        let turn = self.check.borrow_mut().typed(&self.input.value());
        self.show();
        let Some(turn) = turn else { return };
        TimeoutFuture::new(PAUSE).await;
        self.judge(turn).await;
    }

    /// Take the name that was offered.
    pub async fn take_suggestion(&self) {
        let suggestion = self.check.borrow().suggestion().map(str::to_owned);
        if let Some(name) = suggestion {
            self.input.set_value(&name);
            dom::focus(&self.input);
            self.judge_now().await;
        }
    }

    /// The name to use, if it is free; checked now if typing has not paused yet.
    pub async fn free_name(&self) -> Option<String> {
        self.judge_now().await;
        let check = self.check.borrow();
        if !check.usable() {
            dom::focus(&self.input);
        }
        check.usable().then(|| check.name().to_owned())
    }

    async fn judge_now(&self) {
        let turn = self.check.borrow_mut().restart(&self.input.value());
        self.show();
        if let Some(turn) = turn {
            self.judge(turn).await;
        }
    }

    async fn judge(&self, turn: Turn) {
        if !self.check.borrow().awaits(turn) {
            return;
        }
        let name = self.check.borrow().name().to_owned();
        let answer = background::check_name(name)
            .await
            .map_err(|error| error.to_string());
        if self.check.borrow_mut().answered(turn, answer) {
            self.show();
        }
    }

    fn show(&self) {
        let check = self.check.borrow();
        let (tone, line) = check.line();
        dom::set_text(&self.verdict, &line);
        let tone = match tone {
            Tone::Plain => "plain",
            Tone::Good => "good",
            Tone::Bad => "bad",
        };
        dom::set_attribute(&self.verdict, "data-tone", tone);
        dom::set_attribute(
            &self.input,
            "aria-invalid",
            if tone == "bad" { "true" } else { "false" },
        );
        dom::set_attribute(
            &self.submit,
            "aria-busy",
            if check.checking() { "true" } else { "false" },
        );
        dom::show(&self.suggestion, check.suggestion().is_some());
        if let Some(name) = check.suggestion() {
            dom::set_text(&self.suggestion, &format!("Use “{name}”"));
        }
    }
}
