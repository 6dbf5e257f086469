//! A page of either browser: what both can do. The errors are those of the browsers' own methods, which know nothing of
//! this.

use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Result, chromium, firefox};

/// A page of either kind of browser.
#[derive(Debug, Clone)]
pub enum Page {
    /// One of Chromium's.
    Chromium(chromium::Page),
    /// One of Firefox's.
    Firefox(firefox::Page),
}

/// Calls the same method of either page.
macro_rules! either {
    ($page:expr, $method:ident ( $($argument:expr),* )) => {
        match $page {
            Page::Chromium(page) => page.$method($($argument),*).await,
            Page::Firefox(page) => page.$method($($argument),*).await,
        }
    };
}

#[expect(
    clippy::missing_errors_doc,
    reason = "see the methods of the browsers' own pages"
)]
impl Page {
    /// Opens `url` and waits until the page has loaded.
    pub async fn goto(&self, url: &str) -> Result<()> {
        either!(self, goto(url))
    }

    /// Opens `url` without waiting for it to load.
    pub async fn navigate(&self, url: &str) -> Result<()> {
        either!(self, navigate(url))
    }

    /// Loads the page again and waits until it has loaded.
    pub async fn reload(&self) -> Result<()> {
        either!(self, reload())
    }

    /// Goes back one entry of the history.
    pub async fn back(&self) -> Result<()> {
        either!(self, back())
    }

    /// Goes forward one entry of the history.
    pub async fn forward(&self) -> Result<()> {
        either!(self, forward())
    }

    /// The value of a JavaScript expression; a promise is awaited.
    pub async fn eval<T: DeserializeOwned>(&self, script: &str) -> Result<T> {
        either!(self, eval(script))
    }

    /// Waits until a JavaScript expression is truthy; gives its value.
    pub async fn wait_for(&self, condition: &str, limit: Duration) -> Result<Value> {
        either!(self, wait_for(condition, limit))
    }

    /// As [`Page::eval`], in the first frame whose address contains `part`.
    pub async fn eval_in_frame<T: DeserializeOwned>(&self, part: &str, script: &str) -> Result<T> {
        match self {
            Self::Chromium(page) => page.frame(part).eval(script).await,
            Self::Firefox(page) => page.frame(part).eval(script).await,
        }
    }

    /// As [`Page::wait_for`], in the first frame whose address contains `part`, which need not be there yet.
    pub async fn wait_for_in_frame(
        &self,
        part: &str,
        condition: &str,
        limit: Duration,
    ) -> Result<Value> {
        match self {
            Self::Chromium(page) => page.frame(part).wait_for(condition, limit).await,
            Self::Firefox(page) => page.frame(part).wait_for(condition, limit).await,
        }
    }

    /// Waits until a JavaScript expression is truthy in the page or in any of its frames; gives its value.
    pub async fn wait_for_anywhere(&self, condition: &str, limit: Duration) -> Result<Value> {
        either!(self, wait_for_anywhere(condition, limit))
    }

    /// Clicks the first element that matches a CSS selector.
    pub async fn click(&self, selector: &str) -> Result<()> {
        either!(self, click(selector))
    }

    /// Types text into the focused element.
    pub async fn type_text(&self, text: &str) -> Result<()> {
        either!(self, type_text(text))
    }

    /// The page's address.
    pub async fn url(&self) -> Result<String> {
        either!(self, url())
    }

    /// What the page and its frames printed.
    pub fn console(&self) -> Vec<String> {
        match self {
            Self::Chromium(page) => page.console(),
            Self::Firefox(page) => page.console(),
        }
    }

    /// Saves what is visible as PNG.
    pub async fn screenshot(&self, file: impl AsRef<Path>) -> Result<()> {
        either!(self, screenshot(file))
    }

    /// Sets the size of the visible area, in CSS pixels.
    pub async fn set_viewport(&self, width: u32, height: u32) -> Result<()> {
        either!(self, set_viewport(width, height))
    }

    /// Closes the page.
    pub async fn close(self) -> Result<()> {
        either!(self, close())
    }
}
