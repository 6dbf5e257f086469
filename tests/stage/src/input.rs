//! A visitor's input in a site's page: clicks, typed text, chosen files.
//!
//! The site's page is often in a frame of another origin, so the mouse is the page's own `click()`; keys are real.

use anyhow::Result;
use driver::Page;
use serde_json::Value;

use crate::View;

/// The condition before any input.
const READY: &str = "document.readyState === 'complete'";

impl View {
    /// Click an element of the site's page, once the page has loaded: without a person's gesture, a click
    /// before that would add no entry to the history.
    pub async fn click(&self, selector: &str) -> Result<()> {
        let selector = Value::from(selector);
        self.wait_for(&format!("{READY} && document.querySelector({selector})"))
            .await?;
        // Later: the answer would be lost with the page.
        self.eval::<Value>(&format!(
            "void setTimeout(() => document.querySelector({selector}).click())"
        ))
        .await?;
        Ok(())
    }

    /// Put these texts into fields of the site's page: selector and text.
    pub async fn fill(&self, fields: &[(&str, &str)]) -> Result<()> {
        for (selector, text) in fields {
            let text = Value::from(*text);
            self.with(
                selector,
                &format!(
                    "element.focus(); element.value = {text};
                     for (const type of ['input', 'change']) element.dispatchEvent(new Event(type, {{ bubbles: true }}));"
                ),
            )
            .await?;
        }
        Ok(())
    }

    /// Give an element of the site's page the keyboard.
    pub async fn focus(&self, selector: &str) -> Result<()> {
        self.with(selector, "element.focus(); element.select?.();")
            .await
    }

    /// Type text into a field of the site's page, in place of what stands there.
    pub async fn type_into(&self, selector: &str, text: &str) -> Result<()> {
        self.focus(selector).await?;
        self.page.type_text(text).await?;
        Ok(())
    }

    /// Press a named key in the site's page, which is shown by Chromium.
    pub async fn press(&self, key: &str) -> Result<()> {
        match &self.page {
            Page::Chromium(page) => Ok(page.press_key(key).await?),
            Page::Firefox(_) => anyhow::bail!("keys are pressed in Chromium"),
        }
    }

    /// Choose a file in a file field of the site's page.
    pub async fn choose(
        &self,
        selector: &str,
        name: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<()> {
        let bytes = Value::from(bytes);
        let (name, media_type) = (Value::from(name), Value::from(media_type));
        self.with(
            selector,
            &format!(
                "const chosen = new DataTransfer();
                 chosen.items.add(new File([new Uint8Array({bytes})], {name}, {{ type: {media_type} }}));
                 element.files = chosen.files;
                 element.dispatchEvent(new Event('change', {{ bubbles: true }}));"
            ),
        )
        .await
    }

    /// Do something in an element, once the page has loaded.
    async fn with(&self, selector: &str, deed: &str) -> Result<()> {
        let selector = Value::from(selector);
        self.wait_for(&format!(
            "{READY} && (element => {{ if (!element) return false; {deed}; return true; }})(document.querySelector({selector}))"
        ))
        .await?;
        Ok(())
    }
}
