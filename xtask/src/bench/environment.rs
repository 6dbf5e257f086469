//! The environment that all benchmarks share: a host with one site, visitors, and pages without PeerServer for baselines.

use anyhow::Result;
use driver::chromium::Page;
use stage::{Content, Dist, Host, HostOptions, PATIENCE, Site, View, Visitor};

use super::server;

/// Bytes of the big file.
pub const BULK: usize = 64 * 1024 * 1024;

/// The environment.
pub struct Environment {
    /// The product.
    pub dist: Dist,
    /// The host's browser.
    pub host: Host,
    /// Its site: `index.html`, `1k`, `big.bin`.
    pub site: Site,
    /// The bare pages' origin.
    pub bare: String,
    /// A visitor with the extension.
    pub with: Visitor,
    /// A visitor without it.
    pub without: Visitor,
    _answerer: Page,
}

impl Environment {
    /// Start all of it.
    pub async fn set_up() -> Result<Self> {
        let dist = Dist::find()?;
        let host = Host::start(&dist, HostOptions::default()).await?;
        // Not compressible, not repeating within a message.
        let big: Vec<u8> = (0..BULK as u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let content = Content::new(&[
            (
                "index.html",
                b"<!doctype html><title>Bench</title><h1>Bench</h1>".as_slice(),
            ),
            ("1k", &server::ONE_KIB),
            ("big.bin", &big),
        ])?;
        let site = host.make_site("measured", &content.top()?).await?;
        let bare = server::start().await?;
        // The answering page is in the host's browser: the same two browsers for both.
        let answerer = host
            .browser()?
            .open(&format!("{bare}/raw.html?answer"))
            .await?;
        let with = Visitor::with_extension(&dist, &host.gateway).await?;
        let without = Visitor::chromium().await?;
        Ok(Self {
            dist,
            host,
            site,
            bare,
            with,
            without,
            _answerer: answerer,
        })
    }

    /// The site in a new tab of a visitor, shown.
    pub async fn view(&self, visitor: &Visitor) -> Result<View> {
        let view = visitor.open(&self.site.link).await?;
        view.wait_for("document.querySelector('h1')?.textContent === 'Bench'")
            .await?;
        Ok(view)
    }

    /// A bare page in a new tab of a visitor, its channel open.
    pub async fn bare_page(&self, visitor: &Visitor) -> Result<Page> {
        let page = visitor
            .as_chromium()?
            .open(&format!("{}/raw.html", self.bare))
            .await?;
        page.wait_for("window.opened", PATIENCE).await?;
        Ok(page)
    }
}
