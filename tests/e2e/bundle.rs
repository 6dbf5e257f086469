//! A site leaves its browser in one file and lives on in another: the same for visitors, whole or not at all.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use driver::chromium::Page;
use serde_json::json;
use stage::{Content, Dist, Host, HostOptions, PATIENCE, Site, Visitor};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

pub const SHOP: &str = "<!doctype html><title>Shop</title><h1>Welcome to the shop</h1>";
const PASSPHRASE: &str = "correct horse battery";

pub async fn until(page: &Page, condition: &str) {
    page.wait_for(condition, PATIENCE).await.unwrap();
}

pub async fn host(dist: &Dist) -> Host {
    Host::start(dist, HostOptions::default()).await.unwrap()
}

pub fn shop() -> Content {
    Content::new(&[
        ("index.html", SHOP.as_bytes()),
        ("css/shop.css", b"h1 { color: green }"),
        (
            "noise.bin",
            &(0..300_000u32)
                .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
                .collect::<Vec<_>>(),
        ),
    ])
    .unwrap()
}

/// Exports the open site as a download: the file is in the folder then.
pub async fn export(host: &Host, folder: &Path, with_key: bool) -> PathBuf {
    let browser = host.browser().unwrap();
    browser.download_to(folder).await.unwrap();
    let page = host.sites_page().await.unwrap();
    until(&page, "document.querySelector('#file-rows tr')").await;
    // The dialog of the file system cannot be driven.
    let _: bool = page.eval("delete window.showSaveFilePicker").await.unwrap();
    page.click("[data-click='open-export']").await.unwrap();
    if with_key {
        page.click("#export-key").await.unwrap();
        page.click("#export-passphrase").await.unwrap();
        page.type_text(PASSPHRASE).await.unwrap();
        page.click("#export-again").await.unwrap();
        page.type_text("something else").await.unwrap();
        page.click("#export .primary").await.unwrap();
        until(
            &page,
            "document.querySelector('#export-error').textContent.includes('not the same')",
        )
        .await;
        let _: bool = page
            .eval("document.querySelector('#export-again').value = '', true")
            .await
            .unwrap();
        page.click("#export-again").await.unwrap();
        page.type_text(PASSPHRASE).await.unwrap();
    }
    page.click("#export .primary").await.unwrap();
    until(
        &page,
        "document.querySelector('#toast-text').textContent.includes('Exported')",
    )
    .await;
    let file = folder.join("shop.peersite");
    let end = Instant::now() + PATIENCE;
    while !file.exists() {
        assert!(Instant::now() < end, "nothing was downloaded");
        sleep(Duration::from_millis(20)).await;
    }
    page.close().await.unwrap();
    file
}

/// A button of the popup opens the sites page, as it is wanted.
async fn popup_leads(host: &Host, button: &str, address: &str, wanted: &str) {
    let popup = host.popup().await.unwrap();
    let shown = format!("document.querySelector(`{button}`)?.checkVisibility()");
    until(&popup, &shown).await;
    popup.click(button).await.unwrap();
    let browser = host.browser().unwrap();
    let opened = browser
        .wait_for_target("page", address, PATIENCE)
        .await
        .unwrap();
    let opened = browser.attach_page(&opened.id).await.unwrap();
    until(&opened, wanted).await;
    opened.close().await.unwrap();
}

/// Gives a file to the sites page, and waits until it says what it found, or what is wrong.
pub async fn offer(host: &Host, file: &Path) -> Page {
    let page = host.sites_page().await.unwrap();
    page.choose_files("#archive-picker", &[file.to_owned()])
        .await
        .unwrap();
    until(
        &page,
        "document.querySelector('#import-start').checkVisibility()
            || document.querySelector('#import-error').textContent",
    )
    .await;
    page
}

pub async fn found(page: &Page) -> String {
    page.eval("document.querySelector('#import-summary').textContent")
        .await
        .unwrap()
}

/// Imports what was offered, to be hosted at once where that is asked.
pub async fn import(page: &Page) {
    let asked = "document.querySelector('#import-hosted').checkVisibility()";
    if page.eval(asked).await.unwrap() {
        page.click("#import-hosted").await.unwrap();
    }
    import_as_it_is(page).await;
}

