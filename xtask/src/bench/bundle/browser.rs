//! The same site through the sites page of a browser: a bundle is imported, exported to a file of the person's choice,
//! and exported as a download.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use driver::chromium::Page;
use stage::{Dist, Host, HostOptions};
use tokio::time::sleep;

use super::memory::Watch;
use super::site::MIB;
use super::usage::Usage;

/// How long each may take.
const LIMIT: Duration = Duration::from_secs(300);

/// How often the downloads are looked at.
const LOOK: Duration = Duration::from_millis(20);

/// No dialog of the system can be driven. The browser's own private file is written like the one that is chosen there.
const CHOOSE: &str = "window.showSaveFilePicker = async ({ suggestedName }) => (await navigator.storage.getDirectory())
    .getFileHandle(suggestedName, { create: true }), true";

/// Browsers without such a dialog download.
const DOWNLOAD: &str = "delete window.showSaveFilePicker";

/// What one browser took: importing, exporting to a chosen file, downloading; and what it downloaded.
pub async fn measure(
    dist: &Dist,
    bundle: &Path,
    downloads: &Path,
) -> Result<([Usage; 3], PathBuf)> {
    // A fresh one each time: what is kept already is not kept again.
    let host = Host::start(dist, HostOptions::default()).await?;
    let leader = host.browser()?.process_id();
    let page = host.sites_page().await?;
    page.choose_files("#archive-picker", &[bundle.to_owned()])
        .await?;
    let found = "document.querySelector('#import-start').checkVisibility()";
    page.wait_for(found, LIMIT).await?;
    let (import, ()) = take(leader, done(&page, "import", "Imported")).await?;
    page.close().await?;

    let page = exporting(&host, CHOOSE).await?;
    let (export, ()) = take(leader, done(&page, "export", "Exported")).await?;
    page.close().await?;

    host.browser()?.download_to(downloads).await?;
    let page = exporting(&host, DOWNLOAD).await?;
    let whole = async {
        done(&page, "export", "Exported").await?;
        downloaded(downloads).await
    };
    let (download, file) = take(leader, whole).await?;
    Ok(([import, export, download], file))
}

/// The sites page, asking what to export.
async fn exporting(host: &Host, how: &str) -> Result<Page> {
    let page = host.sites_page().await?;
    page.wait_for("document.querySelector('#file-rows tr')", LIMIT)
        .await?;
    let _: bool = page.eval(how).await?;
    page.click("[data-click='open-export']").await?;
    Ok(page)
}

/// Starts what a dialog asks for, and waits until the page says that it is done.
async fn done(page: &Page, dialog: &str, done: &str) -> Result<()> {
    page.click(&format!("#{dialog}-start")).await?;
    let trouble = format!("document.querySelector('#{dialog}-trouble').textContent");
    let ended = format!(
        "!document.querySelector('#{dialog}').open
            && document.querySelector('#toast-text').textContent.includes('{done}')
            || {trouble}"
    );
    page.wait_for(&ended, LIMIT).await?;
    let trouble: String = page.eval(&trouble).await?;
    ensure!(trouble.is_empty(), "{dialog}: {trouble}");
    Ok(())
}

/// Waits until the browser has written its download.
async fn downloaded(folder: &Path) -> Result<PathBuf> {
    let end = Instant::now() + LIMIT;
    while Instant::now() < end {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "peersite") {
                return Ok(path);
            }
        }
        sleep(LOOK).await;
    }
    bail!("nothing was downloaded")
}

/// Does a work, and tells what the browser took for it.
async fn take<T>(leader: u32, work: impl Future<Output = Result<T>>) -> Result<(Usage, T)> {
    let watch = Watch::group(leader);
    let begin = Instant::now();
    let done = work.await?;
    let taken = Usage {
        speed: MIB / begin.elapsed().as_secs_f64(),
        memory: watch.extra(),
    };
    Ok((taken, done))
}
