//! A browser that visits, with the extension or without it.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result};
use driver::{
    Browser, Options, Page, TempProfile,
    chromium::{self, Chromium, grant_origins},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{Dist, PATIENCE, host::ask};

/// A visiting browser.
pub struct Visitor {
    browser: Browser,
    profile: TempProfile,
    extension: bool,
    args: Vec<String>,
}

impl Visitor {
    /// Chromium without the extension.
    pub async fn chromium() -> Result<Self> {
        let profile = TempProfile::new()?;
        let browser = Browser::chromium(Options::new(&profile)).await?;
        Ok(Self {
            browser,
            profile,
            extension: false,
            args: Vec::new(),
        })
    }

    /// Firefox without the extension.
    pub async fn firefox() -> Result<Self> {
        Self::firefox_with(&[]).await
    }

    /// Firefox without the extension and with these preferences off.
    pub async fn firefox_with(off: &[&str]) -> Result<Self> {
        let profile = TempProfile::new()?;
        let mut options = Options::new(&profile);
        options.prefs = off
            .iter()
            .map(|name| ((*name).to_owned(), Value::Bool(false)))
            .collect();
        let browser = Browser::firefox(options).await?;
        Ok(Self {
            browser,
            profile,
            extension: false,
            args: Vec::new(),
        })
    }

    /// Chromium with the extension, told that `gateway` is its own port.
    pub async fn with_extension(dist: &Dist, gateway: &str) -> Result<Self> {
        let visitor = Self::extended(dist, Vec::new()).await?;
        let port: u16 = gateway.rsplit(':').next().unwrap_or_default().parse()?;
        let page = visitor.popup().await?;
        ask(&page, json!({ "ask": "setPort", "port": port })).await?;
        page.close().await?;
        Ok(visitor)
    }

    /// Chromium with the extension as it comes, and with more command-line arguments.
    pub async fn extended(dist: &Dist, args: Vec<String>) -> Result<Self> {
        let profile = TempProfile::new()?;
        let mut options = Options::new(&profile).with_extension(dist.extension());
        options.extra_args.clone_from(&args);
        Ok(Self {
            browser: Browser::chromium(options).await?,
            profile,
            extension: true,
            args,
        })
    }

    /// Restart the browser with the same profile; it opens the tabs again that were open. See [`Visitor::restored`].
    pub async fn restart(self, dist: &Dist) -> Result<Self> {
        self.restart_after(dist, |_| Ok(())).await
    }

    /// Allow the extension to reach these origins, as if its person had answered the browser's question
    /// with yes. Restarts the browser.
    pub async fn allow(self, dist: &Dist, origins: &[&str]) -> Result<Self> {
        let id = self.as_chromium()?.extension_id()?;
        let allow = |profile: &Path| Ok(grant_origins(profile, &id, origins)?);
        self.restart_after(dist, allow).await
    }

    /// Restart the browser; `between` may change the profile.
    async fn restart_after(
        self,
        dist: &Dist,
        between: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<Self> {
        let Self {
            browser,
            profile,
            extension,
            args,
        } = self;
        browser.close().await?;
        between(profile.path())?;
        let mut options = Options::new(&profile);
        if extension {
            options = options.with_extension(dist.extension());
        }
        options.extra_args.clone_from(&args);
        options.extra_args.push("--restore-last-session".to_owned());
        let browser = Browser::chromium(options).await?;
        Ok(Self {
            browser,
            profile,
            extension,
            args,
        })
    }

    /// The extension's popup, as a page.
    pub async fn popup(&self) -> Result<chromium::Page> {
        let browser = self.as_chromium()?;
        let id = browser.extension_id()?;
        Ok(browser
            .open(&format!("chrome-extension://{id}/pages/popup.html"))
            .await?)
    }

    /// The browser.
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// The browser, which is Chromium.
    pub fn as_chromium(&self) -> Result<&Chromium> {
        match &self.browser {
            Browser::Chromium(browser) => Ok(browser),
            Browser::Firefox(_) => anyhow::bail!("this visitor is Firefox"),
        }
    }

    /// Open a link in a new tab; does not wait for the site.
    pub async fn open(&self, link: &str) -> Result<View> {
        let page = self.browser.new_page().await?;
        page.navigate(link).await?;
        Ok(View {
            page,
            framed: !self.extension,
        })
    }

    /// The tab that the browser has opened again at this address.
    pub async fn restored(&self, address: &str) -> Result<View> {
        let browser = self.as_chromium()?;
        let tab = browser.wait_for_target("page", address, PATIENCE).await?;
        Ok(View {
            page: Page::Chromium(browser.attach_page(&tab.id).await?),
            framed: !self.extension,
        })
    }

    /// Close the browser.
    pub async fn close(self) -> Result<()> {
        Ok(self.browser.close().await?)
    }
}

/// A tab with a site: the page itself with the extension, the content frame without it.
pub struct View {
    /// The tab.
    pub page: Page,
    framed: bool,
}

/// What names the content frame: its host begins with the label; the bridge beside it has its own path.
const FRAME: &str = ".localhost not /.well-known/peerserver/";

/// The site's part of a tab's address.
const PLACE: &str =
    "(location.pathname.replace(/^\\/connect\\/[^/]*/, '') + location.search + location.hash)";

impl View {
    /// Evaluate in the site's page.
    pub async fn eval<T: DeserializeOwned>(&self, script: &str) -> Result<T> {
        Ok(match self.framed {
            true => self.page.eval_in_frame(FRAME, script).await?,
            false => self.page.eval(script).await?,
        })
    }

    /// Bring the tab to the front: browsers slow down what is hidden.
    pub async fn to_front(&self) -> Result<()> {
        match &self.page {
            Page::Chromium(page) => Ok(page.to_front().await?),
            // Its new tabs are in front, and hidden ones are slowed down in their timers alone.
            Page::Firefox(_) => Ok(()),
        }
    }

    /// Wait in the site's page.
    pub async fn wait_for(&self, condition: &str) -> Result<Value> {
        self.wait_for_within(condition, PATIENCE).await
    }

    /// Wait in the site's page, at most so long.
    pub async fn wait_for_within(&self, condition: &str, limit: Duration) -> Result<Value> {
        Ok(match self.framed {
            true => self.page.wait_for_in_frame(FRAME, condition, limit).await?,
            false => self.page.wait_for(condition, limit).await?,
        })
    }

    /// Wait until the tab's address bar shows this path, query and fragment of the site.
    pub async fn wait_for_place(&self, place: &str) -> Result<()> {
        let condition = format!("{PLACE} === {}", Value::from(place));
        self.page
            .wait_for(&condition, PATIENCE)
            .await
            .with_context(|| format!("waiting for the tab to be at {place}"))?;
        Ok(())
    }

    /// Wait until the tab says, instead of showing the site, that the visit stands so
    /// (`extension/gateway/site/status.js` has the reasons), in words that include these.
    pub async fn wait_for_reason(&self, reason: &str, words: &str) -> Result<()> {
        let (reason, words) = (Value::from(reason), Value::from(words));
        let condition = format!(
            "(status => status?.checkVisibility({{ opacityProperty: true }})
                && (status.dataset.reason + ': ' + status.innerText).includes({words})
                && status.dataset.reason === {reason})(document.querySelector('#status'))"
        );
        if let Err(error) = self.page.wait_for(&condition, PATIENCE).await {
            let says: Value = self
                .page
                .eval("document.querySelector('#status')?.outerHTML ?? document.body?.innerText")
                .await
                .unwrap_or_default();
            anyhow::bail!("{error}; the tab says {says}");
        }
        Ok(())
    }

    /// Wait until the tab has this title.
    pub async fn wait_for_title(&self, title: &str) -> Result<()> {
        let condition = format!("document.title === {}", Value::from(title));
        self.page.wait_for(&condition, PATIENCE).await?;
        Ok(())
    }

    /// Wait for text in the site's page.
    pub async fn wait_for_text(&self, text: &str) -> Result<()> {
        let text = Value::from(text);
        // Not on the pages that stand in for the site.
        let condition = format!(
            "location.hostname.includes('.') && document.body?.textContent.includes({text})"
        );
        self.wait_for(&condition).await?;
        Ok(())
    }
}
