//! A DOM event listener that goes when its owner goes. It knows nothing of peers.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::EventTarget;

/// Listens to one kind of event until dropped.
pub struct Listener {
    target: EventTarget,
    kind: &'static str,
    closure: Closure<dyn FnMut(web_sys::Event)>,
}

impl Listener {
    /// Call `handle` for each event of this `kind` at `target`.
    pub fn new<E: JsCast + 'static>(
        target: &EventTarget,
        kind: &'static str,
        mut handle: impl FnMut(E) + 'static,
    ) -> Self {
        let closure = Closure::new(move |event: web_sys::Event| handle(event.unchecked_into()));
        // Fails only for a null callback (DOM standard, "add an event listener").
        let _ = target.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref());
        Self {
            target: target.clone(),
            kind,
            closure,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.closure.as_ref().unchecked_ref();
        let _ = self
            .target
            .remove_event_listener_with_callback(self.kind, callback);
    }
}
