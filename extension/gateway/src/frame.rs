//! The content frame: the site, in its own origin.

use peer::Error;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, HtmlIFrameElement, MessageEvent};

/// The element's id and name in `shell.html`, which also has its sandbox. The HTML has it,
/// so that browsers keep what it shows in the tab's history: they drop the entries of a frame that a script
/// added as soon as the tab is reloaded.
const ID: &str = "site";

/// The site's frame.
pub struct Frame {
    element: HtmlIFrameElement,
    origin: String,
}

impl Frame {
    /// Finds the page's frame, which is to show the site at `origin`.
    pub fn find(document: &Document, origin: &str) -> Result<Self, Error> {
        let element = document
            .get_element_by_id(ID)
            .ok_or(Error::Unsupported("content frame"))?;
        Ok(Self {
            element: element.unchecked_into(),
            origin: origin.to_owned(),
        })
    }

    /// The element.
    pub fn element(&self) -> &HtmlIFrameElement {
        &self.element
    }

    /// Loads a URL, without a new entry in the history.
    pub fn replace(&self, url: &str) {
        // `location` of another origin can be navigated but not read (HTML, 7.2.1.3.1).
        if let Some(window) = self.element.content_window() {
            let location = js_sys::Reflect::get(&window, &"location".into()).unwrap_or_default();
            let location: web_sys::Location = location.unchecked_into();
            let _ = location.replace(url);
        }
    }

    /// Did this message come from the site's page?
    pub fn is_source(&self, event: &MessageEvent) -> bool {
        let window: Option<JsValue> = self.element.content_window().map(JsValue::from);
        let source: Option<JsValue> = event.source().map(JsValue::from);
        event.origin() == self.origin && window.is_some() && window == source
    }
}
