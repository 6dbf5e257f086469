//! `sites_open`: from opening the sites page to a site's files in it, how many they are and how much room they take,
//! against a file of the extension that the browser just shows.
//!
//! The site is published: its files are in the store twice, as a draft and live.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use driver::chromium::{Chromium, Page};
use stage::{Dist, Host, HostOptions, PATIENCE};

use super::measurement::Measurement;

/// How many files, and the measurement's name.
const SIZES: [(usize, &str); 2] = [(1_000, "sites_open.1k"), (50_000, "sites_open.50k")];

const RUNS: usize = 5;

/// Files of one folder, as many as people put there.
const IN_FOLDER: usize = 100;

/// Of so many files one is a page.
const PAGE_EACH: usize = 4;

/// How long an import may take.
const LIMIT: Duration = Duration::from_secs(600);

/// In milliseconds; looked at every 20.
pub async fn measure(dist: &Dist) -> Result<Vec<Measurement>> {
    let mut measurements = Vec::new();
    for (files, name) in SIZES {
        let host = Host::start(dist, HostOptions::default()).await?;
        let folder = tempfile::tempdir().context("making a folder for the site")?;
        let bundle = folder.path().join("site.peersite");
        pack(dist, &folder.path().join("site"), &bundle, files)?;
        import(&host, &bundle, files).await?;
        let browser = host.browser()?;
        let address = |path| {
            Ok::<_, anyhow::Error>(format!(
                "chrome-extension://{}/{path}",
                browser.extension_id()?
            ))
        };
        let (ours, theirs) = (address("pages/sites.html")?, address("pages/sites.css")?);
        let (mut values, mut baselines) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            values.push(open(browser, &ours, &shown(files)).await?);
            let complete = "location.protocol !== 'about:' && document.readyState === 'complete'";
            baselines.push(open(browser, &theirs, complete).await?);
        }
        measurements.push(Measurement::new(name, "ms", &values, &baselines));
    }
    Ok(measurements)
}

/// Has the page all files of the site that is open?
fn shown(files: usize) -> String {
    format!(
        "document.querySelector('#file-rows tr')?.checkVisibility()
            && document.querySelector('#files-sum').textContent.replaceAll(/\\D*/g, '').startsWith('{files}')"
    )
}

async fn open(browser: &Chromium, address: &str, condition: &str) -> Result<f64> {
    let page = browser.new_page().await?;
    let begin = Instant::now();
    page.navigate(address).await?;
    page.wait_for(condition, LIMIT).await?;
    let taken = begin.elapsed().as_secs_f64() * 1000.0;
    page.close().await?;
    Ok(taken)
}

/// A bundle of so many small files, all of them different.
fn pack(dist: &Dist, site: &Path, bundle: &Path, files: usize) -> Result<()> {
    for number in 0..files {
        let folder = site.join(format!("public/folder-{:03}", number / IN_FOLDER));
        if number % IN_FOLDER == 0 {
            fs::create_dir_all(&folder)?;
        }
        let ending = if number % PAGE_EACH == 0 {
            "html"
        } else {
            "png"
        };
        fs::write(
            folder.join(format!("file-{number:05}.{ending}")),
            number.to_string(),
        )?;
    }
    let status = Command::new(dist.peerserver())
        .args(["bundle", "pack", "--unsigned"])
        .arg(site)
        .arg("-o")
        .arg(bundle)
        .stdout(Stdio::null())
        .status()
        .context("starting peerserver")?;
    ensure!(status.success(), "the site could not be packed: {status}");
    Ok(())
}

async fn import(host: &Host, bundle: &Path, files: usize) -> Result<()> {
    let page: Page = host.sites_page().await?;
    page.choose_files("#archive-picker", &[bundle.to_owned()])
        .await?;
    let found = "document.querySelector('#import-start').checkVisibility()";
    page.wait_for(found, PATIENCE).await?;
    page.click("#import-start").await?;
    page.wait_for(&shown(files), LIMIT).await?;
    page.close().await?;
    Ok(())
}
