//! What a person's hands do: keys, files, and where the mouse has to go. What it does there is in `click`.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Page;
use crate::decode::typed;
use crate::wait::{truthy, until};
use crate::{DriverError, Result};

/// How long an element may take to appear.
pub(super) const APPEARING: Duration = Duration::from_secs(10);

/// A place in the window.
#[derive(Deserialize)]
pub(super) struct Point {
    pub x: f64,
    pub y: f64,
}

impl Page {
    /// Types text into the focused element, one key after the other.
    ///
    /// # Errors
    /// When the page is gone.
    pub async fn type_text(&self, text: &str) -> Result<()> {
        for letter in text.chars() {
            for kind in ["keyDown", "keyUp"] {
                let mut event = json!({ "type": kind, "key": letter.to_string() });
                if let (true, Some(fields)) = (kind == "keyDown", event.as_object_mut()) {
                    fields.insert("text".to_owned(), letter.to_string().into());
                }
                self.command("Input.dispatchKeyEvent", event).await?;
            }
        }
        Ok(())
    }

    /// Presses a named key: `Enter`, `Tab`, `Escape`, `Backspace`, `Delete`, `Space`, `Home`, `End` or an arrow
    /// (`ArrowDown`, …).
    ///
    /// # Errors
    /// [`DriverError::Command`] for another name.
    pub async fn press_key(&self, key: &str) -> Result<()> {
        let (code, text) = match key {
            "Enter" => (13, "\r"),
            "Tab" => (9, ""),
            "Escape" => (27, ""),
            "Backspace" => (8, ""),
            "Delete" => (46, ""),
            "Space" => (32, " "),
            "End" => (35, ""),
            "Home" => (36, ""),
            "ArrowLeft" => (37, ""),
            "ArrowUp" => (38, ""),
            "ArrowRight" => (39, ""),
            "ArrowDown" => (40, ""),
            _ => {
                return Err(DriverError::Command {
                    method: "press_key".to_owned(),
                    message: format!("no key is called `{key}`"),
                });
            }
        };
        let name = if key == "Space" { " " } else { key };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event = json!({ "type": kind, "key": name, "code": key, "windowsVirtualKeyCode": code, "text": text });
            self.command("Input.dispatchKeyEvent", event).await?;
        }
        Ok(())
    }

    /// Presses a letter with Control held.
    ///
    /// # Errors
    /// When the page is gone.
    pub async fn press_with_control(&self, letter: char) -> Result<()> {
        /// Of `Input.dispatchKeyEvent`.
        const CONTROL: u8 = 2;
        let code = u32::from(letter.to_ascii_uppercase());
        for kind in ["rawKeyDown", "keyUp"] {
            let event = json!({ "type": kind, "modifiers": CONTROL, "key": letter.to_string(), "windowsVirtualKeyCode": code });
            self.command("Input.dispatchKeyEvent", event).await?;
        }
        Ok(())
    }

    /// Chooses files (or, for a folder picker, a folder) in a file input, as its dialog would.
    ///
    /// # Errors
    /// [`DriverError::Timeout`] when there is no such input.
    pub async fn choose_files(&self, selector: &str, files: &[PathBuf]) -> Result<()> {
        let element = element(selector);
        self.wait_for(&format!("!!{element}"), APPEARING).await?;
        let found = self
            .command("Runtime.evaluate", json!({ "expression": element }))
            .await?;
        let object = found
            .pointer("/result/objectId")
            .cloned()
            .unwrap_or_default();
        self.command(
            "DOM.setFileInputFiles",
            json!({ "objectId": object, "files": files }),
        )
        .await
        .map(drop)
    }

    /// Drops files or folders from the desktop on an element.
    ///
    /// A page that has not yet answered the drag when the drop comes is not given it: then, as a person would, try
    /// again.
    ///
    /// # Errors
    /// [`DriverError::Timeout`] when it does not appear, or takes no drop.
    pub async fn drop_files(&self, selector: &str, files: &[PathBuf]) -> Result<()> {
        let data = json!({ "items": [], "files": files, "dragOperationsMask": 1 });
        let noting = "globalThis.driverDrop = false;
            addEventListener('drop', () => { driverDrop = true; }, { capture: true, once: true });";
        self.eval_value(noting, APPEARING).await?;
        let probe = async |_| {
            let Point { x, y } = self.middle(selector).await?;
            for kind in ["dragEnter", "dragOver", "drop"] {
                let params = json!({ "type": kind, "x": x, "y": y, "data": data });
                self.command("Input.dispatchDragEvent", params).await?;
            }
            Ok(truthy(self.eval_value("driverDrop", APPEARING).await?))
        };
        match until(APPEARING, probe).await? {
            Ok(_) => Ok(()),
            Err(late) => Err(self.timeout("a drop", APPEARING, late.last).await),
        }
    }

    /// The middle of an element in the window, once it is visible; scrolled to if need be. What is folded away, as in
    /// a closed `<details>`, has a place too, but is not visible.
    pub(super) async fn middle(&self, selector: &str) -> Result<Point> {
        let script = format!(
            "(() => {{
                const element = {};
                if (!element?.checkVisibility({{ visibilityProperty: true }})) return null;
                element.scrollIntoView({{ block: 'center', inline: 'center', behavior: 'instant' }});
                const box = element.getBoundingClientRect();
                if (!box.width || !box.height) return null;
                return {{ x: box.x + box.width / 2, y: box.y + box.height / 2 }};
            }})()",
            element(selector)
        );
        let place = self.wait_for(&script, APPEARING).await?;
        typed(place, &script)
    }
}

/// The first element that matches a CSS selector, as a script.
pub(super) fn element(selector: &str) -> String {
    format!("document.querySelector({})", Value::from(selector))
}
