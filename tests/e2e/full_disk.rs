//! A disk that is really full: the owner is told in plain words, and nothing is lost.
//!
//! The extension has `unlimitedStorage`, so no quota that a test can set holds. Instead the host's profile
//! lies on a small file system of its own.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    process::Command,
};

use driver::chromium::Page;
use stage::{Content, Dist, Host, HostOptions, PATIENCE, Visitor};
use tempfile::TempDir;

/// Bytes of the small disk: a fresh profile takes a tenth of it.
const SIZE: usize = 128 * 1024 * 1024;
/// Bytes that are left free for what the browser writes besides.
const SPARE: usize = 4 * 1024 * 1024;
/// Bytes of a file that does not fit any more.
const TOO_BIG: usize = 24 * 1024 * 1024;

/// A file system in memory, mounted as long as this lives.
struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// `None` where this user may not mount.
    fn mount() -> Option<Self> {
        let disk = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={SIZE}"), "tmpfs"])
            .arg(disk.path())
            .status();
        mounted.is_ok_and(|status| status.success()).then_some(disk)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Take all room but [`SPARE`].
    fn fill(&self) {
        let mut file = File::create(self.path().join("ballast")).unwrap();
        while file.write_all(&[1; 64 * 1024]).is_ok() {}
        let full = file.metadata().unwrap().len();
        file.set_len(full - SPARE as u64).unwrap();
    }

    fn clear(&self) {
        fs::remove_file(self.path().join("ballast")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the browser that used it may still be ending.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

async fn until(page: &Page, condition: &str) {
    page.wait_for(condition, PATIENCE).await.unwrap();
}

/// What the page says, once it says something that includes this.
async fn is_told(page: &Page, words: &str) {
    let told = format!(
        "document.querySelector('#toast-card').checkVisibility()
            && document.querySelector('#toast-text').textContent.includes('{words}')"
    );
    if let Err(error) = page.wait_for(&told, PATIENCE).await {
        let says: String = page
            .eval("document.querySelector('#toast-text').textContent")
            .await
            .unwrap();
        panic!("{error}; the page says {says:?}");
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_nothing_is_lost() {
    let Some(disk) = SmallDisk::mount() else {
        // Not a macro: what it prints would be shown only if the test failed.
        let _ = std::io::stderr()
            .write_all(b"NOT RUN: a small disk cannot be mounted here (only root may)\n");
        return;
    };
    let dist = Dist::find().unwrap();
    let options = HostOptions {
        disk: Some(disk.path().to_owned()),
        ..HostOptions::default()
    };
    let host = Host::start(&dist, options).await.unwrap();
    let shop =
        Content::new(&[("index.html", "<!doctype html><h1>Welcome to the shop</h1>")]).unwrap();
    let site = host.make_site("shop", &shop.top().unwrap()).await.unwrap();
    let visitor = Visitor::chromium().await.unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Welcome to the shop").await.unwrap();

    disk.fill();
    let page = host.sites_page().await.unwrap();
    until(&page, "document.querySelector('#file-rows tr')").await;
    let film = Content::new(&[("film.bin", vec![7u8; TOO_BIG])]).unwrap();
    page.drop_files("#files", &film.top().unwrap())
        .await
        .unwrap();
    is_told(&page, "most likely it is full").await;
    let rows: String = page
        .eval("[...document.querySelectorAll('#file-rows .path')].map((path) => path.textContent).join(' ')")
        .await
        .unwrap();
    assert_eq!(rows, "public/index.html");
    // What was published is there still, also for the next visitor and after a restart of the worker.
    host.browser()
        .unwrap()
        .stop_worker("/background.js")
        .await
        .unwrap();
    view.wait_for("fetch('/', { cache: 'no-store' }).then((r) => r.text()).then((text) => text.includes('Welcome'))")
        .await
        .unwrap();
    let other = visitor.open(&site.link).await.unwrap();
    other.wait_for_text("Welcome to the shop").await.unwrap();

    disk.clear();
    host.add_files(&page, &film.top().unwrap()).await.unwrap();
    host.publish(&page).await.unwrap();
    let arrived = format!(
        "fetch('/film.bin', {{ cache: 'no-store' }}).then((r) => r.blob()).then((film) => film.size === {TOO_BIG})"
    );
    view.wait_for(&arrived).await.unwrap();
}
