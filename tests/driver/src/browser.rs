//! Either browser.

use crate::{Chromium, Firefox, Options, Page, Result};

/// A running browser of either kind.
#[derive(Debug)]
pub enum Browser {
    /// Chromium or a relative.
    Chromium(Chromium),
    /// Firefox.
    Firefox(Firefox),
}

impl Browser {
    /// Starts Chromium.
    ///
    /// # Errors
    /// As [`Chromium::launch`].
    pub async fn chromium(options: Options) -> Result<Self> {
        Chromium::launch(options).await.map(Self::Chromium)
    }

    /// Starts Firefox.
    ///
    /// # Errors
    /// As [`Firefox::launch`].
    pub async fn firefox(options: Options) -> Result<Self> {
        Firefox::launch(options).await.map(Self::Firefox)
    }

    /// A new, empty page.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn new_page(&self) -> Result<Page> {
        Ok(match self {
            Self::Chromium(browser) => Page::Chromium(browser.new_page().await?),
            Self::Firefox(browser) => Page::Firefox(browser.new_page().await?),
        })
    }

    /// A new page that has opened `url`.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn open(&self, url: &str) -> Result<Page> {
        let page = self.new_page().await?;
        page.goto(url).await?;
        Ok(page)
    }

    /// Ends the browser as its menu would.
    ///
    /// # Errors
    /// As the browsers' own.
    pub async fn close(self) -> Result<()> {
        match self {
            Self::Chromium(browser) => browser.close().await,
            Self::Firefox(browser) => browser.close().await,
        }
    }

    /// Ends the browser as a crash would.
    pub fn kill(self) {
        match self {
            Self::Chromium(browser) => browser.kill(),
            Self::Firefox(browser) => browser.kill(),
        }
    }
}