/// Imports what was offered, as the dialog has it.
pub async fn import_as_it_is(page: &Page) {
    page.click("#import-start").await.unwrap();
    until(page, "!document.querySelector('#import').open").await;
    until(
        page,
        "document.querySelector('#toast-undo').checkVisibility()",
    )
    .await;
}

/// Offers a file that is found out only while it is imported: what is said names this entry.
async fn refused(host: &Host, file: &Path, entry: &str) -> Page {
    let page = offer(host, file).await;
    page.click("#import-start").await.unwrap();
    let trouble =
        format!("document.querySelector('#import-error').textContent.includes('{entry}')");
    until(&page, &trouble).await;
    page.press_key("Escape").await.unwrap();
    until(&page, "!document.querySelector('#import').open").await;
    page
}

/// Puts other text in an entry's place, as any zip program does.
fn swap(archive: &Path, entry: &str, text: &str) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(entry);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, text).unwrap();
    let mut zip = Command::new("zip");
    zip.args(["-q", "-X"]).arg(archive).arg(entry);
    assert!(zip.current_dir(folder.path()).status().unwrap().success());
}

async fn assert_same(site: &Site) {
    let visitor = Visitor::chromium().await.unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Welcome to the shop").await.unwrap();
    let sum: String = view
        .eval(
            "(async () => {
                const css = await (await fetch('/css/shop.css')).text();
                const noise = await (await fetch('/noise.bin')).arrayBuffer();
                let sum = 0;
                for (const byte of new Uint8Array(noise)) sum = (sum * 31 + byte) % 1000003;
                return `${css} ${noise.byteLength} ${sum}`;
            })()",
        )
        .await
        .unwrap();
    let noise = (0..300_000u32).map(|n| u64::from(n.wrapping_mul(2_654_435_761) >> 24));
    let expected = noise.fold(0, |sum, byte| (sum * 31 + byte) % 1_000_003);
    assert_eq!(sum, format!("h1 {{ color: green }} 300000 {expected}"));
}

