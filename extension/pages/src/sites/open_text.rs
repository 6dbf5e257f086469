//! The text that is being edited, between two events.
//!
//! It must not know how it is saved or shown.

use std::cell::{Cell, RefCell};

use futures_util::lock::Mutex;
use gloo_timers::callback::Timeout;
use site::FilePath;

use super::{components::text_editor::TextEditor, text::LineEnds};

/// A text of a draft in the editor.
pub struct OpenText {
    /// The site's id.
    pub site: String,
    /// The file's path.
    pub path: FilePath,
    /// The media type that is stored with it, possibly empty.
    pub media_type: String,
    /// How its lines end in the file.
    pub line_ends: LineEnds,
    /// The revision that the text was read from or saved as.
    pub revision: RefCell<String>,
    /// Whether it was changed and not saved since.
    pub unsaved: Cell<bool>,
    /// Saves it soon.
    pub timer: RefCell<Option<Timeout>>,
    /// Held by who saves it.
    pub saving: Mutex<()>,
    /// The editor that shows it.
    pub editor: TextEditor,
}
