//! Events by delegation: attributes in the HTML name what an element does, and one listener on the document handles it.
//!
//! A button carries `data-click="<action>"`, a field `data-change` or `data-input`, a form `data-submit`; the
//! nearest `data-id` around it names what it concerns, such as a site or a file. Elements may come and go without any listener.

use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{Element, Event, EventTarget};

use super::dom;
use crate::error::PageError;

/// The events that actions come from, and the attribute that names the action.
const KINDS: [(&str, &str); 4] = [
    ("click", "data-click"),
    ("change", "data-change"),
    ("input", "data-input"),
    ("submit", "data-submit"),
];

/// Something that the person did.
#[derive(Debug, Clone)]
pub struct Action {
    /// Which action: the attribute's value.
    pub name: String,
    /// On what: the nearest `data-id`, if there is one.
    pub id: Option<String>,
    /// The element with the attribute.
    pub element: Element,
}

/// Call `handle` with every event of this kind at `target`, as long as the page lives.
pub fn on(target: &EventTarget, kind: &str, handle: impl Fn(Event) + 'static) {
    let listener = Closure::<dyn Fn(Event)>::new(handle);
    // Adding a listener fails for no target of ours; if it did, the page would only not react.
    let _ = target.add_event_listener_with_callback(kind, listener.as_ref().unchecked_ref());
    listener.forget();
}

/// Call `act` with every action of this page.
///
/// # Errors
/// [`PageError::Markup`] outside of a page.
pub fn on_actions(act: impl Fn(Action) + Clone + 'static) -> Result<(), PageError> {
    let document = dom::document()?;
    for (kind, attribute) in KINDS {
        let act = act.clone();
        on(&document, kind, move |event| {
            if let Some(action) = action_of(&event, attribute) {
                if matches!(kind, "submit") {
                    event.prevent_default();
                }
                act(action);
            }
        });
    }
    Ok(())
}

fn action_of(event: &Event, attribute: &str) -> Option<Action> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let element = target.closest(&format!("[{attribute}]")).ok()??;
    Some(Action {
        name: element.get_attribute(attribute)?,
        id: element
            .closest("[data-id]")
            .ok()
            .flatten()
            .and_then(|owner| owner.get_attribute("data-id")),
        element,
    })
}
