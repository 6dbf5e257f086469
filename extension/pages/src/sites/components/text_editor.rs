//! The text editor: CodeMirror, which is JavaScript and is loaded when the first file is opened.
//!
//! It must not know which file it shows, nor where the text is kept.

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

use crate::error::PageError;

#[wasm_bindgen]
extern "C" {
    /// The module `extension/editor/editor.js`.
    type Module;
    #[wasm_bindgen(method, catch)]
    fn open(this: &Module, host: &HtmlElement, options: &JsValue) -> Result<JsEditor, JsValue>;

    /// Its class `Editor`.
    type JsEditor;
    #[wasm_bindgen(method, getter)]
    fn text(this: &JsEditor) -> String;
    #[wasm_bindgen(method, getter)]
    fn state(this: &JsEditor) -> String;
    #[wasm_bindgen(method)]
    fn replace(this: &JsEditor, text: &str);
    #[wasm_bindgen(method)]
    fn focus(this: &JsEditor);
    #[wasm_bindgen(method)]
    fn close(this: &JsEditor);
}

/// What an editor begins with.
pub struct Options<'a> {
    /// The file's path, whose ending decides the language.
    pub path: &'a str,
    /// What a screen reader calls the text field.
    pub label: &'a str,
    /// The text, with line ends as `\n`.
    pub text: &'a str,
    /// What [`TextEditor::state`] gave for the same text, with which undoing goes on.
    pub state: Option<&'a str>,
}

/// An open editor; it is closed when this is dropped.
pub struct TextEditor {
    editor: JsEditor,
    _changed: Closure<dyn FnMut()>,
}

impl TextEditor {
    /// Loads the editor with `load`, which gives the promise of its module, and shows it in `host`. `changed` is called
    /// after each change of the text.
    ///
    /// # Errors
    /// [`PageError::Browser`] if it cannot be loaded.
    pub async fn open(
        load: &Function,
        host: &HtmlElement,
        options: &Options<'_>,
        changed: impl FnMut() + 'static,
    ) -> Result<Self, PageError> {
        let loading: Promise = load.call0(&JsValue::UNDEFINED)?.dyn_into()?;
        let module: Module = JsFuture::from(loading).await?.unchecked_into();
        let changed = Closure::<dyn FnMut()>::new(changed);
        let object = js_sys::Object::new();
        let set = |name: &str, value: &JsValue| js_sys::Reflect::set(&object, &name.into(), value);
        set("path", &options.path.into())?;
        set("label", &options.label.into())?;
        set("text", &options.text.into())?;
        set(
            "state",
            &options.state.map_or(JsValue::UNDEFINED, Into::into),
        )?;
        set("changed", changed.as_ref())?;
        Ok(Self {
            editor: module.open(host, &object)?,
            _changed: changed,
        })
    }

    /// The text, with line ends as `\n`.
    pub fn text(&self) -> String {
        self.editor.text()
    }

    /// Text, selection and history, for [`Options::state`].
    pub fn state(&self) -> String {
        self.editor.state()
    }

    /// Puts another text in the place of the one that is there; this can be undone.
    pub fn replace(&self, text: &str) {
        self.editor.replace(text);
    }

    /// Moves the keyboard's focus into the text.
    pub fn focus(&self) {
        self.editor.focus();
    }
}

impl Drop for TextEditor {
    fn drop(&mut self) {
        self.editor.close();
    }
}
