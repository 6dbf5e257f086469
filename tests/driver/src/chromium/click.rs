//! A click that meets its element or nothing.
//!
//! A page moves while it fills: between the look at where an element is and the press there, something else may have
//! come to that place, and a click on it would do what nobody wanted. So the page is told what is aimed at, keeps a
//! click that meets anything else from all that would act upon it, and says so; then the aim is taken anew.

use serde_json::{Value, json};

use super::Page;
use super::input::{APPEARING, Point, element};
use crate::Result;
use crate::wait::{Probe, until};

/// A function of an element: heeds the next click of a hand, and no other. Its labels stand for a field.
/// `driverAim.end()` gives what was met instead, if anything was.
const AIM: &str = "((element) => {
    globalThis.driverAim?.end();
    const kinds = ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'];
    let met = null;
    const hear = (event) => {
        if (!event.isTrusted) return;
        const path = event.composedPath();
        if (![element, ...(element?.labels ?? [])].some((aim) => path.includes(aim))) {
            met ??= `${path[0].nodeName} #${path[0].id ?? ''} “${path[0].textContent?.slice(0, 40) ?? ''}”`;
        }
        if (met !== null) {
            event.preventDefault();
            event.stopImmediatePropagation();
        }
        if (event.type === 'click') heed(removeEventListener);
    };
    const heed = (change) => kinds.forEach((kind) => change(kind, hear, { capture: true }));
    const end = () => {
        heed(removeEventListener);
        return met;
    };
    heed(addEventListener);
    globalThis.driverAim = { end };
})";

impl Page {
    /// Clicks the middle of the first element that matches a CSS selector, once it is visible and nothing covers it.
    ///
    /// # Errors
    /// [`crate::DriverError::Timeout`] when it does not appear, or something else is met in its place.
    pub async fn click(&self, selector: &str) -> Result<()> {
        let probe = async |_| {
            let place = self.middle(selector).await?;
            let aim = format!("{AIM}({})", element(selector));
            self.eval_value(&aim, APPEARING).await?;
            if let Err(error) = self.press_mouse(place).await {
                // Whatever it is, a second click must not follow the first.
                return Ok(Probe::Done(Err(error)));
            }
            // A click that met its element may have taken the page elsewhere or closed it, and this answer with it.
            let met = self.eval_value("globalThis.driverAim?.end()", APPEARING);
            Ok(match met.await {
                Ok(Value::String(other)) => Probe::NotYet(format!("the click met {other}")),
                _ => Probe::Done(Ok(())),
            })
        };
        match until(APPEARING, probe).await? {
            Ok(done) => done,
            Err(late) => Err(self
                .timeout(&format!("a click on {selector}"), APPEARING, late.last)
                .await),
        }
    }

    async fn press_mouse(&self, Point { x, y }: Point) -> Result<()> {
        for (kind, buttons) in [("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)] {
            let event = json!({
                "type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1,
            });
            self.command("Input.dispatchMouseEvent", event).await?;
        }
        Ok(())
    }
}