#[tokio::test]
async fn a_site_is_exported_here_and_hosted_there() {
    let dist = Dist::find().unwrap();
    let folder = TempDir::new().unwrap();
    let old = host(&dist).await;
    let site = old.make_site("shop", &shop().top().unwrap()).await.unwrap();
    let exporting = "document.querySelector('#export').open";
    popup_leads(&old, ".site-export", "pages/sites.html", exporting).await;
    let importing = "document.activeElement.id === 'import-pick'";
    popup_leads(
        &old,
        "[data-click='import']",
        "pages/sites.html#import",
        importing,
    )
    .await;
    let file = export(&old, folder.path(), false).await;
    let tested = Command::new("unzip").arg("-t").arg(&file).output().unwrap();
    assert!(tested.status.success(), "{tested:?}");
    let verified = Command::new(dist.peerserver())
        .args(["bundle", "verify"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(verified.status.success(), "{verified:?}");

    let new = host(&dist).await;
    let page = offer(&new, &file).await;
    let text = found(&page).await;
    assert!(text.contains("A site from a PeerServer"), "{text}");
    assert!(text.contains("Valid, by the key"), "{text}");
    assert!(text.contains("3 files"), "{text}");
    import(&page).await;
    let there = new.site(&page, "shop").await.unwrap();
    assert_ne!(there.label, site.label, "a new key is a new label");
    assert_same(&there).await;
    // Undo is as good as it was never there.
    page.click("#toast-undo").await.unwrap();
    until(
        &page,
        "document.querySelector('#no-site').checkVisibility()",
    )
    .await;
}

#[tokio::test]
async fn a_site_that_moves_with_its_key_keeps_its_label() {
    let dist = Dist::find().unwrap();
    let folder = TempDir::new().unwrap();
    let mut old = host(&dist).await;
    let site = old.make_site("shop", &shop().top().unwrap()).await.unwrap();
    let file = export(&old, folder.path(), true).await;
    old.kill();

    let new = host(&dist).await;
    let page = offer(&new, &file).await;
    page.click("#import-passphrase").await.unwrap();
    page.type_text("a wrong passphrase").await.unwrap();
    page.click("#import-start").await.unwrap();
    until(
        &page,
        "document.querySelector('#import-error').textContent.includes('passphrase does not open')",
    )
    .await;
    let _: bool = page
        .eval("document.querySelector('#import-passphrase').value = '', true")
        .await
        .unwrap();
    page.click("#import-passphrase").await.unwrap();
    page.type_text(PASSPHRASE).await.unwrap();
    import(&page).await;
    let there = new.site(&page, "shop").await.unwrap();
    assert_eq!(there.label, site.label);
    assert_same(&there).await;
}

#[tokio::test]
async fn a_corrupted_download_is_refused_and_changes_nothing() {
    let dist = Dist::find().unwrap();
    let folder = TempDir::new().unwrap();
    let host = host(&dist).await;
    let site = host
        .make_site("shop", &shop().top().unwrap())
        .await
        .unwrap();
    let file = export(&host, folder.path(), false).await;
    let whole = std::fs::read(&file).unwrap();

    let cut = folder.path().join("cut.peersite");
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let page = offer(&host, &cut).await;
    until(
        &page,
        "document.querySelector('#import-error').textContent.includes('no zip file')",
    )
    .await;
    assert!(
        !page
            .eval::<bool>("document.querySelector('#import-start').checkVisibility()")
            .await
            .unwrap()
    );
    page.close().await.unwrap();

    // One bit in the middle of the noise: only reading all of it tells.
    let mut bent = whole.clone();
    bent[whole.len() / 2] ^= 1;
    let file = folder.path().join("bent.peersite");
    std::fs::write(&file, &bent).unwrap();
    let page = refused(&host, &file, "public/noise.bin").await;
    page.close().await.unwrap();

    // Another file in its place, as a zip all right: only its hash tells.
    let file = folder.path().join("swapped.peersite");
    std::fs::write(&file, &whole).unwrap();
    swap(&file, "public/css/shop.css", "h1 { color: black }");
    let page = refused(&host, &file, "public/css/shop.css").await;
    let names: String = page
        .eval("[...document.querySelectorAll('#list .list-name')].map((name) => name.textContent).join()")
        .await
        .unwrap();
    assert_eq!(names, "shop");
    assert_same(&site).await;
}

#[tokio::test]
async fn a_browser_that_dies_while_it_imports_leaves_the_old_site() {
    let dist = Dist::find().unwrap();
    let folder = TempDir::new().unwrap();
    let mut host = host(&dist).await;
    let site = host
        .make_site("shop", &shop().top().unwrap())
        .await
        .unwrap();
    let file = export(&host, folder.path(), false).await;
    let page = offer(&host, &file).await;
    // Dies with its files kept apart and before they are in place: the last step never begins.
    let _: bool = page
        .eval(
            "(() => {
                const put = IDBObjectStore.prototype.put;
                const open = IDBDatabase.prototype.transaction;
                let kept = false;
                IDBObjectStore.prototype.put = function (value, key) {
                    kept ||= Array.isArray(key) && key[0] === 'import';
                    return put.call(this, value, key);
                };
                IDBDatabase.prototype.transaction = function (stores, mode) {
                    const names = [stores].flat();
                    if (kept && mode === 'readwrite' && names.includes('sites')) {
                        document.title = 'about to end';
                        while (true);
                    }
                    return open.apply(this, arguments);
                };
                return true;
            })()",
        )
        .await
        .unwrap();
    page.click("#import-start").await.unwrap();
    let browser = host.browser().unwrap();
    let end = Instant::now() + PATIENCE;
    loop {
        let targets = browser
            .command("Target.getTargets", json!({}))
            .await
            .unwrap();
        if targets.to_string().contains("about to end") {
            break;
        }
        assert!(Instant::now() < end, "it never came so far: {targets}");
        sleep(Duration::from_millis(20)).await;
    }
    host.kill();
    host.launch().await.unwrap();
    let popup = host.popup().await.unwrap();
    host.until_connected(&popup).await.unwrap();
    assert_same(&site).await;

    // And the next import goes as if nothing had been.
    let page = offer(&host, &file).await;
    import(&page).await;
    let again = host.site(&page, "shop").await.unwrap();
    assert_eq!(again.label, site.label, "its key was here: it was replaced");
    assert_same(&again).await;
    page.click("#toast-undo").await.unwrap();
    until(
        &page,
        "document.querySelector('#toast-text').textContent.includes('before the import')",
    )
    .await;
    assert_same(&site).await;
}
