//! The message at the foot of the page: what happened or failed, and a button to undo it.

use std::cell::{Cell, RefCell};

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::{dom, events};
use crate::error::PageError;

/// How long, in ms, a message without a button stays: enough to read a sentence.
const MESSAGE_MS: u32 = 6_000;
/// How long, in ms, an undo stays on offer: enough to notice a mistake and find the button.
const UNDO_MS: u32 = 15_000;
/// How often, in ms, a message that is pointed at or focused is checked again: it stays meanwhile.
const RECHECK_MS: u32 = 1_000;

type Undo = Box<dyn FnOnce()>;

thread_local! {
    static UNDO: RefCell<Option<Undo>> = const { RefCell::new(None) };
    /// Counts the messages, so that a timer removes only its own.
    static SHOWN: Cell<u32> = const { Cell::new(0) };
}

/// Show what happened.
pub fn show(text: &str) {
    display(text, None, Some(MESSAGE_MS));
}

/// Show what went wrong; this stays until it is closed or the next message comes.
pub fn fail(text: &str) {
    display(text, None, None);
}

/// Show what happened, and offer to undo it.
pub fn offer_undo(text: &str, undo: impl FnOnce() + 'static) {
    display(text, Some(Box::new(undo)), Some(UNDO_MS));
}

/// Show what went wrong after a part was done, and offer to undo that part; this stays as long as
/// [`fail`] does.
pub fn fail_with_undo(text: &str, undo: impl FnOnce() + 'static) {
    display(text, Some(Box::new(undo)), None);
}

/// Handle the toast's own actions (`undo`, `close-toast`), and let Ctrl+Z outside of a field undo.
///
/// # Errors
/// [`PageError::Markup`] outside of a page.
pub fn listen() -> Result<(), PageError> {
    events::on_actions(|action| match action.name.as_str() {
        "undo" => undo(),
        "close-toast" => hide(),
        _ => {}
    })?;
    let document = dom::document()?;
    events::on(&document, "keydown", |event| {
        let in_field = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|element| {
                element
                    .matches("input:not([type=checkbox])")
                    .unwrap_or(false)
            });
        let undoes = event.dyn_ref::<KeyboardEvent>().is_some_and(|event| {
            (event.ctrl_key() || event.meta_key()) && !event.shift_key() && event.key() == "z"
        });
        if undoes && !in_field {
            undo();
        }
    });
    Ok(())
}

fn undo() {
    let undo = UNDO.take();
    if let Some(undo) = undo {
        hide();
        undo();
    }
}

fn hide() {
    UNDO.set(None);
    SHOWN.set(SHOWN.get().wrapping_add(1));
    if let Ok(card) = dom::by_id::<Element>("toast-card") {
        dom::show(&card, false);
    }
}

fn display(text: &str, undo: Option<Undo>, stay: Option<u32>) {
    let (Ok(card), Ok(line), Ok(button)) = (
        dom::by_id::<HtmlElement>("toast-card"),
        dom::by_id::<Element>("toast-text"),
        dom::by_id::<Element>("toast-undo"),
    ) else {
        return;
    };
    let number = SHOWN.get().wrapping_add(1);
    SHOWN.set(number);
    dom::show(&button, undo.is_some());
    UNDO.set(undo);
    dom::set_text(&line, text);
    dom::show(&card, true);
    let Some(stay) = stay else { return };
    wasm_bindgen_futures::spawn_local(async move {
        TimeoutFuture::new(stay).await;
        while card.matches(":hover, :focus-within").unwrap_or(false) {
            TimeoutFuture::new(RECHECK_MS).await;
        }
        if SHOWN.get() == number {
            hide();
        }
    });
}
