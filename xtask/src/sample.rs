//! The sample site, hosted by one real browser and visited by another.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use driver::{Browser, Options, Page, TempProfile};
use stage::{Dist, Host, HostOptions, PATIENCE, Site};

use crate::cargo::target_dir;
use crate::command::print_line;
use crate::paths;

/// How long the visitor may wait for the site.
const ARRIVING: Duration = Duration::from_secs(30);

/// The sample's files, from the workspace's root.
pub const FOLDER: &str = "xtask/sample";

/// The sample site's name.
const NAME: &str = "sample";

/// The sample arrived whole: style sheet, picture, module and what the module fetched.
const ARRIVED: &str = "document.documentElement.dataset.ready === 'yes' \
    && document.querySelector('#peers').naturalWidth > 0 \
    && document.styleSheets[0].cssRules.length > 0 \
    && document.title";

/// The sample site, hosted by one browser and open in another.
pub struct Sample {
    /// The host.
    pub host: Host,
    site: Site,
    visitor: Browser,
    /// The visitor's page.
    page: Page,
}

impl Sample {
    /// Starts both browsers, and says what they do.
    pub async fn start(dist: &Dist, port: u16) -> Result<Self> {
        let headed = has_display();
        let headless = if headed { "" } else { ", headless" };

        print_line!("Starting the host: Chromium with the extension and a fresh profile{headless}");
        let options = HostOptions {
            port: Some(port),
            headed,
            ..HostOptions::default()
        };
        let host = Host::start(dist, options)
            .await
            .context("starting the host")?;
        print_line!(
            "Hosting is on. Its native host runs the rendezvous and gateway at {}",
            host.gateway
        );

        let site = host
            .make_site(NAME, &sample()?)
            .await
            .context("making the sample site")?;
        print_line!(
            "The host serves the site `{}` from its IndexedDB",
            site.name
        );

        print_line!("Starting a visitor: another Chromium, without the extension{headless}");
        let profile = TempProfile::new()?;
        let mut options = Options::new(&profile);
        options.headless = !headed;
        let visitor = Browser::chromium(options)
            .await
            .context("starting the visitor")?;
        let page = visitor.open(&site.link).await.context("opening the link")?;
        let title = visit(&page, &site)
            .await
            .context("looking at the visitor's page")?;
        print_line!("The visitor sees “{title}”");
        if !headed {
            let picture = picture()?;
            page.screenshot(&picture)
                .await
                .context("taking a picture of the visitor's page")?;
            print_line!("What the visitor sees: {}", picture.display());
        }
        print_line!("\nLink: {}\n", site.link);
        Ok(Self {
            host,
            site,
            visitor,
            page,
        })
    }

    /// Puts the files as they are now into the site, and publishes it. A file that is gone stays in the site.
    pub async fn publish(&self) -> Result<()> {
        let page = self.host.sites_page().await?;
        // It opens the site by itself, since there is no other.
        page.wait_for("document.querySelector('#rows tr')", PATIENCE)
            .await?;
        self.host.add_files(&page, &sample()?).await?;
        self.host.publish(&page).await?;
        Ok(page.close().await?)
    }

    /// Reloads the visitor's page and waits until the site is there; gives its title.
    pub async fn visit_again(&self) -> Result<String> {
        self.page.reload().await?;
        visit(&self.page, &self.site).await
    }

    /// Ends both browsers.
    pub async fn close(mut self) -> Result<()> {
        self.visitor.close().await?;
        self.host.close().await
    }
}

/// Waits until the site is there, wherever it is shown; gives its title.
async fn visit(page: &Page, site: &Site) -> Result<String> {
    let here = format!(
        "location.hostname.startsWith('{}.') && {ARRIVED}",
        site.label
    );
    let title = page.wait_for_anywhere(&here, ARRIVING).await?;
    Ok(title.as_str().unwrap_or_default().to_owned())
}

/// The top files and folders of the sample site, as a person would drop them.
fn sample() -> Result<Vec<PathBuf>> {
    let folder = paths::root().join(FOLDER);
    let entries = fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

fn picture() -> Result<PathBuf> {
    let folder = target_dir().join("run");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder.join("visitor.png"))
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}
