//! A visitor that means ill: a page that speaks to rendezvous and hosts by itself.

use anyhow::Result;
use driver::chromium::{Chromium, Page};

/// What the page can do: `window.hostile`.
const SCRIPT: &str = include_str!("hostile.js");

/// Such a page in this browser, at a gateway, its socket welcomed.
pub async fn hostile(browser: &Chromium, gateway: &str) -> Result<Page> {
    let page = browser.new_page().await?;
    page.goto(gateway).await?;
    let _: bool = page.eval(SCRIPT).await?;
    Ok(page)
}
