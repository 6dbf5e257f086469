//! What a person's hands do: mouse, keys, files.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Page;
use crate::wait::{truthy, until};
use crate::{DriverError, Result};

/// How long an element may take to appear.
const APPEARING: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
struct Point {
    x: f64,
    y: f64,
}

impl Page {
    /// Clicks the middle of the first element that matches a CSS selector, once it is visible.
    ///
    /// # Errors
    /// [`DriverError::Timeout`] when it does not appear.
    pub async fn click(&self, selector: &str) -> Result<()> {
        let Point { x, y } = self.middle(selector).await?;
        let mouse = |kind: &str, buttons: u8| json!({ "type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1 });
        for event in [
            mouse("mouseMoved", 0),
            mouse("mousePressed", 1),
            mouse("mouseReleased", 0),
        ] {
            self.command("Input.dispatchMouseEvent", event).await?;
        }
        Ok(())
    }

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

    /// The middle of an element in the window, once it is visible; scrolled to if need be.
    async fn middle(&self, selector: &str) -> Result<Point> {
        let script = format!(
            "(() => {{
                const element = {};
                if (!element) return null;
                element.scrollIntoView({{ block: 'center', inline: 'center', behavior: 'instant' }});
                const box = element.getBoundingClientRect();
                if (!box.width || !box.height || getComputedStyle(element).visibility !== 'visible') return null;
                return {{ x: box.x + box.width / 2, y: box.y + box.height / 2 }};
            }})()",
            element(selector)
        );
        let place = self.wait_for(&script, APPEARING).await?;
        super::typed(place, &script)
    }
}

fn element(selector: &str) -> String {
    format!("document.querySelector({})", Value::from(selector))
}
